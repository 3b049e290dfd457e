// Signing in to Cockpit itself.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, codes, code } from "./support/machine.mjs";
import { addApp, addText, done } from "./support/steps.mjs";

let browser;
let person;
let app;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("lena"), { language: "de" });
    await person.open();
    app = await addApp(person, "Küche");
    await done(person);
    await addText(person);
    await done(person);
    await person.context.close();
});
after(() => browser && close(browser));

/** Remembers each prompt, and answers it. */
function answering(prompts, ...answers) {
    return answers.map((answer) => async (prompt) => {
        prompts.push(prompt);
        return typeof answer === "function" ? answer(prompt) : answer;
    });
}

/** Each is one line of the letters that Cockpit's page shows as they are. */
function areReadable(prompts) {
    for (const prompt of prompts) {
        assert.match(prompt, /^[ -~]+$/);
    }
}

test("the prompt is a line that can be read, and after a wrong code the right one is good", async () => {
    const prompts = [];
    const other = await Person.signIn(browser, person.user, {
        language: "de",
        answers: answering(prompts, "000000", () => app.code()),
    });
    areReadable(prompts);
    assert.match(prompts[0], /Kueche/);
    assert.equal(prompts.length, 2);
    await other.open();
    await other.rows("authenticator-app").getByText("Küche").waitFor();
    await other.context.close();
});

test("another way is chosen from a list, and signs in", async () => {
    const prompts = [];
    const before = codes().length;
    const other = await Person.signIn(browser, person.user, {
        language: "de",
        answers: answering(prompts, "?", "1", () => code(before + 1)),
    });
    areReadable(prompts);
    await other.open();
    await other.context.close();
});
