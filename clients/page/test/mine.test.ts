import assert from "node:assert/strict";
import { test } from "node:test";
import { countries, countryOf, international } from "../src/add/countries";
import { kindsOf } from "../src/add/kinds";
import { answerProblem } from "../src/add/questions";
import type { Method } from "../src/bus/store";
import { Refusal } from "../src/bus/errors";
import { choices, nextDefault } from "../src/mine/defaults";
import { actionsOf, remarks } from "../src/mine/state";
import { afterRefusal, strongMethods } from "../src/verify/choice";
import { availability, base64url, bytes } from "../src/verify/webauthn";
import { load } from "../src/words/words";

const words = await load("en");

function method(Kind: string, more: Partial<Method> = {}): Method {
    return {
        path: `/${Kind}`,
        Id: Kind,
        Kind,
        Label: Kind,
        Hint: {},
        Purposes: ["sign-in"],
        Created: 1,
        LastUsed: 0,
        LastSeen: 0,
        LockedUntil: 0,
        DeletionDue: 0,
        IsDefault: false,
        IsAllowed: true,
        Remaining: 0,
        MayBeCopied: false,
        ConfirmDue: 0,
        Begins: 0,
        Expires: 0,
        ...more,
    };
}

test("kinds are offered the strongest first, and what the host cannot serve comes last", () => {
    const allowed = ["text", "call", "authenticator-app", "access-pass", "gesture"];
    assert.deepEqual(kindsOf(allowed, ["text", "authenticator-app", "gesture"]), {
        open: ["authenticator-app", "text", "gesture"],
        closed: ["call"],
    });
});

test("the default falls to the strongest method that is left and can be it", () => {
    const methods = [
        method("text"),
        method("authenticator-app"),
        method("recovery-codes"),
        method("email", { Purposes: ["password-reset"] }),
        method("security-key", { IsAllowed: false }),
    ];
    const [text, app] = methods;
    assert.ok(text && app);
    assert.deepEqual(choices({ methods }), [text, app]);
    assert.equal(nextDefault({ methods }, text), app);
    assert.equal(nextDefault({ methods: [text] }, text), null);
});

test("a row offers what its method can do", () => {
    assert.deepEqual(actionsOf(method("text")), ["rename", "delete"]);
    assert.deepEqual(actionsOf(method("hardware-token")), ["rename", "resynchronize", "delete"]);
    assert.deepEqual(actionsOf(method("recovery-codes")), ["codes", "delete"]);
    assert.deepEqual(actionsOf(method("text", { DeletionDue: 9 })), ["rename", "keep"]);
});

test("a method that is locked, scheduled or not allowed says so, and one that is not says nothing", () => {
    const texts = (more: Partial<Method>) => remarks(words, method("text", more), 100).map(({ text }) => text);
    assert.deepEqual(texts({}), []);
    assert.deepEqual(texts({ LockedUntil: 100 }), []);
    assert.match(texts({ LockedUntil: 101 })[0] ?? "", /^Locked after wrong codes until/);
    assert.match(texts({ DeletionDue: 200, IsAllowed: false }).join(" "), /^Will be deleted .* Switched off by policy/);
});

test("where a strong proof is needed, strong methods are asked that this page can present, codes on paper last", () => {
    const methods = [method("text"), method("recovery-codes"), method("authenticator-app"), method("security-key")];
    const all = ["/security-key", "/authenticator-app", "/recovery-codes"];
    assert.deepEqual(strongMethods(methods, ["code", "assertion"]), all);
    assert.deepEqual(strongMethods(methods, ["code"]), all.slice(1));
    assert.deepEqual(strongMethods([method("authenticator-app", { LockedUntil: 9 }), method("text")], ["code"]), []);
});

test("after a wrong code another can be tried, after a lock another method, and else it is over", () => {
    const after = (reason: string) => afterRefusal(new Refusal(reason));
    assert.deepEqual(["WrongCode", "MethodLocked", "SessionExpired"].map(after), ["again", "other", "over"]);
});

test("an answer like another, out of its question, too short or too long is told before it is sent", () => {
    const problem = (answer: string) => answerProblem(answer, "Your first pet?", ["Bowie"]);
    assert.equal(problem("Rex"), null);
    assert.equal(problem("  BOWIE "), "alike");
    assert.equal(problem("pet"), "alike");
    assert.equal(problem("ab"), "wrong");
    assert.equal(problem("x".repeat(41)), "wrong");
});

test("security keys are offered by name and https alone", () => {
    const at = (hostname: string, isSecureContext = true, hasCredentials = true) =>
        availability({ hostname, isSecureContext, hasCredentials });
    assert.equal(at("host.example.org"), "available");
    assert.equal(at("192.0.2.1"), "address");
    assert.equal(at("[2001:db8::1]"), "address");
    assert.equal(at("host.example.org", false), "insecure");
    assert.equal(at("host.example.org", true, false), "missing");
});

test("bytes survive base64url, which has no padding", () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = base64url(all.buffer);
    assert.doesNotMatch(text, /[+/=]/);
    assert.deepEqual(bytes(text), all);
});

test("a number that is written as at home gets the calling code of its country, and another stays", () => {
    assert.equal(international(" 0151 1234567 ", "DE"), "+49 0151 1234567");
    assert.equal(international("+33 1 40 20 50 50", "DE"), "+33 1 40 20 50 50");
    assert.equal(international("0033 140205050", "DE"), "0033 140205050");
});

test("countries are named in the language of the person, and theirs is chosen", () => {
    const german = countries("de");
    assert.deepEqual(
        german.find(({ region }) => region === "AT"),
        { region: "AT", code: "43", name: "Österreich" },
    );
    assert.equal(countryOf(["de-AT", "en"], "US"), "AT");
    assert.equal(countryOf(["fr"], "US"), "FR");
    assert.equal(countryOf([], "US"), "US");
});
