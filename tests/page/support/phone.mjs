// The simulated phone with the app for push.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** It answers each line with one: those of `src/bin/phone.rs`. */
export class Phone {
    constructor() {
        const { SECINFO_PHONE, SECINFO_AUTHORITY } = process.env;
        this.process = spawn(SECINFO_PHONE, [SECINFO_AUTHORITY], { stdio: ["pipe", "pipe", "inherit"] });
        this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    }

    async does(line) {
        this.process.stdin.write(`${line}\n`);
        const { value, done } = await this.lines.next();
        assert.ok(!done, "the phone has ended");
        return value;
    }

    end() {
        this.process.stdin.end();
    }
}
