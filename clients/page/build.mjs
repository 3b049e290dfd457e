// Builds the page into dist/, ready to be installed as a package of Cockpit. Fails where it has grown too large.

import { build } from "esbuild";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundledIn } from "./build/bundled.mjs";
import { tooLarge } from "./build/size.mjs";
import { bundling } from "./build/bundling.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "dist");

/** What is taken over as it is. */
const AS_IT_IS = ["index.html", "manifest.json", "po.de.js", "po.fr.js"];

/** The one style sheet. */
const STYLE = "dist/index.css";

await rm(out, { recursive: true, force: true });
await mkdir(out);
const { metafile } = await build({
    ...bundling(here),
    entryPoints: { index: "src/index.tsx" },
    outdir: "dist",
    splitting: true,
    chunkNames: "[name]-[hash]",
    minify: true,
    metafile: true,
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
});
for (const name of AS_IT_IS) {
    await cp(join(here, "src", name), join(out, name));
}
await writeFile(join(out, "bundled.json"), `${JSON.stringify(bundledIn(metafile), null, 4)}\n`);

// A script that is loaded later cannot load a style sheet: what it needs of style has to be in the page's own.
for (const [path, { inputs }] of Object.entries(metafile.outputs)) {
    if (path.endsWith(".css") && path !== STYLE) {
        const missing = Object.keys(inputs).filter((input) => !(input in metafile.outputs[STYLE].inputs));
        for (const input of missing) {
            console.error(`the style of what is loaded later is missing from the page: ${input}`);
            process.exitCode = 1;
        }
        await rm(join(here, path));
    }
}

// Cockpit serves packed files, and unpacks them for browsers that cannot.
const sizes = new Map();
for (const name of await readdir(out)) {
    if (/\.(js|css)$/.test(name) && !name.startsWith("po.")) {
        const packed = gzipSync(await readFile(join(out, name)), { level: 9 });
        await writeFile(join(out, `${name}.gz`), packed);
        await rm(join(out, name));
        sizes.set(`dist/${name}`, packed.length);
    }
}
for (const sentence of tooLarge(metafile, sizes)) {
    console.error(sentence);
    process.exitCode = 1;
}
