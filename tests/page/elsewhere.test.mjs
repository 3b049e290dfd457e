// What happens elsewhere: in a terminal, to the daemon, to the tab.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, as, ok, shell, until } from "./support/machine.mjs";
import { addApp, addText, done, prove } from "./support/steps.mjs";

let browser;
let person;
let app;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("elsa"));
    await person.open();
    await addText(person);
    await done(person);
    app = await addApp(person, "Tablet");
    await done(person);
});
after(() => browser && close(browser));

/** The open enrollments and verifications, as the daemon counts them. */
function sessions() {
    const open = JSON.parse(ok(["secinfo", "--json", "status"])).statistics.sessions;
    return open.enrollment + open.verification;
}

test("what the command changes is on the page within a second", async () => {
    const [{ id }] = JSON.parse(ok(as(person.user, ["secinfo", "--json"]))).methods;
    ok(as(person.user, ["secinfo", "rename", id, "Kitchen phone"]));
    await person.rows("text").getByText("Kitchen phone").waitFor({ timeout: 1000 });
});

test("the page says that the daemon is away, and goes on when it is back", async () => {
    // Masked first, or a call of the page starts it again.
    shell("systemctl mask --quiet --runtime secinfod.service && systemctl stop secinfod.socket secinfod.service");
    try {
        await person.sees("page-away");
        await person.axe("the daemon is away");
    } finally {
        shell("systemctl unmask --quiet --runtime secinfod.service && systemctl start secinfod.socket secinfod.service");
    }
    await person.rows("text").waitFor();
    shell("systemctl restart secinfod");
    await person.rows("text").waitFor();
    person.isUntroubled();
});

test("a daemon that starts anew in the middle of adding has forgotten that, and one begins again", async () => {
    const dialog = person.page.getByRole("dialog");
    for (const isFirst of [true, false]) {
        await person.add("authenticator-app");
        await person.click("page-continue");
        // Proofs are lost with the daemon, too.
        await prove(person, app);
        await person.sees("app-scan");
        if (isFirst) {
            shell("systemctl restart secinfod");
            await dialog.waitFor({ state: "detached" });
            await person.rows("text").waitFor();
        }
    }
    await person.tab.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(sessions(), 0);
    person.isUntroubled();
});

test("a tab that is closed in the middle leaves no session", async (t) => {
    const other = await Person.signIn(browser, addUser("ella"));
    await other.open();
    await other.add("authenticator-app");
    await other.click("page-continue");
    await other.page.locator("[data-secret]").first().waitFor();
    assert.ok(sessions() > 0);
    const closed = performance.now();
    await other.tab.close();
    await until("the end of the session", () => sessions() === 0);
    t.diagnostic(`measured: from the end of a tab until that of its session: ${Math.round(performance.now() - closed)} ms`);
});
