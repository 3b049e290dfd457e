// Security questions, on a host that lets users reset their passwords.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser } from "./support/machine.mjs";
import { keepSecret } from "./support/secrets.mjs";
import { addApp, done } from "./support/steps.mjs";

const ANSWERS = ["Zwetschgenknödel", "Quittengelee", "Pfefferminztee", "Blaubeerkuchen", "Haselnusseis"].map(keepSecret);

/** The answers with others in place of some of them. */
const but = (others) => Object.assign([...ANSWERS], others);

let browser;
let person;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("quinn"));
    await person.open();
    await addApp(person, "Tablet");
    await done(person);
});
after(() => browser && close(browser));

/** Fills the fields of a step whose names begin like this. */
async function answer(step, answers) {
    for (const [row, text] of answers.entries()) {
        await person.page.locator(`#secinfo-${step}-${row}`).fill(text);
    }
}

/** Waits until this field has the focus. */
function isAt(id) {
    return person.page.waitForFunction((id) => document.activeElement?.id === id, `secinfo-${id}`);
}

test("who chooses no question is told how many it takes, and is at the first", async () => {
    await person.add("security-questions");
    await person.sees("questions-choose-text");
    await person.axe("choosing questions");
    await answer("answer", ANSWERS);
    await person.click("page-continue");
    await person.sees("questions-missing");
    await isAt("question-0");
    await person.axe("no question is chosen");
});

test("a question that was chosen is not offered again", async () => {
    for (const row of ANSWERS.keys()) {
        const select = person.page.locator(`#secinfo-question-${row}`);
        await select.selectOption({ index: 1 });
    }
    const chosen = await Promise.all(ANSWERS.map((_, row) => person.page.locator(`#secinfo-question-${row}`).inputValue()));
    assert.equal(new Set(chosen).size, ANSWERS.length);
});

test("answers that are too short or alike are told each beside its field, and one is at the first of them", async () => {
    await answer("answer", but({ 1: "ab", 3: ANSWERS[0].toUpperCase() }));
    await person.click("page-continue");
    const help = (row) => person.page.locator(`#secinfo-answer-${row}-help`);
    await help(1).getByText(person.words.say("questions-wrong")).waitFor();
    await help(3).getByText(person.words.say("questions-alike")).waitFor();
    await isAt("answer-1");
    await person.axe("answers that cannot be used");
});

test("mending one answer never takes the focus to another field", async () => {
    await person.page.locator("#secinfo-answer-1").fill("");
    // Up to the answer of the field below it, and beyond.
    await person.tab.keyboard.type(`${ANSWERS[2]} 2`);
    await isAt("answer-1");
    await person.page.getByRole("checkbox", { name: person.words.whole("questions-show") }).check();
    assert.equal(await person.page.locator("#secinfo-answer-1").inputValue(), `${ANSWERS[2]} 2`);
    assert.equal(await person.page.locator("#secinfo-answer-1").getAttribute("type"), "text");
});

test("answers that differ the second time are told, and all are asked for anew", async () => {
    await answer("answer", ANSWERS);
    await person.click("page-continue");
    await person.sees("questions-again-text");
    await person.axe("answering once more");
    await answer("again", but({ 4: "Vanilleeis" }));
    await person.click("add-submit");
    await person.sees("questions-not-same");
    await isAt("again-0");
    assert.equal(await person.page.locator("#secinfo-again-0").inputValue(), "");
    await person.axe("other answers than before");
});

test("the same answers add the questions, which serve resets only, and stay nowhere", async () => {
    await answer("again", ANSWERS.map((text) => `  ${text.toLowerCase()}`));
    await person.click("add-submit");
    await person.sees("done-added");
    await person.sees("done-reset-only");
    await person.axe("questions were added");
    await done(person);
    await person.rows("security-questions").getByText(person.words.whole("list-serves-password-reset")).waitFor();
    await person.axe("questions in the list");
    await person.hasLeftNowhere(ANSWERS);
    person.isUntroubled();
});
