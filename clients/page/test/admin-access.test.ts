import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Access } from "../src/access/access";
import { TAKES, type Action } from "../src/access/actions";
import { processIn, type Login } from "../src/access/login";
import { ACCESS_DENIED, Refusal, isRefusal } from "../src/bus/errors";
import { TestBus } from "./bus";

const answers = (who: string) =>
    new TestBus({
        "Tokens.ListTokens": () => [who],
        "User.Unlock": () => [who],
        "Manager.GetStatus": () => [who],
    });

interface Person {
    allowed?: Action[];
    isAdministrator?: boolean;
}

/** A login of this person, and the switch of its administrative access. */
async function login({ allowed = [], isAdministrator = false }: Person) {
    const [own, root] = [answers("oneself"), answers("root")];
    let turn: (isOn: boolean) => void = () => undefined;
    const person: Login = {
        connect: () => root.bus,
        allows: async (action) => allowed.includes(action),
        isAdministrator: async () => isAdministrator,
        onAdministrativeAccess: (heard) => {
            turn = heard;
            return () => undefined;
        },
    };
    const access = new Access(person, own.bus);
    access.start();
    const switched = async (isOn: boolean) => {
        const changed = new Promise<void>((done) => {
            const end = access.subscribe(() => {
                end();
                done();
            });
        });
        turn(isOn);
        await changed;
    };
    return { access, own, root, switched, turn: (isOn: boolean) => turn(isOn) };
}

const list = (access: Access) => access.bus.call("/", "Tokens", "ListTokens");
const unlock = (access: Access) => access.bus.call("/user", "User", "Unlock");

test("a stranger has no tab, and can make no call", async () => {
    const { access, own, switched } = await login({});
    assert.equal(access.standing, "unknown");
    await switched(false);
    assert.equal(access.standing, "stranger");
    await assert.rejects(list(access), (error) => isRefusal(error, ACCESS_DENIED));
    assert.deepEqual(own.calls, []);
});

test("an administrator with limited access is told to turn it on, and loses it when it is turned off", async () => {
    const { access, switched } = await login({ isAdministrator: true });
    await switched(false);
    assert.equal(access.standing, "limited");
    await switched(true);
    assert.equal(access.standing, "administrator");
    assert.deepEqual(await list(access), ["root"]);
    await switched(false);
    assert.equal(access.standing, "limited");
    await assert.rejects(list(access), (error) => isRefusal(error, ACCESS_DENIED));
});

test("who was delegated one thing does it as themselves, and nothing else", async () => {
    const { access, switched } = await login({ allowed: ["unlock-users"] });
    await switched(false);
    assert.equal(access.standing, "administrator");
    assert.deepEqual([access.may("unlock-users"), access.may("manage-users")], [true, false]);
    assert.deepEqual(await unlock(access), ["oneself"]);
    await assert.rejects(list(access), (error) => isRefusal(error, ACCESS_DENIED));
});

test("a call is made as oneself before root, and as root where polkit has changed its mind", async () => {
    const { access, own, switched } = await login({ allowed: ["unlock-users"] });
    await switched(true);
    assert.deepEqual(await unlock(access), ["oneself"]);
    assert.deepEqual(await list(access), ["root"]);
    own.replies["User.Unlock"] = () => {
        throw new Refusal("NotAuthorized");
    };
    assert.deepEqual(await unlock(access), ["root"]);
    await switched(false);
    await assert.rejects(unlock(access), (error) => isRefusal(error, "NotAuthorized"));
});

test("access that is turned off while it is looked at stays off", async () => {
    const { access, switched, turn } = await login({ isAdministrator: true });
    turn(true);
    await switched(false);
    assert.equal(access.standing, "limited");
    assert.equal(access.isRoot, false);
});

test("what anyone may is asked as oneself", async () => {
    const { access, switched } = await login({});
    await switched(true);
    assert.deepEqual(await access.bus.call("/", "Manager", "GetStatus"), ["oneself"]);
});

test("each call takes what the daemon's table of the bus says", () => {
    for (const [name, methods] of Object.entries(TAKES)) {
        const file = `../../schemas/dbus/org.secinfo.SecurityInfo1.${name}.xml`;
        const xml = readFileSync(file, "utf8");
        for (const [method, action] of Object.entries(methods ?? {})) {
            if (method === "GetUserByName") {
                // Anyone may for themselves; of others the daemon decides once it knows the name.
                continue;
            }
            const about = xml.slice(xml.indexOf(`<method name="${method}">`)).split("</method>")[0] ?? "";
            assert.match(about, new RegExp(`org\\.secinfo\\.SecurityInfo1\\.${action}\\b`), `${name}.${method}`);
        }
    }
});

test("a process is known by its number and its start, whatever it is called", () => {
    const fields = Array.from({ length: 40 }, (_, index) => index + 3).join(" ");
    assert.deepEqual(processIn(`4711 (a) b (c) ${fields}`), { pid: 4711, started: 22 });
});
