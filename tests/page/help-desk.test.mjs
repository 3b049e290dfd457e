// Somebody to whom a rule of polkit gives one task of administrators, and no more.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { allowHelpDesk, axe, openTab, row, tabs } from "./support/administrator.mjs";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, ok } from "./support/machine.mjs";

let browser;
let helper;
let user;
before(async () => {
    browser = await launch();
    user = addUser("carol");
    ok(["secinfo", "access-pass", "issue", user]);
    const name = addUser("hilde");
    allowHelpDesk(name);
    helper = await Person.signIn(browser, name);
});
after(() => browser && close(browser));

test("the help desk sees users and unlocks them, as themselves", async () => {
    await openTab(helper, "users");
    const names = ["users", "policy", "health"].map((name) => helper.words.say(`admin-${name}`));
    assert.deepEqual(await tabs(helper), names);
    await row(helper, user).getByRole("button").click();
    await helper.click("admin-unlock");
    await helper.sees("admin-unlocked");
    await axe(helper, "a user, for the help desk");
});

test("the help desk is offered nothing else, and the daemon refuses it", async () => {
    for (const id of ["admin-pass-issue", "admin-pass-revoke", "admin-delete", "admin-erase"]) {
        assert.equal(await helper.role("button", id).count(), 0, id);
    }
    const refused = await helper.page.evaluate(async (name) => {
        const root = "/org/secinfo/SecurityInfo1";
        const client = cockpit.dbus("org.secinfo.SecurityInfo1", { bus: "system" });
        const call = (path, on, method, values, type) =>
            client.call(path, `org.secinfo.SecurityInfo1.${on}`, method, values, { type });
        const [path] = await call(root, "Manager", "GetUserByName", [name], "s");
        const calls = [
            [path, "User", "Erase", [], ""],
            [path, "User", "IssueAccessPass", [3600, true, 0], "tbt"],
            [path, "User", "RevokeAccessPass", [], ""],
            [root, "Tokens", "ListTokens", [], ""],
            [root, "Channels", "ListChannels", [], ""],
            [root, "Audit", "Read", [0, 10], "tu"],
        ];
        const outcome = ([, , method], call) => call.then(() => `${method} was allowed`, (error) => error.name);
        return Promise.all(calls.map((one) => outcome(one, call(...one))));
    }, user);
    assert.deepEqual([...new Set(refused)], ["org.secinfo.SecurityInfo1.Error.NotAuthorized"]);
    assert.ok(ok(["secinfo", "users"]).includes(user));
    helper.isUntroubled();
});
