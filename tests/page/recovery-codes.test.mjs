// Recovery codes: shown once, in several forms, and gone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, shell } from "./support/machine.mjs";
import { keepSecret } from "./support/secrets.mjs";
import { addApp, done } from "./support/steps.mjs";

let browser;
let person;
let shown;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("rosa"));
    await person.open();
    await addApp(person, "Tablet");
    await done(person);
});
after(() => browser && close(browser));

test("the codes are a numbered list, and leaving asks", async () => {
    await person.add("recovery-codes");
    await person.sees("codes-text");
    await person.axe("before the codes");
    await person.click("codes-issue");
    await person.sees("codes-shown-text");
    const items = person.page.getByRole("dialog").locator("ol li");
    shown = (await items.allInnerTexts()).map((text) => text.trim());
    shown.forEach(keepSecret);
    assert.equal(shown.length, 10);
    assert.equal(new Set(shown).size, 10);
    await person.axe("the codes");
    assert.ok(await person.button("page-done").isDisabled(), "nobody goes on without having kept them");
    await person.tab.keyboard.press("Escape");
    await person.sees("codes-leave");
    await person.click("page-back");
    assert.deepEqual((await items.allInnerTexts()).map((text) => text.trim()), shown);
});

test("they can be copied, downloaded and printed, and each says so", async () => {
    await person.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await person.click("codes-copy");
    await person.sees("copy-done");
    const copied = await person.tab.evaluate(() => navigator.clipboard.readText());
    const waiting = person.tab.waitForEvent("download");
    await person.click("codes-download");
    const download = await waiting;
    await person.sees("codes-downloaded");
    assert.equal(download.suggestedFilename(), `secinfo-host-${person.user}-recovery-codes.txt`);
    const downloaded = await readFile(await download.path(), "utf8");
    for (const code of shown) {
        assert.ok(copied.includes(code) && downloaded.includes(code));
    }
    await person.page.evaluate(() => {
        window.print = () => {
            window.printed = document.body.innerText;
        };
    });
    await person.click("codes-print");
    await person.page.waitForFunction(() => window.printed !== undefined);
    await person.sees("codes-printed");
    await person.page.evaluate(() => delete window.printed);
    // On paper there is nothing but the codes.
    await person.tab.emulateMedia({ media: "print" });
    const onPaper = await person.page.evaluate(() => document.body.innerText);
    assert.ok(shown.every((code) => onPaper.includes(code)));
    assert.ok(await person.page.getByRole("heading", { level: 1 }).first().isHidden());
    await person.tab.emulateMedia({ media: null });
});

test("after Done the codes are nowhere, and one signs its user in", async () => {
    await person.page.getByRole("checkbox").check();
    await done(person);
    await person.rows("recovery-codes").waitFor();
    await person.hasLeftNowhere(shown);
    const journal = shell("journalctl --boot --no-pager");
    assert.ok(shown.every((code) => !journal.includes(code)));
    const other = await Person.signIn(browser, person.user, {
        answers: ["?", "1", shown[0]],
    });
    await other.open();
    await other.rows("recovery-codes").getByText(/\b9\b/).first().waitFor();
    await other.context.close();
    person.isUntroubled();
});
