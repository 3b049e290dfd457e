// A phone that is called, and a mailbox.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, code, codes } from "./support/machine.mjs";
import { done } from "./support/steps.mjs";

let browser;
let person;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("emil"));
    await person.open();
});
after(() => browser && close(browser));

/** Types where the codes are to go, and has one sent. */
async function send(destination) {
    await person.page.locator("#secinfo-destination").fill(destination);
    await person.click("code-send");
}

/** Waits until what was typed there is refused, in these words, and the field has the focus. */
async function isRefused(reason) {
    await person.page.locator("#secinfo-destination[aria-invalid=true]").waitFor();
    await person.sees(`error-${reason}`);
    await person.page.waitForFunction(() => document.activeElement?.id === "secinfo-destination");
}

/** Types a wrong code, which is told, and then the right one. */
async function enterWrongAndRight(kind, right) {
    await person.enterCode("000000");
    await person.sees("error-WrongCode");
    await person.isAtCode();
    await person.axe(`a wrong code by ${kind}`);
    await person.enterCode(right);
    await person.sees("done-added");
}

test("a number that cannot be called is refused in words, and the field has the focus", async () => {
    await person.add("call");
    await person.sees("number-title");
    await person.axe("a phone that is called");
    await send("12");
    await isRefused("InvalidDestination");
    await person.axe("a number that cannot be called");
});

test("an office phone is called, and its code adds it", async () => {
    await person.page.locator("#secinfo-place").selectOption("office");
    const before = codes("call").length;
    await send(`+49 30 2${String(process.pid).padStart(7, "0").slice(-7)}`);
    const right = await code(before + 1, "call");
    await person.isAtCode();
    await person.axe("the code of a call");
    await enterWrongAndRight("call", right);
    await person.sees("done-default");
    await person.axe("a phone that is called was added");
    await done(person);
    await person.rows("call").getByText(person.words.whole("list-is-default")).waitFor();
});

test("an address that is none is refused in words, and the field has the focus", async () => {
    await person.add("email");
    await person.sees("address-title");
    await person.axe("a mailbox");
    await send("nobody");
    await isRefused("InvalidDestination");
    await person.axe("an address that is none");
});

test("a code comes by email and adds the address, which serves resets only", async () => {
    const before = codes("email").length;
    await send(`${person.user}@example.org`);
    const right = await code(before + 1, "email");
    await person.page.getByText(/•/).first().waitFor();
    await person.axe("the code of an email");
    await enterWrongAndRight("email", right);
    await person.sees("done-reset-only");
    await person.axe("a mailbox was added");
    await done(person);
    await person.rows("email").getByText(person.words.whole("list-serves-password-reset")).waitFor();
    assert.equal(await person.rows("email").getByText(person.words.whole("list-is-default")).count(), 0);
    await person.axe("a phone and a mailbox");
});

test("a second address cannot be chosen, and the reason stands beside it", async () => {
    await person.click("list-add");
    const choice = person.page.locator('.secinfo-choice[data-kind="email"]');
    await choice.getByText(person.words.say("add-has-email")).waitFor();
    assert.ok(await choice.isDisabled());
    await person.axe("a second address");
    await person.tab.keyboard.press("Escape");
    person.isUntroubled();
});
