// A host whose policy takes back all kinds of method that people add themselves, while the page is open.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, ok } from "./support/machine.mjs";
import { addApp, done } from "./support/steps.mjs";

let browser;
let person;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("nora"));
    await person.open();
    await addApp(person, "Tablet");
    await done(person);
});
after(() => browser && close(browser));

test("whoever has a method sees at once that it is not allowed any more, and that no other can be added", async () => {
    const policy = '\n[policy]\nallowed = ["access-pass"]\n';
    ok(["sh", "-c", "cat >>/etc/secinfo/config.toml && systemctl reload secinfod"], policy);
    await person.sees("list-nothing-allowed");
    await person.rows("authenticator-app").getByText(person.words.whole("method-not-allowed")).waitFor();
    assert.ok(await person.button("list-add").isDisabled());
    await person.axe("nothing is allowed any more");
});

test("whoever has none reads that policy allows nothing, and is offered no button that leads nowhere", async () => {
    const other = await Person.signIn(browser, addUser("nils"));
    await other.open();
    await other.sees("list-nothing-allowed");
    assert.equal(await other.page.getByRole("button").count(), 0);
    await other.axe("nothing is allowed");
    for (const one of [person, other]) {
        one.isUntroubled();
    }
});
