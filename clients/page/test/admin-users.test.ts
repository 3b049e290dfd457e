import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGE_SIZE, before, find } from "../src/admin/users/find";
import { TestBus } from "./bus";

/** A host with these users, which lists them as the daemon does: by bytes. */
function host(names: string[], state: (name: string) => string = () => "ok"): TestBus {
    const bytes = (text: string) => Buffer.from(text);
    const sorted = [...names].sort((one, other) => Buffer.compare(bytes(one), bytes(other)));
    return new TestBus({
        "Manager.ListUsers": (after, limit) => {
            const rest = sorted.filter((name) => Buffer.compare(bytes(name), bytes(String(after))) > 0);
            const rows = rest.slice(0, Math.min(Number(limit), 500));
            return [rows.map((name, index) => [index, name, 1, "", state(name), false, 0])];
        },
    });
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `u${String(index).padStart(5, "0")}`);
const names = async (bus: TestBus, text: string, from: string | null = null) =>
    (await find(bus.bus, { text, state: "any" }, from)).users.map(({ name }) => name);

test("users are found by what their names begin with, the name itself included", async () => {
    const bus = host(["al", "ali", "alice", "alj", "bob", "ä", "äh", "öz"]);
    assert.deepEqual(await names(bus, "ali"), ["ali", "alice"]);
    assert.deepEqual(await names(bus, "ä"), ["ä", "äh"]);
    assert.deepEqual(await names(bus, "z"), []);
});

test("nothing lies between what is asked from and a name", () => {
    assert.equal(before(""), "");
    assert.equal(before("ali"), "alh\u{10fffd}");
    assert.equal(before("\ue000"), "\ud7ff\u{10fffd}");
});

test("a page goes on where the former ended, and the last says so", async () => {
    const bus = host(numbered(PAGE_SIZE + 1));
    const first = await find(bus.bus, { text: "", state: "any" }, null);
    assert.equal(first.users.length, PAGE_SIZE);
    const second = await find(bus.bus, { text: "", state: "any" }, first.next);
    assert.deepEqual(second.users.map(({ name }) => name), [`u000${PAGE_SIZE}`]);
    assert.equal(second.next, null);
    const exact = await find(host(numbered(PAGE_SIZE)).bus, { text: "", state: "any" }, null);
    assert.equal(exact.next, null);
});

test("a state that few users are in is looked for page by page, and not without end", async () => {
    const bus = host(numbered(6000), (name) => (name === "u05500" ? "locked" : "ok"));
    const first = await find(bus.bus, { text: "", state: "locked" }, null);
    assert.deepEqual([first.users.length, first.next], [0, "u04999"]);
    assert.equal(bus.calls.length, 10);
    const second = await find(bus.bus, { text: "", state: "locked" }, first.next);
    assert.deepEqual(second.users.map(({ name }) => name), ["u05500"]);
    assert.equal(second.next, null);
});
