import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCESS_DENIED, UNREACHABLE, UNSUPPORTED, refusalOf } from "../src/bus/errors";

const reason = (name: string | null, problem: string | null = null) =>
    refusalOf({ name, problem, message: "" }).reason;

test("an error of the daemon is known by the last part of its name", () => {
    assert.equal(reason("org.secinfo.SecurityInfo1.Error.WrongCode"), "WrongCode");
});

test("errors of the bus are those that the daemon would have answered", () => {
    assert.equal(reason("org.freedesktop.DBus.Error.UnknownObject"), "NotFound");
    assert.equal(reason("org.freedesktop.DBus.Error.AccessDenied"), "NotAuthorized");
    assert.equal(reason("org.freedesktop.DBus.Error.UnknownMethod"), UNSUPPORTED);
});

test("what Cockpit cannot do is told apart", () => {
    assert.equal(reason(null, "not-found"), UNREACHABLE);
    assert.equal(reason(null, "access-denied"), ACCESS_DENIED);
    assert.equal(reason("org.freedesktop.systemd1.LoadFailed"), UNREACHABLE);
});

test("a mistake of the page itself is no refusal", () => {
    assert.throws(() => refusalOf(new TypeError("undefined")), TypeError);
});
