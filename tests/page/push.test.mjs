// Approval on a phone, which is simulated.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readQrCode } from "./support/authenticator.mjs";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser } from "./support/machine.mjs";
import { Phone } from "./support/phone.mjs";
import { done } from "./support/steps.mjs";

let browser;
let person;
let phone;
before(async () => {
    phone = new Phone();
    browser = await launch();
    person = await Person.signIn(browser, addUser("petra"));
    await person.open();
});
after(async () => {
    phone?.end();
    await (browser && close(browser));
});

test("a phone scans the code, approves a test request, and is the default", async () => {
    await person.add("push");
    await person.axe("getting the app");
    await person.click("page-continue");
    await person.sees("push-scan-text");
    await person.page.locator(".secinfo-qr").waitFor();
    await person.axe("scanning");
    const link = readQrCode(await person.picture());
    assert.equal(await phone.does(`register ${link}`), "registered");
    await person.sees("push-test-text");
    await person.axe("approving");
    await person.enterCode(await phone.does("approve"));
    await person.sees("done-added");
    await person.sees("done-default");
    await done(person);
    await person.rows("push").getByText(person.words.whole("list-is-default")).waitFor();
});

test("it signs its user in to Cockpit, and proves them on the page", async () => {
    const other = await Person.signIn(browser, person.user, { answers: [() => phone.does("approve")] });
    await other.open();
    await other.act("push", "delete");
    await other.click("delete-confirm");
    await other.sees("verify-lead");
    await other.axe("a request waits on the phone");
    await other.enterCode(await phone.does("approve"), "verify-submit");
    await other.rows("push").waitFor({ state: "detached" });
    await person.sees("list-empty");
    await other.context.close();
    person.isUntroubled();
});
