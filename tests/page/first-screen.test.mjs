// How soon the page shows something.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser } from "./support/machine.mjs";
import { addApp, done } from "./support/steps.mjs";

/** How often it is measured. */
const TIMES = 5;
/** The most that it may take on an idle machine, in milliseconds; the machines of tests are busy. */
const GOAL = 1500;
const BUSY = 4 * GOAL;

let browser;
let person;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("fiona"));
    await person.context.addInitScript(watch);
    await person.open();
    await addApp(person, "Tablet");
    await done(person);
});
after(() => browser && close(browser));

/** Remembers, in each frame, when the list of methods has come, in milliseconds since it began to load. */
function watch() {
    const look = () => {
        if (globalThis.firstScreen === undefined && document.querySelector(".secinfo-method")) {
            globalThis.firstScreen = performance.now();
        }
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true });
}

test("the list of methods is there soon after the frame has begun to load", async (t) => {
    const took = [];
    for (let times = 0; times < TIMES; times += 1) {
        await person.open();
        await person.rows("authenticator-app").waitFor();
        took.push(Math.round(await person.page.evaluate(() => globalThis.firstScreen)));
    }
    took.sort((one, other) => one - other);
    t.diagnostic(`measured: from the frame to the first screen: ${took.join(", ")} ms, of ${GOAL} ms`);
    assert.ok(took[0] <= BUSY, `${took} ms`);
});
