import assert from "node:assert/strict";
import { test } from "node:test";
import { condition } from "../src/admin/channels";
import { lastWith, linesOf, type Run } from "../src/admin/command";
import { examine } from "../src/admin/health";
import { NotImported, check, formatOf, importAll, protectionOf, type TokenFile } from "../src/admin/tokens/import";

const bytes = (text: string) => new TextEncoder().encode(text);
const table: TokenFile = { format: "csv", content: bytes("serial,..."), protection: "none", secret: "" };

/** A command that says this, and what it was given. */
function command(...lines: object[]) {
    const given: { words: string[]; input: string; asRoot: boolean }[] = [];
    const run: Run = async (words, { asRoot, input }) => {
        given.push({ words, asRoot, input: new TextDecoder().decode(input) });
        return { lines, status: 1 };
    };
    return { run, given };
}

test("lines of a command that are no JSON are left out, and the last that says something counts", () => {
    const lines = linesOf('{"would_import":1}\nwarning\n{"error":"Refused","message":"m"}\n');
    assert.deepEqual(lines, [{ would_import: 1 }, { error: "Refused", message: "m" }]);
    assert.deepEqual(lastWith(lines, "error"), { error: "Refused", message: "m" });
    assert.equal(lastWith(lines, "imported"), null);
});

test("what would be imported is asked without importing, and problems are told by line", async () => {
    const problems = [{ line: 3, message: "line 3: no secret" }];
    const { run, given } = command({ would_import: 2, users: [], problems }, { error: "Refused", message: "m" });
    assert.deepEqual(await check(run, true, table), { count: 2, users: [], problems });
    assert.deepEqual(given[0]?.words, ["tokens", "import", "--format", "csv", "-"]);
    assert.equal(given[0]?.asRoot, true);
});

test("a passphrase goes before the tokens through standard input, and is no argument", async () => {
    const { run, given } = command({ imported: 1, users: [], problems: [] });
    const file: TokenFile = { format: "pskc", content: bytes("<KeyContainer/>"), protection: "passphrase", secret: "qwerty" };
    assert.equal((await importAll(run, false, file)).count, 1);
    assert.equal(given[0]?.input, "qwerty\n<KeyContainer/>");
    assert.ok(!given[0]?.words.includes("qwerty"));
    assert.ok(given[0]?.words.includes("--yes"));
});

test("a file of which nothing can be imported is refused in the words of the command", async () => {
    const { run } = command({ error: "InvalidArgument", message: "the passphrase is wrong", exit: 1 });
    await assert.rejects(check(run, true, table), (error) => error instanceof NotImported && /passphrase/.test(error.message));
});

test("the format follows from the name, and the protection from the content", () => {
    assert.deepEqual(["a.CSV", "a.xml", "a.pskc", "a"].map(formatOf), ["csv", "pskc", "pskc", null]);
    const protections = ["<xenc11:DerivedKey>", "<EncryptedValue>", "<PlainValue>"].map((text) => protectionOf(bytes(text)));
    assert.deepEqual(protections, ["passphrase", "key", "none"]);
});

test("the worst that the doctor finds comes first", async () => {
    const finding = (severity: string) => ({ id: severity, severity, area: "pam", subject: "", what: "", remedy: "" });
    const { run } = command({ findings: ["info", "error", "warning"].map(finding), looked_at: [], not_looked_at: [] });
    const report = await examine(run, true);
    assert.ok(report !== "failed");
    assert.deepEqual(report.findings.map(({ severity }) => severity), ["error", "warning", "info"]);
    assert.equal(await examine(command().run, true), "failed");
});

test("a channel that runs is not well for that", () => {
    assert.equal(condition({ state: "ready", healthy: true }), "ready");
    assert.equal(condition({ state: "ready", healthy: false }), "ill");
    assert.equal(condition({ state: "down", healthy: false }), "down");
});
