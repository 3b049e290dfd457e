import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { Names, PAGE_SIZE, eventOf, readBack, sizeIn } from "../src/admin/log/events";
import { EVENT_TYPES } from "../src/admin/log/types";
import { verify } from "../src/admin/log/verify";
import { ACCESS_DENIED, Refusal } from "../src/bus/errors";
import { load, loadForAdministrators } from "../src/words/words";
import { TestBus } from "./bus";

const bytes = (event: object) => Buffer.from(JSON.stringify(event)).toString("base64");
const event = (seq: number, type = "locked") => ({
    seq,
    time: 1795356000123,
    user: "aa11",
    type,
    version: 1,
    actor: { who: { user: "bb22" }, service: "sudo" },
    data: {},
});

/** A log of so many events, of which a few at once are given out; each tenth is another type. */
function log(size: number, atOnce = 100): TestBus {
    return new TestBus({
        "Audit.Read": (from, limit) => {
            const count = Math.min(Number(limit), atOnce, size - Number(from));
            const events = Array.from({ length: Math.max(0, count) }, (_, index) => {
                const seq = Number(from) + index;
                return bytes(event(seq, seq % 10 === 0 ? "unlocked" : "locked"));
            });
            return [Number(from) + events.length, events];
        },
    });
}

test("the size of the log is in the second line of a checkpoint", () => {
    assert.equal(sizeIn("host/secinfo/0123\n4711\nroot=\n\n— host sig\n"), 4711);
    assert.throws(() => sizeIn("no checkpoint"));
});

test("an event is shown in exactly its bytes, with who caused it", () => {
    const read = eventOf(bytes({ ...event(7), extra: "ü" }));
    assert.deepEqual([read.seq, read.time, read.type, read.actor], [7, 1795356000, "locked", { user: "bb22" }]);
    assert.equal(read.text, JSON.stringify({ ...event(7), extra: "ü" }));
});

test("who became root to do something is named", async () => {
    const read = eventOf(bytes({ ...event(7), actor: { who: "root", service: null, login: "aa11" } }));
    assert.deepEqual([read.actor, read.login], ["root", "aa11"]);
    const names = new Names(new TestBus({ "Audit.Names": (ids) => [Object.fromEntries((ids as string[]).map((id) => [id, [1, `name of ${id}`]]))] }).bus);
    await names.learn([read]);
    assert.equal(names.of("aa11"), "name of aa11");
});

test("the log is read from its newest event to its first, however little comes at once", async () => {
    const bus = log(120, 7).bus;
    const seen: number[] = [];
    let before = 120;
    while (before > 0) {
        const page = await readBack(bus, before, null);
        seen.push(...page.events.map(({ seq }) => seq));
        assert.ok(page.events.length <= PAGE_SIZE);
        before = page.rest;
    }
    assert.deepEqual(seen, Array.from({ length: 120 }, (_, index) => 119 - index));
});

test("events of one type are found across pages, each once", async () => {
    const bus = log(1234).bus;
    const seen: number[] = [];
    let before = 1234;
    while (before > 0) {
        const page = await readBack(bus, before, "unlocked");
        seen.push(...page.events.map(({ seq }) => seq));
        before = page.rest;
    }
    assert.deepEqual(seen, Array.from({ length: 124 }, (_, index) => 1230 - 10 * index));
});

test("names are asked for once, and who may not read them sees the beginnings of ids", async () => {
    const host = new TestBus({ "Audit.Names": () => [{ aa11: [1000, "alice"] }] });
    const names = new Names(host.bus);
    await names.learn([eventOf(bytes(event(1)))]);
    await names.learn([eventOf(bytes(event(2)))]);
    assert.deepEqual([names.of("aa11"), names.of("bb22"), host.calls.length], ["alice", "bb22", 1]);
    host.replies["Audit.Names"] = () => {
        throw new Refusal(ACCESS_DENIED);
    };
    const denied = new Names(host.bus);
    await denied.learn([eventOf(bytes(event(1)))]);
    assert.equal(denied.of("0123456789abcdef"), "01234567");
});

test("a log that was tampered with is told from one that is as it was signed", async () => {
    const said = (line: object) => async () => ({ lines: [line], status: 0 });
    const good = { verified: true, events: 3, users: 1, root: "r", origin: "o" };
    assert.deepEqual(await verify(said(good), true), good);
    const bad = { verified: false, from_event: 2, message: "event 2 cannot be read" };
    assert.deepEqual(await verify(said(bad), true), bad);
    const failed = await verify(said({ error: "NotAuthorized", message: "no", exit: 4 }), false);
    assert.deepEqual(failed, { verified: false, from_event: null, message: "no" });
});

test("every type of event that there is has its words in each language", async () => {
    const files = readdirSync("../../schemas/events").map((name) => name.replace(/\.v\d+\.json$/, ""));
    const types = [...new Set(files)].filter((name) => name !== "definitions").sort();
    assert.deepEqual(types.filter((type) => !EVENT_TYPES.some((known) => known === type)), []);
    for (const language of ["en", "de", "fr"] as const) {
        const words = await load(language);
        await loadForAdministrators(words);
        for (const type of EVENT_TYPES) {
            words.say(`admin-event-${type}`);
        }
    }
});
