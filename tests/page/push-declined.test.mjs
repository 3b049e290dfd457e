// Requests to a phone that are declined, on a host where policy has numbers chosen at Cockpit and on the page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, events } from "./support/machine.mjs";
import { Phone } from "./support/phone.mjs";
import { addPhone, done } from "./support/steps.mjs";

let browser;
let person;
let phone;
before(async () => {
    phone = new Phone();
    browser = await launch();
    person = await Person.signIn(browser, addUser("nora"));
    await person.open();
    await addPhone(person, phone);
    await done(person);
});
after(async () => {
    phone?.end();
    await (browser && close(browser));
});

test("a browser is given no number to choose, whatever policy says: the code of the phone is typed", async () => {
    await person.click("fresh-prove");
    await person.isAtCode();
    assert.equal(await person.page.locator(".secinfo-number").count(), 0);
    await person.enterCode(await phone.does("approve"), "verify-submit");
    await person.page.getByRole("dialog").waitFor({ state: "detached" });
    await person.sees("fresh-until");
});

test("a request that was declined as another person's proves nobody, and no more are sent for a while", async () => {
    const before = events("verification-succeeded").length;
    await person.click("fresh-prove");
    await person.isAtCode();
    await phone.does("decline");
    await person.enterCode("123456", "verify-submit");
    await person.page.getByRole("alert").filter({ hasText: /\w/ }).first().waitFor();
    await person.axe("a request was declined");
    assert.equal(events("verification-succeeded").length, before);
    await person.tab.keyboard.press("Escape");
    await person.sees("attention-push-paused");
    await person.axe("requests to the phone are paused");
    const asked = events("approval-requested").length;
    await person.click("fresh-prove");
    await person.page.getByRole("dialog").getByRole("button").first().waitFor();
    await person.tab.keyboard.press("Escape");
    assert.equal(events("approval-requested").length, asked, "the phone was asked again");
    person.isUntroubled();
});
