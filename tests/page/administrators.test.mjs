// What administrators do on the page for others: users, tokens, channels, policy, log and health.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, confirm, openTab, row, signInAdministrator, tabs, turnOn } from "./support/administrator.mjs";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, as, events, messages, ok, run, shell, until } from "./support/machine.mjs";
import { keepSecret } from "./support/secrets.mjs";
import { addApp, done } from "./support/steps.mjs";

let browser;
let admin;
let alice;
let app;
before(async () => {
    browser = await launch();
    alice = await Person.signIn(browser, addUser("alice"));
    await alice.open();
    app = await addApp(alice, "Tablet");
    await done(alice);
    admin = await signInAdministrator(browser, "adele");
});
after(() => browser && close(browser));

test("a stranger has no tab, by the address neither, and nothing is read for them", async () => {
    await alice.tab.goto(`${alice.tab.url().split("#")[0]}#/admin/users`);
    await alice.open();
    await alice.rows("authenticator-app").waitFor();
    await alice.page.waitForTimeout(1000);
    assert.equal(await alice.role("link", "admin-title").count(), 0);
});

test("an administrator with limited access is told to turn it on, and then has every tab", async () => {
    await openTab(admin, "users");
    await admin.sees("admin-limited");
    await axe(admin, "limited access");
    await turnOn(admin);
    const names = ["users", "tokens", "channels", "policy", "log", "health"].map((name) => admin.words.say(`admin-${name}`));
    assert.deepEqual(await tabs(admin), names);
    await row(admin, alice.user).waitFor();
    await axe(admin, "users");
});

test("users are found by the beginning of their names and by their state", async () => {
    const { page } = admin;
    await page.locator("#admin-users-text").fill("zz");
    await admin.sees("admin-users-not-found");
    await page.locator("#admin-users-text").fill("ali");
    await row(admin, alice.user).waitFor();
    await page.locator("#admin-users-state").selectOption("locked");
    await admin.sees("admin-users-not-found");
    await page.locator("#admin-users-state").selectOption("any");
    await row(admin, alice.user).getByRole("button").click();
    await page.getByRole("heading", { name: alice.user }).waitFor();
    await admin.keepPicture("admin-user");
    await axe(admin, "a user");
});

test("a lock that wrong codes caused shows without a reload, and is lifted", async () => {
    const before = events("locked").length;
    let guessed = 0;
    await until("the lock", () => {
        guessed += 1;
        run(as(alice.user, ["secinfo", "--json", "verify"]), `${String(guessed).padStart(6, "0")}\n`);
        return events("locked").length > before;
    });
    await admin.sees("admin-locked-until");
    await axe(admin, "a locked user");
    await admin.click("admin-unlock");
    await admin.sees("admin-unlocked");
    await until("the end of the lock", () => events("unlocked").length > 0);
    await until("the lock to leave the page", async () => {
        const lock = admin.page.getByText(admin.words.like("admin-locked-until"));
        return (await lock.count()) === 0;
    });
});

test("an access pass is shown once, is then nowhere, and lets its user in", async () => {
    const carol = addUser("carol");
    await openTab(admin, `users/${carol}`);
    await admin.sees("admin-no-method");
    await admin.click("admin-pass-issue");
    await axe(admin, "an access pass is about to be issued");
    await confirm(admin, "admin-pass-issue");
    const pass = (await admin.page.locator("[data-secret]").innerText()).trim();
    assert.match(keepSecret(pass), /^[\w-]{12,}$/);
    await axe(admin, "the access pass");
    await done(admin);
    await admin.sees("admin-pass-issued");
    await admin.hasLeftNowhere([pass]);
    assert.ok(!shell("journalctl --boot --no-pager").includes(pass));
    const person = await Person.signIn(browser, carol, { answers: [pass] });
    await person.open();
    await person.context.close();
    await openTab(admin, "users");
    await row(admin, carol).waitFor();
});

test("an access pass may begin later: that is said when it is issued, and of the user", async () => {
    const name = addUser("dora");
    await openTab(admin, `users/${name}`);
    await admin.click("admin-pass-issue");
    const tomorrow = new Date(Date.now() + 86_400_000);
    // What the field takes is a time where the browser is.
    const local = new Date(tomorrow.getTime() - tomorrow.getTimezoneOffset() * 60_000);
    await admin.page.locator("#admin-pass-from").fill(local.toISOString().slice(0, 16));
    await confirm(admin, "admin-pass-issue");
    await done(admin);
    await admin.page.locator('.secinfo-line[data-kind="access-pass"]').getByText(admin.words.like("admin-begins")).waitFor();
    const [issued] = events("access-pass-issued").slice(-1);
    assert.equal(Math.floor(issued.data.begins / 60_000), Math.floor(tomorrow.getTime() / 60_000));
    assert.equal(issued.data.expires - issued.data.begins, 3600_000);
});

test("a method is deleted at once, and its user is told in the page that is open", async () => {
    await openTab(admin, `users/${alice.user}`);
    await admin.page.locator('.secinfo-line[data-kind="authenticator-app"]').getByRole("button").last().click();
    await admin.sees("admin-delete-text");
    await axe(admin, "a method is about to be deleted");
    await confirm(admin, "admin-delete");
    await admin.sees("admin-deleted");
    await alice.sees("list-empty");
    const refused = run(as(alice.user, ["secinfo", "--json", "verify"]), `${app.code()}\n`);
    assert.notEqual(refused.code, 0, "the app of a deleted method");
});

test("a user is erased only by typing the name", async () => {
    const erased = addUser("erased");
    ok(["secinfo", "access-pass", "issue", erased]);
    await openTab(admin, `users/${erased}`);
    await admin.click("admin-erase");
    const dialog = admin.page.getByRole("dialog");
    await dialog.getByRole("textbox").fill("somebody");
    await confirm(admin, "admin-erase");
    await admin.sees("admin-erase-mismatch");
    await axe(admin, "another name was typed");
    assert.ok(ok(["secinfo", "users"]).includes(erased), "nothing was erased yet");
    await dialog.getByRole("textbox").fill(erased);
    await confirm(admin, "admin-erase");
    await admin.sees("admin-erased");
    assert.ok(!ok(["secinfo", "users"]).includes(erased));
});

test("tokens are imported after saying what is left out and in which line, and removed", async () => {
    await openTab(admin, "tokens");
    await admin.sees("admin-tokens-none");
    await admin.click("admin-tokens-import");
    const table = [
        "serial number,secret key,time interval,manufacturer,model",
        "TOKEN1,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,Acme,One",
        "TOKEN2,not base32!,30,Acme,One",
    ].join("\n");
    const file = { name: "tokens.csv", mimeType: "text/csv", buffer: Buffer.from(table) };
    await admin.page.locator("#admin-import-file").setInputFiles(file);
    await axe(admin, "a file of tokens");
    await admin.click("page-continue");
    await admin.sees("admin-would-import");
    await admin.page.locator(".secinfo-problems").getByText(/3/).waitFor();
    await axe(admin, "what would be imported");
    const before = events("token-imported").length;
    assert.deepEqual(JSON.parse(ok(["secinfo", "--json", "tokens", "list"])), [], "nothing was imported yet");
    await admin.click("admin-import-now");
    await admin.sees("admin-import-delete-file");
    await done(admin);
    await row(admin, "TOKEN1").waitFor();
    assert.equal(events("token-imported").length, before + 1);
    await row(admin, "TOKEN1").getByRole("button").click();
    await confirm(admin, "admin-token-remove");
    await admin.sees("admin-tokens-none");
});

test("a channel is tested, and its message arrives", async () => {
    await openTab(admin, "channels");
    await admin.sees("admin-channel-ready");
    await axe(admin, "channels");
    const sent = messages().length;
    await admin.page.getByRole("button", { name: /text/ }).click();
    await admin.page.locator("#admin-test-destination").fill("+49 1512 3456789");
    await admin.click("admin-test-send");
    await until("the message", () => messages().length > sent);
    await admin.page.getByRole("dialog").locator(".pf-v6-c-alert").waitFor();
    await axe(admin, "a channel was tested");
});

test("policy for a user says which sections it comes from", async () => {
    await openTab(admin, "policy");
    await admin.page.locator("#admin-policy-user").fill("nobody-of-that-name");
    await admin.click("admin-policy-show");
    await admin.sees("admin-users-unknown");
    await admin.page.locator("#admin-policy-user").fill(alice.user);
    await admin.click("admin-policy-show");
    await admin.page.getByText("[policy]").waitFor();
    await axe(admin, "policy");
});

test("the log has what was done, newest first and in its bytes, and verifies", async () => {
    await openTab(admin, "log");
    await admin.page.locator("#admin-log-type").selectOption("user-erased");
    const newest = admin.page.getByRole("row").nth(1);
    await newest.getByText(admin.words.say("admin-event-user-erased")).waitFor();
    await newest.getByRole("button").click();
    const shown = await admin.page.locator("pre").first().innerText();
    const event = events("user-erased").at(-1);
    assert.deepEqual(JSON.parse(shown), event);
    await admin.click("admin-verify");
    await admin.sees("admin-verified");
    await admin.click("admin-checkpoint");
    await admin.page.getByRole("dialog").getByText(/secinfo/).first().waitFor();
    await axe(admin, "a checkpoint");
    await admin.tab.keyboard.press("Escape");
    await axe(admin, "the log");
});

test("health is that of the daemon, with what the doctor finds", async () => {
    await openTab(admin, "health");
    await admin.sees("admin-healthy");
    await admin.page.locator(".secinfo-line").first().waitFor();
    await axe(admin, "health");
    admin.isUntroubled();
});
