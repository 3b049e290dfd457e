// Checks that every language has the same messages with the same variables, and that what the sources say
// is there.

import { FluentParser, Visitor } from "@fluent/syntax";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LANGUAGES, wordsOf } from "./words.mjs";

const here = join(dirname(fileURLToPath(import.meta.url)), "..");
const problems = [];

class Variables extends Visitor {
    names = new Set();
    visitVariableReference(reference) {
        this.names.add(reference.id.name);
    }
}

/** The variables of each message of a language, and of each of its attributes. */
async function read(language) {
    const text = await wordsOf({ language }, join(here, "src/words"), join(here, "../../schemas/words/messages"));
    const messages = new Map();
    for (const entry of new FluentParser().parse(text).body) {
        if (entry.type === "Junk") {
            problems.push(`${language}: not Fluent: ${entry.content.split("\n")[0]}`);
        } else if (entry.type === "Message") {
            for (const [name, pattern] of [["", entry.value], ...entry.attributes.map((one) => [`.${one.id.name}`, one.value])]) {
                if (pattern) {
                    const variables = new Variables();
                    variables.visit(pattern);
                    messages.set(entry.id.name + name, [...variables.names].sort().join(" "));
                }
            }
        }
    }
    return messages;
}

async function sources(folder) {
    const found = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
            found.push(...(await sources(path)));
        } else if (/\.tsx?$/.test(entry.name)) {
            found.push(path);
        }
    }
    return found;
}

const [reference, ...others] = LANGUAGES;
const expected = await read(reference);
for (const language of others) {
    const there = await read(language);
    for (const [name, variables] of expected) {
        if (!there.has(name)) {
            problems.push(`${language} lacks ${name}`);
        } else if (there.get(name) !== variables) {
            problems.push(`${language}: ${name} has the variables "${there.get(name)}", not "${variables}"`);
        }
    }
    for (const name of there.keys()) {
        if (!expected.has(name)) {
            problems.push(`${language} has ${name}, which ${reference} lacks`);
        }
    }
}

// A source names a message whole, or begins its name: `error-${reason}`.
const own = new Set();
for (const file of await sources(join(here, "src"))) {
    const text = await readFile(file, "utf8");
    for (const [, name] of text.matchAll(/\b(?:say|sayOr)\(\s*"([\w.-]+)"/g)) {
        own.add(name);
        if (!expected.has(name)) {
            problems.push(`${file}: there is no message ${name}`);
        }
    }
    for (const [, start] of text.matchAll(/\b(?:say|sayOr)\(\s*`([\w-]+)\$\{/g)) {
        if (![...expected.keys()].some((name) => name.startsWith(start))) {
            problems.push(`${file}: there is no message ${start}…`);
        }
    }
}

for (const problem of problems) {
    console.error(problem);
}
process.exitCode = problems.length > 0 ? 1 : 0;
