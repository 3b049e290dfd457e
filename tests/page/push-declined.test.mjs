// Approval by a number that is chosen on the phone, on a host that has the page ask for it so.

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

/** Asks for a proof; the number that stands on the page. */
async function ask() {
    await person.click("fresh-prove");
    return shown();
}

async function shown() {
    await person.sees("approval-number");
    return (await person.page.locator(".secinfo-number").innerText()).trim();
}

test("the number on the page is one of those on the phone, and proves its user once it is chosen there", async () => {
    const number = await ask();
    await person.sees("approval-waiting");
    await person.axe("a number to choose on the phone");
    const numbers = (await phone.does(`choose ${number}`)).split(" ");
    assert.ok(numbers.length > 1 && numbers.includes(number), `${number} of ${numbers}`);
    await person.page.getByRole("dialog").waitFor({ state: "detached" });
    await person.sees("fresh-until");
});

test("another number proves nobody", async () => {
    const number = await ask();
    const before = events("verification-succeeded").length;
    await phone.does("choose another");
    await person.page.getByRole("alert").filter({ hasText: /\w/ }).first().waitFor();
    console.log(number, await person.page.getByRole("dialog").innerText());
    assert.equal(events("verification-succeeded").length, before);
});
