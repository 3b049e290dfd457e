// The words of the page. Those of a language are its files in src/words, and of schemas/words what is said of
// kinds, hints and errors everywhere. `import text from "words:de"` has those of the page for oneself, and
// `import text from "words:admin.de"` what administrators read beside them.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** The languages, the one first that the others are held against. */
export const LANGUAGES = ["en", "de", "fr"];

/** The parts of the page that have words, and what each says in the same words as the command and the sign-in. */
const SHARED = {
    own: /^(activity|error|finer|undelivered|kind|place|purpose)-|^hint-once$/,
    admin: /^access-pass-/,
};

/** The plugin that reads them. */
export function words(own, shared) {
    return {
        name: "words",
        setup(build) {
            build.onResolve({ filter: /^words:/ }, ({ path }) => ({ path: path.slice("words:".length), namespace: "words" }));
            build.onLoad({ filter: /./, namespace: "words" }, async ({ path }) => ({
                contents: await wordsOf(partsOf(path), own, shared),
                loader: "text",
            }));
        },
    };
}

/** The language and the part of "de", and of "admin.de". */
function partsOf(path) {
    const [language, part = "own"] = path.split(".").reverse();
    return { language, parts: [part] };
}

/** The words of a language, as Fluent. Of two messages of one name the page's own is taken. */
export async function wordsOf({ language, parts = Object.keys(SHARED) }, own, shared) {
    const messages = new Map();
    for (const file of await files(join(shared, language))) {
        for (const [name, text] of messagesOf(await readFile(file, "utf8"))) {
            if (parts.some((part) => SHARED[part].test(name))) {
                messages.set(name, text);
            }
        }
    }
    for (const file of await ownFiles(language, parts, own)) {
        for (const [name, text] of messagesOf(await readFile(file, "utf8"))) {
            messages.set(name, text);
        }
    }
    return [...messages.values()].join("");
}

/** The page's own files of a language: de.ftl is of the page for oneself, admin.de.ftl of the administrators'. */
async function ownFiles(language, parts, own) {
    const wanted = parts.map((part) => (part === "own" ? `${language}.ftl` : `${part}.${language}.ftl`));
    const names = await readdir(own);
    return names.filter((name) => wanted.includes(name)).sort().map((name) => join(own, name));
}

async function files(folder) {
    const entries = await readdir(folder, { withFileTypes: true });
    const found = [];
    for (const entry of entries.sort((one, other) => one.name.localeCompare(other.name))) {
        const path = join(folder, entry.name);
        found.push(...(entry.isDirectory() ? await files(path) : [path]));
    }
    return found;
}

/** Each message of a file by its name. A message begins at the start of a line. */
export function messagesOf(source) {
    const messages = [];
    for (const line of source.split("\n")) {
        const start = /^([a-zA-Z][\w-]*) *=/.exec(line);
        if (start) {
            messages.push([start[1], `${line}\n`]);
        } else if (messages.length > 0 && /^[ }]/.test(line)) {
            messages.at(-1)[1] += `${line}\n`;
        }
    }
    return messages;
}
