import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal, UNREACHABLE } from "../src/bus/errors";
import { Store } from "../src/bus/store";
import { TestBus, type Replies } from "./bus";

const CHANGED = "org.freedesktop.DBus.Properties.PropertiesChanged";

function daemon(more: Replies = {}): TestBus {
    return new TestBus({
        "Manager.GetUser": () => ["/user"],
        "Manager.GetPolicy": () => [{ allowed: { t: "as", v: ["text"] }, required: { t: "u", v: 1 } }],
        "Manager.GetStatus": () => [{ push: { t: "s", v: "off" } }],
        "/user User": () => ({ Name: "alice", Methods: ["/one"] }),
        "/one Method": () => ({ Kind: "text", Hint: { number: "+49 ••" } }),
        ...more,
    });
}

test("the security info is read with its methods and policy", async () => {
    const store = new Store(daemon().bus, 1000);
    await store.reload();
    assert.equal(store.state.stage, "ready");
    const { info } = store.state as Extract<typeof store.state, { stage: "ready" }>;
    assert.deepEqual([info.user.Name, info.policy.allowed, info.push], ["alice", ["text"], "off"]);
    assert.deepEqual(info.methods, [{ path: "/one", Kind: "text", Hint: { number: "+49 ••" } }]);
});

test("a change that is told while all is read is read as well", async () => {
    let name = "alice";
    const host = daemon({ "/user User": () => ({ Name: name, Methods: [] }) });
    const store = new Store(host.bus, 1000);
    store.start();
    host.replies["Manager.GetStatus"] = () => {
        name = "alice b";
        host.signal(CHANGED);
        host.replies["Manager.GetStatus"] = () => [{ push: { t: "s", v: "off" } }];
        return [{ push: { t: "s", v: "off" } }];
    };
    await store.reload();
    const { info } = store.state as Extract<typeof store.state, { stage: "ready" }>;
    assert.equal(info.user.Name, "alice b");
});

test("a method that is deleted while all is read is no failure", async () => {
    const host = daemon({ "/user User": () => ({ Methods: ["/gone"] }) });
    host.replies["/gone Method"] = () => {
        host.replies["/user User"] = () => ({ Methods: [] });
        host.signal("org.freedesktop.DBus.ObjectManager.InterfacesRemoved");
        throw new Refusal("NotFound");
    };
    const stages: string[] = [];
    const store = new Store(host.bus, 1000);
    store.subscribe(() => stages.push(store.state.stage));
    store.start();
    await store.reload();
    assert.deepEqual(stages, ["ready"]);
});

test("a daemon that goes away is told, and read anew when it is back", async () => {
    const host = daemon();
    const store = new Store(host.bus, 1000);
    store.start();
    await store.reload();
    host.owner(false);
    assert.equal(store.state.stage, "away");
    host.owner(true);
    await store.reload();
    assert.equal(store.state.stage, "ready");
});

test("a daemon that cannot be reached is away, and one that refuses has failed", async () => {
    for (const [reason, stage] of [
        [UNREACHABLE, "away"],
        ["Internal", "failed"],
    ] as const) {
        const refuse = () => {
            throw new Refusal(reason);
        };
        const store = new Store(daemon({ "Manager.GetUser": refuse }).bus, 1000);
        await store.reload();
        assert.equal(store.state.stage, stage);
    }
});
