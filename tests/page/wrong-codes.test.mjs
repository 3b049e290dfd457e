// Wrong codes, too many of them, and a session whose time is over: on a host where sessions are short.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { App } from "./support/authenticator.mjs";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, events } from "./support/machine.mjs";
import { done } from "./support/steps.mjs";

/** How many wrong codes end a session. */
const ATTEMPTS = 5;
const WRONG = "000000";
/** How long a session is open, in milliseconds, and a little more. */
const SESSION = 80_000;

let browser;
let person;
let app;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("wanda"), { language: "en" });
    await person.open();
});
after(() => browser && close(browser));

/** Goes on to where the code of a new app is asked for; that app. */
async function goToCode() {
    await person.click("page-continue");
    const shown = new App(await person.page.locator("[data-secret]").first().innerText());
    await person.click("page-continue");
    await person.isAtCode();
    return shown;
}

/** Waits until a button has the focus. */
function isAtButton(id) {
    return person.page.waitForFunction(
        (pattern) => document.activeElement?.tagName === "BUTTON" && new RegExp(pattern).test(document.activeElement.textContent),
        person.words.whole(id).source,
    );
}

test("after a wrong code the field is empty and has the focus, and the attempts that are left are said", async () => {
    await person.add("authenticator-app");
    await goToCode();
    for (let left = ATTEMPTS - 1; left > 0; left -= 1) {
        await person.enterCode(WRONG);
        await person.page.getByText(new RegExp(left === 1 ? "One attempt left" : `\\b${left} attempts left`)).waitFor();
        await person.isAtCode();
        assert.equal(await person.codeField.inputValue(), "");
        const help = await person.codeField.getAttribute("aria-describedby");
        assert.match(await person.page.locator(`#${help}`).innerText(), /attempts? left/i);
    }
});

test("the fifth wrong code ends the session, which is said, and one begins again", async () => {
    await person.enterCode(WRONG);
    await person.sees("error-TooManyAttempts");
    await isAtButton("time-start-again");
    await person.axe("too many wrong codes");
    await person.click("time-start-again");
    await person.sees("app-get-text");
    assert.equal(await person.page.getByRole("alert").filter({ hasText: /\w/ }).count(), 0);
});

test("when the time is over that is said, and a new key is given", async () => {
    const before = events("method-enrolled").length;
    const first = await goToCode();
    await person.sees("time-left", { timeout: SESSION });
    await person.axe("the time is running out");
    await person.sees("time-is-over", { timeout: SESSION });
    await person.axe("the time is over");
    await person.enterCode(first.code());
    await person.sees("error-SessionExpired");
    await isAtButton("time-start-again");
    await person.click("time-start-again");
    app = await goToCode();
    await person.enterCode(app.code());
    await person.sees("done-added");
    await done(person);
    assert.equal(events("method-enrolled").length, before + 1);
});

test("wrong codes of a proof are told likewise, and the proof is asked for again", async () => {
    await person.click("fresh-prove");
    await person.isAtCode();
    await person.enterCode(WRONG, "verify-submit");
    await person.sees("error-WrongCode");
    await person.isAtCode();
});
