// What the page says, from its own files of words: tests name texts as the page's code does.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";

const PAGE = new URL("../../../clients/page/src/", import.meta.url);
const DAEMON = new URL("../../../schemas/words/", import.meta.url);

/** The names of the files of a language: below a folder of its name, or with the name before the extension. */
const OF_LANGUAGE = (language) => new RegExp(`(^|/)${language}/.*\\.ftl$|(^|[/.])${language}\\.ftl$`);

/** The messages of a language. Those with variants have all of their texts. */
function read(language) {
    const messages = new Map();
    const files = [];
    for (const folder of [PAGE, DAEMON]) {
        for (const name of readdirSync(folder, { recursive: true })) {
            if (OF_LANGUAGE(language).test(name)) {
                files.push(readFileSync(new URL(name, folder), "utf8"));
            }
        }
    }
    for (const file of files) {
        let id = null;
        for (const line of file.split("\n")) {
            const begin = /^([a-zA-Z][\w-]*) = ?(.*)$/.exec(line);
            const variant = /^\s+\*?\[[^\]]*\] (.*)$/.exec(line);
            if (begin) {
                id = begin[1];
                if (!messages.has(id)) {
                    messages.set(id, begin[2] === "" || begin[2].endsWith("->") ? [] : [begin[2]]);
                }
            } else if (variant && id) {
                messages.get(id).push(variant[1]);
            }
        }
    }
    return messages;
}

const LANGUAGES = new Map();

/** The words of a language: `say(id)` is the text, `like(id)` matches it whatever stands in its place. */
export function words(language = "en") {
    if (!LANGUAGES.has(language)) {
        LANGUAGES.set(language, read(language));
    }
    const messages = LANGUAGES.get(language);
    const texts = (id) => {
        const found = messages.get(id);
        assert.ok(found?.length, `the page says nothing for ${id} in ${language}`);
        return found;
    };
    const like = (id) => {
        const one = (text) =>
            text
                .split(/\{[^}]*\}/)
                .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
                .join(".*");
        return new RegExp(texts(id).map(one).join("|"));
    };
    return {
        say: (id) => texts(id)[0],
        like,
        whole: (id) => new RegExp(`^(?:${like(id).source})$`),
    };
}
