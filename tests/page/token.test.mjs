// A hardware token with a button, that is far ahead.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, ok } from "./support/machine.mjs";
import { keepSecret } from "./support/secrets.mjs";
import { done } from "./support/steps.mjs";

const KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const SERIAL = `C${process.pid}`;

let browser;
let person;
before(async () => {
    const table = `serial number,secret key,time interval,manufacturer,model\n${SERIAL},${KEY},0,Acme,One\n`;
    ok(["sh", "-c", "cat >/srv/tokens.csv && secinfo tokens import /srv/tokens.csv --yes"], table);
    browser = await launch();
    person = await Person.signIn(browser, addUser("tora"));
    await person.open();
});
after(() => browser && close(browser));

/** What the token shows after its button was pressed that often. */
function shown(counter) {
    const words = ["--hotp", "--base32", `--counter=${counter}`, "-"];
    const { stdout, stderr, status } = spawnSync("oathtool", words, { input: KEY, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return keepSecret(stdout.trim());
}

/** Types two codes of the token that is to be found again. */
async function find(first, second) {
    await person.page.locator("#secinfo-first").fill(shown(first));
    await person.page.locator("#secinfo-second").fill(shown(second));
    await person.page.getByRole("dialog").getByRole("button", { name: person.words.whole("resync-submit") }).click();
}

test("a serial number that nobody knows is refused in words, and the field has the focus", async () => {
    await person.add("hardware-token");
    await person.sees("token-serial-title");
    await person.axe("the serial number of a token");
    await person.page.locator("#secinfo-serial").fill("999");
    await person.click("page-continue");
    await person.sees("error-TokenUnknown");
    await person.page.locator("#secinfo-serial[aria-invalid=true]").waitFor();
    await person.page.waitForFunction(() => document.activeElement?.id === "secinfo-serial");
    await person.axe("no such token");
});

test("a token that is ahead is added by two codes in a row, the first of which is refused", async () => {
    await person.page.locator("#secinfo-serial").fill(SERIAL);
    await person.click("page-continue");
    await person.sees("token-code-text");
    await person.page.getByText("Acme One").first().waitFor();
    await person.axe("a code of the token");
    await person.enterCode(shown(50));
    await person.sees("error-WrongCode");
    await person.isAtCode();
    assert.equal(await person.codeField.inputValue(), "");
    await person.axe("the first code of a token that is ahead");
    await person.enterCode(shown(51));
    await person.sees("done-added");
    await person.axe("a token was added");
    await done(person);
    await person.rows("hardware-token").getByText(SERIAL.slice(-3)).waitFor();
    await person.axe("a token in the list");
});

test("two codes that do not follow each other are told, and both are asked for anew", async () => {
    await person.act("hardware-token", "resynchronize");
    await person.sees("resync-text");
    await person.axe("finding a token again");
    await find(90, 92);
    await person.sees("finer-not-consecutive");
    await person.page.locator("#secinfo-first[aria-invalid=true]").waitFor();
    await person.page.waitForFunction(() => document.activeElement?.id === "secinfo-first");
    assert.equal(await person.page.locator("#secinfo-first").inputValue(), "");
    assert.equal(await person.page.locator("#secinfo-second").inputValue(), "");
    await person.axe("codes that do not follow each other");
});

test("two codes in a row find the token again, and its next one proves its user", async () => {
    await find(90, 91);
    await person.sees("resync-done");
    await person.page.getByRole("dialog").waitFor({ state: "detached" });
    await person.axe("the token is in step");
    await person.click("fresh-prove");
    await person.enterCode(shown(92), "verify-submit");
    await person.page.getByRole("dialog").waitFor({ state: "detached" });
    person.isUntroubled();
});
