import assert from "node:assert/strict";
import { test } from "node:test";
import { methodName } from "../src/words/describe";
import { day, length, limit } from "../src/words/times";
import { load, negotiate, visible } from "../src/words/words";

const english = await load("en");
const german = await load("de");

test("the language of Cockpit is spoken where the page has it", () => {
    assert.deepEqual(["de", "fr-fr", "pt-br", "en-us", ""].map(negotiate), ["de", "fr", "en", "en", "en"]);
});

test("a label that the daemon has chosen is translated, and one of the user's is quoted", () => {
    const named = (Label: string) => methodName(german, { Kind: "authenticator-app", Label, Hint: {} });
    assert.equal(named("Authenticator app"), "Authenticator-App");
    assert.equal(named("Authenticator app 2"), "Authenticator-App 2");
    assert.equal(named("Tablet"), "Authenticator-App „Tablet“");
});

test("a method without a label of its own is told from others by its hint", () => {
    const text = { Kind: "text", Label: "Text message", Hint: { number: "+49 ••• ••89", place: "mobile" } };
    assert.equal(methodName(english, text), "Text message +49 ••• ••89 (mobile)");
});

test("a kind that the page does not know is shown by its word", () => {
    assert.equal(methodName(english, { Kind: "gesture", Label: "", Hint: {} }), "gesture");
});

test("what cannot be seen, or turns the text around it, is made visible", () => {
    assert.equal(visible("a\u202eb\u0007c\u200b"), "a\ufffdb\ufffdc\ufffd");
});

test("days and limits are in words", () => {
    const noon = new Date(2026, 10, 30, 12).getTime() / 1000;
    const days = [0, noon, noon - 86400, noon - 10 * 86400].map((time) => day(english, time, noon));
    assert.deepEqual(days, ["never", "today", "yesterday", "Nov 20, 2026"]);
    assert.match(limit(english, noon + 86400, noon), /^tomorrow at 12:00/);
});

test("a length is rounded up, and in the unit in which it is read at once", () => {
    const lengths = [1, 119, 120, 301, 7200, 172800].map((seconds) => length(english, seconds));
    assert.deepEqual(lengths, ["1 second", "119 seconds", "2 minutes", "6 minutes", "2 hours", "2 days"]);
});
