// Programs that are not ours: what reads QR codes, and what computes codes of authenticator apps.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepSecret } from "./secrets.mjs";

/** What the only QR code in a picture says. */
export function readQrCode(png) {
    const directory = mkdtempSync(join(tmpdir(), "secinfo-qr-"));
    try {
        const file = join(directory, "picture.png");
        writeFileSync(file, png);
        const { stdout, stderr } = spawnSync("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file], {
            encoding: "utf8",
        });
        const found = stdout.split("\n").filter(Boolean);
        assert.equal(found.length, 1, `zbarimg reads ${found.length} codes: ${stdout}${stderr}`);
        return found[0];
    } finally {
        rmSync(directory, { recursive: true });
    }
}

/** An authenticator app with this key. Each code is later than the one before, so that none is used twice. */
export class App {
    #key;
    #steps = 0;

    /** One that has scanned this URI. */
    static of(uri) {
        const url = new URL(uri);
        assert.equal(url.protocol, "otpauth:");
        return new App(url.searchParams.get("secret"));
    }

    constructor(key) {
        this.#key = keepSecret(key).replaceAll(/\s/g, "");
    }

    /** The next code that was not shown yet; the hosts of the tests accept codes of the next minutes. */
    code() {
        const time = Math.floor(Date.now() / 1000) + 30 * this.#steps++;
        const words = ["--totp", "--base32", `--now=@${time}`, "-"];
        const { stdout, stderr, status } = spawnSync("oathtool", words, { input: this.#key, encoding: "utf8" });
        assert.equal(status, 0, stderr);
        return keepSecret(stdout.trim());
    }
}
