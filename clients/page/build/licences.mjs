// The licences of what is bundled into the page.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Name, version, licence and its text of each package that has come into what was built. */
export async function licencesOf(metafile, here) {
    const folders = new Set();
    for (const input of Object.keys(metafile.inputs)) {
        const parts = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
        if (parts) {
            folders.add(parts[1]);
        }
    }
    const packages = [];
    for (const folder of [...folders].sort()) {
        const path = join(here, folder);
        const { name, version, license } = JSON.parse(await readFile(join(path, "package.json"), "utf8"));
        packages.push({ name, version, license, text: await textOf(path) });
    }
    return packages;
}

/** The text of a package's licence; empty where it has none but its name. */
async function textOf(path) {
    const file = (await readdir(path)).find((name) => /^(licen[cs]e|copying)/i.test(name));
    return file ? await readFile(join(path, file), "utf8") : "";
}
