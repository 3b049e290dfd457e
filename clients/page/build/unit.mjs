// Runs the tests in test/, which are TypeScript, with node's own runner.

import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundling } from "./bundling.mjs";

const here = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = await mkdtemp(join(tmpdir(), "secinfo-page-"));
try {
    const tests = (await readdir(join(here, "test"))).filter((name) => name.endsWith(".test.ts"));
    await build({
        ...bundling(here),
        entryPoints: tests.map((name) => `test/${name}`),
        outdir: out,
        outExtension: { ".js": ".mjs" },
        platform: "node",
        sourcemap: "inline",
    });
    const files = tests.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
    process.exitCode = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
    await rm(out, { recursive: true });
}
