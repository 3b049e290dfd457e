// Signing in over SSH, with a terminal.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./machine.mjs";

/** Run by the client for each prompt: leaves it in a file, and says what another file answers. */
const ASKPASS = `#!/bin/sh
cd "$SECINFO_PROMPTS" || exit 1
number=1
while [ -e "prompt-$number" ]; do number=$((number + 1)); done
printf %s "$1" >writing && mv writing "prompt-$number"
until [ -e "answer-$number" ]; do
    [ -e askpass ] || exit 1
    sleep 0.02
done
cat "answer-$number"
`;

const OPTIONS = [
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=none",
    "StrictHostKeyChecking=no",
    "LogLevel=ERROR",
    "IdentitiesOnly=yes",
    "PreferredAuthentications=keyboard-interactive",
    "NumberOfPasswordPrompts=1",
];

/** A shell that echoes nothing and has no prompt of its own, once its user is in. */
const SHELL = "stty -echo; export NO_COLOR=1; echo A session of $(id -un).; PS1= exec sh";

/** A sign-in over SSH, and the session that comes of it. */
export class Ssh {
    #directory = mkdtempSync(join(tmpdir(), "secinfo-ssh-"));
    #prompts = 0;
    #said = "";
    #read = 0;

    /** Starts to sign somebody in, and gives the password. */
    static async start(user) {
        const ssh = new Ssh(user);
        await ssh.isAsked(/Password:/);
        ssh.answer(`${user}-password`);
        return ssh;
    }

    /** Signs somebody in who is asked for a code. */
    static async signIn(user, code) {
        const ssh = await Ssh.start(user);
        await ssh.isAsked(/Code/);
        ssh.answer(code);
        await ssh.sees(`A session of ${user}.`);
        return ssh;
    }

    constructor(user) {
        const askpass = join(this.#directory, "askpass");
        writeFileSync(askpass, ASKPASS, { mode: 0o700 });
        const options = OPTIONS.flatMap((option) => ["-o", option]);
        this.process = spawn("ssh", ["-F", "none", "-tt", ...options, `${user}@127.0.0.1`, SHELL], {
            env: {
                ...process.env,
                SSH_ASKPASS: askpass,
                SSH_ASKPASS_REQUIRE: "force",
                SECINFO_PROMPTS: this.#directory,
            },
        });
        for (const stream of [this.process.stdout, this.process.stderr]) {
            stream.setEncoding("utf8").on("data", (text) => {
                this.#said += text;
            });
        }
        this.ended = new Promise((end) => this.process.on("exit", end));
    }

    /** Waits for the next prompt of the sign-in, which has this in it. */
    async isAsked(words) {
        this.#prompts += 1;
        const file = join(this.#directory, `prompt-${this.#prompts}`);
        await until(() => `prompt ${this.#prompts} over SSH, after: ${this.#said}`, () => existsSync(file));
        assert.match(readFileSync(file, "utf8"), words);
    }

    /** Answers it. */
    answer(text) {
        const file = join(this.#directory, `answer-${this.#prompts}`);
        writeFileSync(`${file}-writing`, `${text}\n`);
        renameSync(`${file}-writing`, file);
    }

    /** Waits until this was said, after all that was waited for before; what was said up to there. */
    async sees(text) {
        const found = () => this.#said.indexOf(text, this.#read);
        await until(() => `${text} over SSH, in: ${this.#said}`, () => found() >= 0);
        const end = found() + text.length;
        const said = this.#said.slice(this.#read, end);
        this.#read = end;
        return said;
    }

    /** All that it has said. */
    get said() {
        return this.#said;
    }

    /** Types a line. */
    type(line) {
        this.process.stdin.write(`${line}\n`);
    }

    /** Starts a command. */
    start(command) {
        this.type(`${command}; echo "(ended $?)"`);
    }

    /** Waits until it has ended: its exit code, and what it said that was not waited for yet. */
    async finish() {
        const said = await this.sees("(ended ");
        const code = Number.parseInt(await this.sees(")"), 10);
        return { code, said };
    }

    /** Runs a command that asks nothing. */
    run(command) {
        this.start(command);
        return this.finish();
    }

    /** Ends the session, or what has come of the sign-in. */
    async close() {
        this.process.kill();
        await this.ended;
        rmSync(this.#directory, { recursive: true });
    }
}
