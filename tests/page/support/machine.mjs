// The host on which the page is: commands there, and what has arrived in its spool directories.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { keepSecret } from "./secrets.mjs";

/** The first process of the machine. */
const LEADER = process.env.SECINFO_MACHINE;
assert.ok(LEADER, "run these tests by: cargo xtask test page");

const ENTER = ["-t", LEADER, "-m", "-u", "-i", "-n", "-p", "-C", "-r", "--", "env", "-i"];
const ENVIRONMENT = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "HOME=/root", "LANG=C.UTF-8"];

/** How long something may take before a test gives up, in milliseconds. */
const PATIENCE = 60_000;

/** Runs a command as root, outside of all login sessions: its exit code and what it said. */
export function run(words, input = "") {
    const ended = spawnSync("nsenter", [...ENTER, ...ENVIRONMENT, ...words], { input, encoding: "utf8" });
    return { code: ended.status, out: ended.stdout, err: ended.stderr };
}

/** What a command says that must succeed. */
export function ok(words, input = "") {
    const { code, out, err } = run(words, input);
    assert.equal(code, 0, `${words.join(" ")}: ${out}${err}`);
    return out;
}

/** The same of a script of the shell. */
export function shell(script) {
    return ok(["sh", "-c", script]);
}

/** Where a file of the host is here. */
export function fileOf(path) {
    return `/proc/${LEADER}/root${path}`;
}

/** A command as a user, without a login session. */
export function as(user, words) {
    return ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--init-groups", "--reset-env", "--", ...words];
}

/** Starts a command that goes on beside the test. */
export function start(words) {
    return spawn("nsenter", [...ENTER, ...ENVIRONMENT, ...words], { stdio: ["pipe", "pipe", "pipe"] });
}

/** Makes an account of its own for a test, whose name begins like this and whose password is `NAME-password`. */
export function addUser(beginning) {
    const name = `${beginning}${process.pid}`;
    ok(["useradd", "--create-home", "--shell", "/bin/bash", name]);
    ok(["chpasswd"], `${name}:${name}-password\n`);
    return name;
}

/** The messages of a kind that were sent, in the order in which they came. */
export function messages(kind = "text") {
    const behind = kind === "text" ? "" : `-${kind}`;
    const text = shell(`cat /var/lib/private/secinfo-spool${behind}/*.json 2>/dev/null || true`);
    return text
        .split(/(?<=\})\s*(?=\{)/)
        .filter((part) => part.trim() !== "")
        .map((part) => JSON.parse(part));
}

/** The messages with codes. */
export function codes(kind = "text") {
    return messages(kind).filter((message) => message.purpose !== "notice");
}

/** Waits for that many messages with codes: the code of the newest. */
export async function code(number, kind = "text") {
    await until(`message ${number}`, () => codes(kind).length >= number);
    return keepSecret(codes(kind)[number - 1].code);
}

/** The events of the log that are of this type, or all of them. */
export function events(type) {
    const lines = ok(["secinfo", "--json", "audit", "log"]).split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line)).filter((event) => type === undefined || event.type === type);
}

/** Waits until something is so; what it answered then. `what` may be a function that says how far it has come. */
export async function until(what, condition) {
    const end = Date.now() + PATIENCE;
    for (;;) {
        const answer = await condition();
        if (answer) {
            return answer;
        }
        if (Date.now() >= end) {
            assert.fail(`waited in vain for ${typeof what === "function" ? what() : what}`);
        }
        await sleep(50);
    }
}

/** The version of Cockpit, a whole number. */
export const cockpit = Number.parseInt(shell("dpkg-query --show --showformat '${Version}' cockpit-ws"), 10);
