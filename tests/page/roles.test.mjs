// Everybody at one time: a stranger, the help desk, and an administrator in two browsers, with limited access
// in one and with administrative access in the other. Each may do what the table of the bus says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { allowHelpDesk, openTab, row, signInAdministrator, tabs, turnOn } from "./support/administrator.mjs";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, ok } from "./support/machine.mjs";

const TABLE = new URL("../../docs/reference/bus.md", import.meta.url);

/** The calls that are tried, on the user of whom they are. */
const CALLS = (uid) => [
    ["Manager", "GetUser", [uid], "u"],
    ["Manager", "ListUsers", ["", 10], "su"],
    ["Manager", "GetPolicy", [uid, ""], "us"],
    ["Manager", "GetPushState", [], ""],
    ["Manager", "GetStatistics", [], ""],
    ["Manager", "GetStatus", [], ""],
    ["Tokens", "ListTokens", [], ""],
    ["Tokens", "RemoveToken", ["none"], "s"],
    ["Channels", "ListChannels", [], ""],
    ["Channels", "TestChannel", ["text", "+4915123456789", {}], "ssa{sv}"],
    ["User", "ListActivity", [0, 10], "tu"],
    ["User", "GetActivityProof", [0], "t"],
    ["User", "ReportActivity", [0], "t"],
    ["User", "StartEnrollment", ["authenticator-app", {}], "sa{sv}"],
    ["User", "IssueRecoveryCodes", [], ""],
    ["User", "IssueAccessPass", [3600, true, 0], "tbt"],
    ["User", "RevokeAccessPass", [], ""],
    ["User", "LockAccount", [], ""],
    ["User", "Unlock", [], ""],
    ["Audit", "Read", [0, 1], "tu"],
    ["Audit", "Names", [[]], "as"],
    ["User", "Erase", [], ""],
];

let browser;
let user;
let uid;
let stranger;
let helper;
let limited;
let gained;

before(async () => {
    browser = await launch();
    user = addUser("carol");
    uid = Number(ok(["id", "--user", user]));
    ok(["secinfo", "access-pass", "issue", user]);
    stranger = await Person.signIn(browser, addUser("sam"));
    const desk = addUser("hilde");
    allowHelpDesk(desk);
    helper = await Person.signIn(browser, desk);
    limited = await signInAdministrator(browser, "adele");
    gained = await Person.signIn(browser, limited.user);
    await openTab(gained, "users");
    await turnOn(gained);
    await tabs(gained);
    await Promise.all([stranger.open(), openTab(helper, "users"), openTab(limited, "users")]);
});
after(() => browser && close(browser));

/** Who may make each call, in the words of the table. */
function whoMay() {
    const who = new Map();
    let on = "";
    for (const line of readFileSync(TABLE, "utf8").split("\n")) {
        on = /^## org\.secinfo\.SecurityInfo1\.(\w+)$/.exec(line)?.[1] ?? on;
        const cells = line.split(" | ");
        const method = /^\| `(\w+)`$/.exec(cells[0] ?? "")?.[1];
        if (method && cells.length === 5) {
            who.set(`${on}.${method}`, cells[3]);
        }
    }
    return who;
}

/** The calls that are not refused to somebody: as themselves, or as root. */
async function allowed(person, superuser) {
    const outcomes = await person.page.evaluate(
        async ([calls, uid, superuser]) => {
            const name = "org.secinfo.SecurityInfo1";
            const root = "/org/secinfo/SecurityInfo1";
            const client = cockpit.dbus(name, superuser ? { bus: "system", superuser: "require" } : { bus: "system" });
            const outcomes = [];
            for (const [on, method, values, type] of calls) {
                const path = on === "User" ? `${root}/users/u${uid}` : root;
                const refusal = await client.call(path, `${name}.${on}`, method, values, { type }).then(
                    () => "",
                    (error) => error.name ?? error.problem,
                );
                outcomes.push([`${on}.${method}`, refusal]);
            }
            return outcomes;
        },
        [CALLS(uid), uid, superuser],
    );
    const notMade = outcomes.filter(([, refusal]) => /Unknown(Method|Interface)$|Signature$/.test(refusal));
    assert.deepEqual(notMade, [], "calls that the daemon does not have");
    const refused = /NotAuthorized$|AccessDenied$|^access-denied$/;
    return outcomes.filter(([, refusal]) => !refused.test(refusal)).map(([call]) => call);
}

/** The calls that the table gives to everybody, to these actions of polkit, and to root where that is one. */
function given({ actions = [], isRoot = false }) {
    const who = whoMay();
    return CALLS(uid)
        .map(([on, method]) => `${on}.${method}`)
        .filter((call) => {
            const words = who.get(call) ?? assert.fail(`the table does not have ${call}`);
            const forRoot = isRoot && /(^|; )root(;|$)/.test(words);
            return words === "anyone" || forRoot || actions.some((action) => words.endsWith(`.${action}`));
        });
}

test("a stranger sees no tab, and may do nothing for others", async () => {
    await stranger.sees("list-empty");
    assert.equal(await stranger.role("link", "page-administration").count(), 0);
    assert.deepEqual(await allowed(stranger, false), given({}));
    assert.deepEqual(await allowed(stranger, true), []);
});

test("the help desk sees three tabs, and may read users and unlock them", async () => {
    const names = ["users", "policy", "health"].map((name) => helper.words.say(`admin-${name}`));
    assert.deepEqual(await tabs(helper), names);
    assert.deepEqual(await allowed(helper, false), given({ actions: ["read-users", "unlock-users"] }));
    assert.deepEqual(await allowed(helper, true), []);
});

test("with limited access an administrator may do nothing for others, though another browser of theirs may", async () => {
    await limited.sees("admin-limited");
    assert.equal(await limited.role("link", "admin-users").count(), 0);
    assert.deepEqual(await allowed(limited, false), given({}));
    assert.deepEqual(await allowed(limited, true), []);
});

test("with administrative access they have every tab, and may do all that root may", async () => {
    const names = ["users", "tokens", "channels", "policy", "log", "health"].map((name) => gained.words.say(`admin-${name}`));
    assert.deepEqual(await tabs(gained), names);
    await row(gained, user).waitFor();
    assert.deepEqual(await allowed(gained, false), given({}), "as themselves");
    assert.deepEqual(await allowed(gained, true), given({ isRoot: true }));
    await row(gained, user).waitFor({ state: "detached" });
    for (const person of [stranger, helper, limited, gained]) {
        person.isUntroubled();
    }
});
