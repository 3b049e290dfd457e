// "Administrative access" in Cockpit, which is sudo: it asks for the second step.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openTab, signInAdministrator, tabs, turnOn } from "./support/administrator.mjs";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, as, events, ok, run } from "./support/machine.mjs";
import { addApp, done } from "./support/steps.mjs";

let browser;
before(async () => {
    browser = await launch();
});
after(() => browser && close(browser));

test("the dialog asks for the password, then for the code, in words that can be read", async () => {
    const admin = await signInAdministrator(browser, "adele");
    await admin.open();
    const app = await addApp(admin, "Küche");
    await done(admin);
    await openTab(admin, "users");
    await admin.sees("admin-limited");
    const prompts = await turnOn(admin, ["000000", app.code()]);
    assert.match(prompts[0], /Authenticator app “Küche”|Authenticator app "Küche"/);
    assert.ok(prompts.every((prompt) => !prompt.includes("?") && !prompt.includes("\n")), prompts.join("\n"));
    assert.ok((await tabs(admin)).length > 1);
    assert.equal(events("verification-succeeded").at(-1).actor.service, "sudo");
    admin.isUntroubled();
    await admin.context.close();
});

test("a password of digits alone, with which Cockpit answers sudo by itself, locks nobody", async () => {
    const user = addUser("dirk");
    const password = "314159";
    ok(["usermod", "--append", "--groups", "sudo", user]);
    ok(["chpasswd"], `${user}:${password}\n`);
    const admin = await Person.signIn(browser, user, { password });
    await admin.open();
    const app = await addApp(admin, "Tablet");
    await done(admin);
    await openTab(admin, "users");
    await turnOn(admin, [app.code()]);
    await tabs(admin);
    // From now on Cockpit turns it on at each sign-in, and answers every prompt by the password.
    const failed = events("verification-failed").length;
    for (let times = 0; times < 2; times += 1) {
        await admin.signOut();
        await admin.enter([() => app.code()]);
        await openTab(admin, "users");
        await admin.sees("admin-limited");
    }
    assert.equal(events("locked").length, 0);
    assert.equal(events("verification-failed").length, failed, "no answer counts as a guess");
    const { code, err } = run(as(user, ["secinfo", "--json", "verify"]), `${app.code()}\n`);
    assert.equal(code, 0, err);
});
