import assert from "node:assert/strict";
import { test } from "node:test";
import { challengeOf } from "../src/bus/challenge";
import { Enrollment, Verification, cancelAll } from "../src/bus/session";
import { dictionary } from "../src/bus/values";
import { TestBus } from "./bus";

const CODE = { form: { t: "s", v: "code" }, digits: { t: "u", v: 6 } };

function daemon(): TestBus {
    return new TestBus({
        "User.StartEnrollment": () => ["/enrollment", { ...CODE, expires: { t: "t", v: 9 } }],
        "Manager.StartVerification": () => ["/verification", { ...CODE, method: { t: "o", v: "/one" } }],
        "Enrollment.Submit": () => [{ method: { t: "o", v: "/new" }, became_default: { t: "b", v: true } }],
        "Enrollment.Cancel": () => [],
        "Verification.Submit": () => [{}],
        "Verification.Cancel": () => [],
    });
}

const cancelled = (host: TestBus) => host.calls.filter((call) => call.endsWith("Cancel"));

test("a session that was left open is cancelled once the page goes away, and only once", async () => {
    const host = daemon();
    await Enrollment.start(host.bus, "/user", "text", {});
    const wish = { uid: 1000, method: null, forms: ["code"], language: "en" };
    await Verification.start(host.bus, wish);
    cancelAll();
    cancelAll();
    assert.deepEqual(cancelled(host), ["/enrollment Enrollment.Cancel", "/verification Verification.Cancel"]);
});

test("a session that has ended in a method or a proof is not cancelled", async () => {
    const host = daemon();
    const enrollment = await Enrollment.start(host.bus, "/user", "text", {});
    const submitted = await enrollment.submit({});
    assert.deepEqual(submitted, { end: "method", method: "/new", becameDefault: true, formerDefault: null });
    const wish = { uid: 1000, method: null, forms: ["code"], language: "en" };
    await (await Verification.start(host.bus, wish)).submit({});
    cancelAll();
    assert.deepEqual(cancelled(host), []);
});

test("a session that the daemon does not know any more is over", async () => {
    const host = daemon();
    const enrollment = await Enrollment.start(host.bus, "/user", "text", {});
    delete host.replies["Enrollment.Submit"];
    await assert.rejects(enrollment.submit({}), { reason: "SessionExpired" });
    cancelAll();
});

test("every form of a challenge is read, and one of a later version is told apart", () => {
    assert.deepEqual(challengeOf(CODE), { form: "code", digits: 6, destination: "" });
    const number = { form: { t: "s", v: "approval" }, number: { t: "s", v: "07" } };
    assert.deepEqual(challengeOf(number), { form: "approval", number: "07", digits: 0 });
    const assertion = {
        form: { t: "s", v: "assertion" },
        options: { t: "s", v: "{}" },
        further_options: { t: "as", v: ["[]"] },
    };
    assert.deepEqual(challengeOf(assertion), { form: "assertion", options: ["{}", "[]"] });
    const answers = { form: { t: "s", v: "answers" }, questions: { t: "as", v: ["First pet?"] } };
    assert.deepEqual(challengeOf(answers), { form: "answers", questions: ["First pet?"] });
    assert.deepEqual(challengeOf({ form: { t: "s", v: "gesture" } }), { form: "unknown" });
});

test("what is put into a dictionary has its type, and what is undefined is left out", () => {
    assert.deepEqual(dictionary({ code: "1", detached: true, forms: ["code"], label: undefined }), {
        code: { t: "s", v: "1" },
        detached: { t: "b", v: true },
        forms: { t: "as", v: ["code"] },
    });
});
