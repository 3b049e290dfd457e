// Somebody else is in the account: its user says so and locks it, while the thief has everything open.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, events, ok, shell as shellOfHost, until } from "./support/machine.mjs";
import { Ssh } from "./support/ssh.mjs";
import { addApp, done, prove } from "./support/steps.mjs";

/** How long a lock may take until everything is refused, in milliseconds: 2000, and more where machines of other tests are busy. */
const AT_ONCE = 2000;
const AT_MOST = 5 * AT_ONCE;

let browser;
let user;
let victim;
let app;
/** The thief knows the password, and has had the phone in their hands. */
let thief;
let shell;
let signIn;

before(async () => {
    browser = await launch();
    user = addUser("vera");
    ok(["usermod", "--append", "--groups", "sudo", user]);
    victim = await Person.signIn(browser, user);
    await victim.open();
    app = await addApp(victim, "Tablet");
    await done(victim);
    thief = await Person.signIn(browser, user, { answers: [() => app.code()] });
    await thief.open();
    shell = await Ssh.signIn(user, app.code());
});
after(async () => {
    await Promise.all([shell?.close(), signIn?.close()]);
    await (browser && close(browser));
});

/** Begins to add an app, up to where a proof is asked for or a QR code is shown. */
async function beginToAdd(person) {
    await person.add("authenticator-app");
    await person.click("page-continue");
}

/** Waits until the module has refused a sign-in at a service, because the account is locked. */
function isRefused(service) {
    const begins = `${service}: ${user} `;
    return until(`a refusal at ${service}`, () =>
        shellOfHost("journalctl --boot --identifier=pam_secinfo --output=cat --no-pager")
            .split("\n")
            .some((line) => line.startsWith(begins) && /locked/i.test(line)),
    );
}

test("a sign-in of somebody else is reported in the list of activity", async () => {
    await thief.click("fresh-prove");
    await prove(thief, app);
    await thief.sees("fresh-until");

    const reported = events("activity-reported").length;
    await victim.role("link", "activity-heading").click();
    const line = victim.page.getByRole("listitem").filter({ hasText: "sshd" }).first();
    await line.getByText("127.0.0.1").waitFor();
    await victim.axe("activity");
    await line.getByRole("button", { name: victim.words.like("line-not-me-of") }).click();
    await victim.sees("not-me-text");
    await victim.axe("a line is about to be reported");
    await victim.page.getByRole("dialog").getByRole("button", { name: victim.words.whole("line-not-me") }).click();
    await victim.sees("not-me-done");
    await victim.axe("a line was reported");
    assert.equal(events("activity-reported").length, reported + 1);
});

test("what the thief has proved is void then", async () => {
    await beginToAdd(thief);
    await thief.sees("verify-lead");
});

test("a lock from the page has everything refused at once that the thief has open", async (t) => {
    // With the phone still in their hands, the thief is as far as one can get: a new app is about to be
    // added in the browser, sudo waits for a code in a shell, and another sign-in waits for one.
    await prove(thief, app);
    await thief.sees("app-scan");
    await thief.click("page-continue");
    await thief.codeField.fill("123456");
    shell.start("sudo -k; sudo id -un");
    await shell.sees(`password for ${user}`);
    shell.type(`${user}-password`);
    await shell.sees("Authenticator app");
    signIn = await Ssh.start(user);
    await signIn.isAsked(/Authenticator app/);

    const enrolled = events("method-enrolled").length;
    await victim.click("lock-now");
    await victim.sees("lock-text");
    await victim.axe("the account is about to be locked");
    const confirm = victim.page.getByRole("dialog").getByRole("button", { name: victim.words.whole("lock-now") });
    const begun = performance.now();
    const refused = {};
    const took = async (what, refusal) => {
        await refusal;
        refused[what] = Math.round(performance.now() - begun);
    };
    await confirm.click();
    // Before the daemon has heard of it, a code is as good as ever.
    await victim.sees("lock-next");
    shell.type(app.code());
    signIn.answer(app.code());
    await Promise.all([
        took("the page tells the thief", thief.sees("attention-account-locked")),
        took("sudo is refused", isRefused("sudo")),
        took("the sign-in is refused", isRefused("sshd")),
    ]);
    for (const [what, milliseconds] of Object.entries(refused)) {
        t.diagnostic(`measured: from the click to lock the account until ${what}: ${milliseconds} of ${AT_ONCE} ms`);
        assert.ok(milliseconds <= AT_MOST, `${what} after ${milliseconds} ms`);
    }
    await thief.click("add-submit");
    await thief.button("time-start-again").waitFor();
    assert.equal(events("method-enrolled").length, enrolled, "the thief's app was not added");
    await Promise.race([signIn.ended, signIn.isAsked(/./)]);
    assert.ok(!signIn.said.includes("A session of"), signIn.said);
    await victim.sees("lock-next");
    await victim.axe("the account is locked");
});

test("afterwards the thief can change nothing in the sessions that are still open", async () => {
    // sudo asks anew, but for what unlocks the account.
    await shell.sees(`password for ${user}`);
    shell.type(`${user}-password`);
    await shell.sees("This account is locked.");
    ok(["pkill", "--exact", "sudo"]);
    const sudo = await shell.finish();
    assert.notEqual(sudo.code, 0);
    assert.doesNotMatch(sudo.said, /^root$/m);
    for (const command of ["secinfo add authenticator-app", `secinfo rename "$(secinfo --json | grep -o '"id":"[^"]*' | head -1 | cut -d: -f2 | tr -d '\\"')" Mine`]) {
        const { code, said } = await shell.run(command);
        assert.notEqual(code, 0);
        assert.match(said, /account is locked/);
    }
    await thief.tab.keyboard.press("Escape");
    await thief.act("authenticator-app", "delete");
    await thief.click("delete-confirm");
    await thief.sees("error-AccountLocked");
    await thief.axe("a change while the account is locked");
    await thief.tab.keyboard.press("Escape");
    await thief.axe("a locked account");
    assert.equal(await thief.rows("authenticator-app").count(), 1);
});

test("its user unlocks it on the page by the strongest method", async () => {
    await victim.page.getByRole("dialog").getByRole("button", { name: victim.words.whole("page-close") }).last().click();
    assert.ok(await victim.button("lock-now").isDisabled());
    await victim.role("link", "list-methods").click();
    const unlocked = events("account-unlocked").length;
    await victim.click("attention-unlock");
    await victim.sees("error-AccountLocked");
    await victim.axe("unlocking");
    await victim.enterCode(app.code(), "verify-submit");
    await victim.page.getByText(victim.words.like("attention-account-locked")).waitFor({ state: "detached" });
    assert.equal(events("account-unlocked").length, unlocked + 1);
    victim.isUntroubled();
    thief.isUntroubled();
});
