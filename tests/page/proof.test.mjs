// Who has proved what, where, and how strongly.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, code, codes } from "./support/machine.mjs";
import { addApp, addText, done, prove } from "./support/steps.mjs";

let browser;
let first;
let second;
let tablet;
let spare;

before(async () => {
    browser = await launch();
    first = await Person.signIn(browser, addUser("paula"));
    await first.open();
    tablet = await addApp(first, "Tablet");
    await done(first);
    spare = await addApp(first, "Spare");
    await done(first);
    await addText(first);
    await done(first);
    // The first session has proved its methods; of this one only the sign-in is known.
    second = await Person.signIn(browser, first.user, { answers: [() => spare.code()] });
    await second.open();
});
after(() => browser && close(browser));

/** The row of an app. */
const row = (person, name) => person.rows("authenticator-app").filter({ hasText: name });

/** Begins to delete an app. */
async function remove(person, name) {
    await row(person, name).getByRole("button", { name: person.words.like("list-actions") }).click();
    await person.page.getByRole("menuitem", { name: person.words.whole("action-delete") }).click();
    await person.click("delete-confirm");
}

test("another sign-in of the same person has no proof of the first, and proving it there goes on with the deletion", async () => {
    await remove(second, "Tablet");
    await second.sees("verify-lead");
    await second.axe("a proof is asked for");
    await second.enterCode("000000", "verify-submit");
    await second.page.locator("#secinfo-verify-code[aria-invalid=true]").waitFor();
    await second.isAtCode();
    await second.axe("after a wrong code");
    await prove(second, spare);
    await row(second, "Tablet").waitFor({ state: "detached" });
    assert.equal(await second.rows("authenticator-app").count(), 1);
});

test("what one browser changes is there in the other within a second", async () => {
    await row(first, "Tablet").waitFor({ state: "detached", timeout: 1000 });
});

test("after a weaker proof a deletion waits, and can be called off", async () => {
    const third = await Person.signIn(browser, first.user, { answers: [() => spare.code()] });
    await third.open();
    await remove(third, "Spare");
    await third.sees("verify-lead");
    await third.click("verify-other");
    const before = codes().length;
    await third.page.getByRole("button", { name: third.words.say("kind-text") }).click();
    await third.enterCode(await code(before + 1), "verify-submit");
    await third.sees("delete-later-text");
    await third.axe("the deletion waits");
    await third.page.getByRole("dialog").getByRole("button", { name: third.words.whole("page-close") }).last().click();
    await row(third, "Spare").getByText(third.words.like("method-deletion")).waitFor();
    await row(first, "Spare").getByText(first.words.like("method-deletion")).waitFor({ timeout: 2000 });
    await third.axe("a deletion is scheduled");
    await third.click("method-keep");
    await third.button("method-keep").waitFor({ state: "detached" });
    await row(third, "Spare").waitFor();
    third.isUntroubled();
});
