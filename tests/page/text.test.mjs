// A phone that gets texts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser, code, codes, ok } from "./support/machine.mjs";
import { done } from "./support/steps.mjs";

let browser;
let person;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("tilda"));
    await person.open();
});
after(() => browser && close(browser));

/** A number of its own: what is sent to one is limited. */
const number = (last) => `+49 151 2${String(process.pid).padStart(6, "0").slice(-6)}${last}`;

/** Has the channel for texts fail in this way. */
function setFailure(line) {
    const settings = `directory = "/var/lib/secinfo-spool"\n${line}`;
    ok(["sh", "-c", "cat >/etc/secinfo/channels/text.toml && systemctl restart secinfo-channel@text"], settings);
}

test("a kind that no channel of this host sends cannot be chosen, and the reason stands beside it", async () => {
    await person.click("list-add");
    const email = person.page.locator('.secinfo-choice[data-kind="email"]');
    await email.getByText(person.words.say("add-no-channel")).waitFor();
    assert.ok(await email.isDisabled());
    await person.tab.keyboard.press("Escape");
});

test("a number that is none is refused in words, and the field has the focus", async () => {
    await person.add("text");
    await person.page.locator("#secinfo-destination").fill("12");
    await person.click("code-send");
    await person.page.locator("#secinfo-destination[aria-invalid=true]").waitFor();
    await person.page.waitForFunction(() => document.activeElement?.id === "secinfo-destination");
    await person.axe("a number that is none");
});

test("the code says where it went, and another can be sent after a while that is counted down", async () => {
    await person.page.locator("#secinfo-destination").fill(number(1));
    const before = codes().length;
    await person.click("code-send");
    await code(before + 1);
    await person.page.getByText(/••/).first().waitFor();
    const again = person.button("sent-again-in");
    await again.waitFor();
    assert.ok(await again.isDisabled());
    await person.axe("the code was sent");
    await person.button("sent-again").and(person.page.locator(":enabled")).click({ timeout: 90_000 });
    const newest = await code(before + 2);
    await person.enterCode(newest);
    await person.sees("done-added");
    await done(person);
    assert.equal(codes().length, before + 2);
});

test("a number that the provider does not know is told as the reason, and nothing was added", async () => {
    setFailure('fail = "destination"\n');
    try {
        await person.add("text");
        await person.page.locator("#secinfo-place").selectOption("alternate");
        await person.page.locator("#secinfo-destination").fill(number(2));
        await person.click("code-send");
        await person.sees("error-DeliveryFailed");
        await person.axe("the code could not be sent");
    } finally {
        setFailure("");
    }
    await person.tab.keyboard.press("Escape");
    assert.equal(await person.rows("text").count(), 1);
});

test("who has to prove themselves by a text that cannot be delivered reads so, and can choose another way", async () => {
    setFailure('fail = "destination"\n');
    try {
        await person.click("fresh-prove");
        await person.sees("error-DeliveryFailed");
        await person.button("verify-other").waitFor();
        await person.axe("the code of a proof could not be sent");
    } finally {
        setFailure("");
    }
    await person.tab.keyboard.press("Escape");
    person.isUntroubled();
});

test("a number is to be confirmed by a code once the days of policy are over", async () => {
    await person.tab.clock.setFixedTime(new Date(Date.now() + 2 * 86_400_000));
    await person.open();
    await person.sees("method-confirm");
    await person.axe("a number is to be confirmed");
    await person.click("method-confirm-now");
    await person.button("page-cancel").waitFor();
    assert.equal(await person.button("verify-other").count(), 0);
    person.isUntroubled();
});
