// Several methods: their names, the default, and what follows when one is deleted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, as, ok } from "./support/machine.mjs";
import { addApp, addText, done } from "./support/steps.mjs";

let browser;
let person;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("mira"));
    await person.open();
    await addText(person);
    await done(person);
});
after(() => browser && close(browser));

/** What the command says is the default. */
function defaultKind() {
    const methods = JSON.parse(ok(as(person.user, ["secinfo", "--json"]))).methods;
    return methods.find((method) => method.is_default)?.kind;
}

test("an app becomes the default, and the former one can be kept", async () => {
    await addApp(person, "Tablet");
    await person.sees("done-default-instead");
    assert.equal(defaultKind(), "authenticator-app");
    await person.click("done-keep");
    await person.sees("done-kept");
    assert.equal(defaultKind(), "text");
    await person.axe("the former default was kept");
    await done(person);
});

test("another default is chosen", async () => {
    await person.click("default-title");
    await person.page.getByRole("radio").first().waitFor();
    await person.axe("choosing the default");
    await person.page.getByRole("radio", { name: /Tablet/ }).check();
    await person.click("default-confirm");
    await person.rows("authenticator-app").getByText(person.words.whole("list-is-default")).waitFor();
    assert.equal(defaultKind(), "authenticator-app");
});

test("a method is renamed", async () => {
    await person.act("authenticator-app", "rename");
    await person.axe("renaming");
    await person.page.getByRole("dialog").getByRole("textbox").fill("Kitchen tablet");
    await person.click("rename-submit");
    await person.rows("authenticator-app").getByText("Kitchen tablet").waitFor();
});

test("who deletes the default reads what becomes the default, and it does", async () => {
    await person.act("authenticator-app", "delete");
    await person.sees("delete-warning");
    await person.sees("delete-next-default");
    await person.axe("deleting");
    await person.click("delete-confirm");
    await person.rows("authenticator-app").waitFor({ state: "detached" });
    await person.rows("text").getByText(person.words.whole("list-is-default")).waitFor();
    assert.equal(defaultKind(), "text");
    person.isUntroubled();
});
