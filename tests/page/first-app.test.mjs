// The first authenticator app, without a mouse.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { App, readQrCode } from "./support/authenticator.mjs";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, events, shell, until } from "./support/machine.mjs";

let browser;
let person;
/** What was shown and must not stay anywhere. */
const secrets = [];

before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("dora"));
    await person.open();
});
after(() => browser && close(browser));

/** Goes on by Tab until what has the focus has this name, or shows this kind. */
async function tabTo({ id, kind }) {
    const wanted = id && person.words.whole(id);
    for (let presses = 0; presses < 40; presses += 1) {
        await person.tab.keyboard.press("Tab");
        const focused = await person.page.evaluate(() => {
            const { ariaLabel, textContent, dataset } = document.activeElement ?? document.body;
            return { name: ariaLabel ?? textContent?.trim() ?? "", kind: dataset.kind };
        });
        if (wanted ? wanted.test(focused.name) : focused.kind === kind) {
            return;
        }
    }
    assert.fail(`Tab does not lead to ${id ?? kind}`);
}

/** Goes to it and presses Enter. */
async function press(what) {
    await tabTo(what);
    await person.tab.keyboard.press("Enter");
}

/** Waits until the heading of a step has the focus. */
function isAt(id) {
    return person.page.waitForFunction(
        (pattern) => new RegExp(pattern).test(document.activeElement?.textContent ?? ""),
        person.words.whole(id).source,
    );
}

test("somebody without a method is told what one is for, in a sentence and with one button", async () => {
    await person.sees("list-empty");
    assert.equal(await person.page.getByRole("button").count(), 1);
    await person.axe("no method yet");
});

test("an app is added by keyboard alone, from its QR code, after a wrong code", async () => {
    await person.page.locator("body").focus();
    await press({ id: "list-add" });
    await person.sees("add-choose");
    await person.axe("the choice of a kind");
    await press({ kind: "authenticator-app" });
    await isAt("app-get");
    await person.axe("getting an app");
    await press({ id: "page-continue" });

    await isAt("app-scan");
    await person.axe("scanning");
    const uri = readQrCode(await person.picture());
    const key = await person.page.locator("[data-secret]").first().innerText();
    assert.match(key, /^(\w{4} )*\w{1,4}$/, "in groups of four");
    const secret = key.replaceAll(" ", "");
    assert.equal(new URL(uri).searchParams.get("secret"), secret.toUpperCase(), "the key stands beside the code");
    secrets.push(key, secret, secret.toUpperCase());
    const app = App.of(uri);
    await press({ id: "page-continue" });

    await person.isAtCode();
    await person.tab.keyboard.type("000000");
    await person.tab.keyboard.press("Enter");
    await person.page.getByText(person.words.like("code-attempts")).first().waitFor();
    await person.isAtCode();
    await person.axe("after a wrong code");
    // As it stands in the app.
    const code = app.code();
    secrets.push(code);
    await person.tab.keyboard.type(`${code.slice(0, 3)} ${code.slice(3)}`);
    await person.tab.keyboard.press("Enter");
    await isAt("done-added");
    await person.sees("done-default");
    await person.axe("done");
    await press({ id: "page-done" });
    await person.rows("authenticator-app").getByText(person.words.whole("list-is-default")).waitFor();
    await person.axe("one method");
    assert.equal(events("method-enrolled").length, 1);
});

test("the key that is copied as text gives the same codes", async () => {
    await person.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await person.add("authenticator-app");
    await person.page.locator("#secinfo-name").fill("Copied");
    await person.click("page-continue");
    await person.page.locator("[data-secret]").waitFor();
    const uri = readQrCode(await person.picture());
    const clipboard = () => person.tab.evaluate(() => navigator.clipboard.readText());
    await person.click("app-copy-key");
    const key = await until("the key in the clipboard", clipboard);
    assert.equal(new App(key).code(), App.of(uri).code());
    secrets.push(key);
    await person.click("app-copy-link");
    await until("the link in the clipboard", async () => (await clipboard()) === uri);
    await person.click("page-continue");
    await person.enterCode(new App(key).code());
    await person.sees("done-default-instead");
    await person.click("page-done");
    await person.rows("authenticator-app").getByText("Copied").waitFor();
});

test("neither key nor code stays in the browser or comes into the journal", async () => {
    await person.hasLeftNowhere(secrets);
    const journal = shell("journalctl --boot --no-pager");
    for (const secret of secrets) {
        assert.ok(!journal.includes(secret), "a secret is in the journal");
    }
    person.isUntroubled();
});
