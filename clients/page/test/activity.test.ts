import assert from "node:assert/strict";
import { test } from "node:test";
import { canBeReported, joined, type Entry } from "../src/activity/entries";
import { inclusionOf } from "../src/activity/inclusion";
import { detailsText, whatText } from "../src/activity/line";
import { load } from "../src/words/words";

const words = await load("en");

function entry(seq: number, more: Partial<Entry> = {}): Entry {
    return { seq, time: seq * 1000, what: "verification-succeeded", reported: false, ...more };
}

test("the newest lines are put before those that were read before, without a gap or a double", () => {
    const seqs = (entries: Entry[]) => entries.map(({ seq }) => seq);
    assert.deepEqual(seqs(joined([entry(5), entry(4)], [entry(4), entry(2)])), [5, 4, 2]);
    assert.deepEqual(seqs(joined([entry(9), entry(8)], [entry(4), entry(2)])), [9, 8]);
    assert.deepEqual(seqs(joined([], [entry(4)])), []);
});

test("what a person did as the user can be reported once, and what an administrator did cannot", () => {
    assert.ok(canBeReported(entry(1, { by: "alice" }), "alice"));
    assert.ok(canBeReported(entry(1, { by: "root", service: "sshd" }), "alice"));
    assert.ok(!canBeReported(entry(1, { by: "alice", reported: true }), "alice"));
    assert.ok(!canBeReported(entry(1, { by: "admin" }), "alice"));
    assert.ok(!canBeReported(entry(1, { what: "verification-failed" }), "alice"));
    const changed = (reason: string) => canBeReported(entry(1, { what: "default-changed", reason }), "alice");
    assert.deepEqual(["chosen", "app-set-up"].map(changed), [true, false]);
});

test("a line says by which method, where and by whom, as far as that is known", () => {
    const line = entry(1, { kind: "text", service: "sshd", source: "192.0.2.7", by: "root" });
    assert.equal(detailsText(words, line, "alice"), "Text message · at sshd · from 192.0.2.7");
    const helped = entry(1, { what: "unlocked", by: "root", login: "admin" });
    assert.equal(detailsText(words, helped, "alice"), "by root (admin)");
    assert.equal(detailsText(words, entry(1, { by: "alice" }), "alice"), "");
});

test("a sign-in, a proof and an event of a later version are told apart", () => {
    assert.equal(whatText(words, entry(1, { service: "sshd" })), "Signed in");
    assert.equal(whatText(words, entry(1)), "Proved");
    // By the page or the command, which are no service.
    const own = entry(1, { service: "secinfo", by: "alice" });
    assert.equal(whatText(words, own), "Proved");
    assert.equal(detailsText(words, own, "alice"), "");
    assert.equal(whatText(words, entry(1, { what: "teleported" })), "teleported");
});

test("the event of a proof is shown in the bytes that are stored", () => {
    const { event } = inclusionOf("eyJuYW1lIjoiw6kifQ==", [], "");
    assert.equal(event, '{"name":"é"}');
});
