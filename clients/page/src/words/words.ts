/** What people read, in their language. */

import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

/** What is put into a message. */
export type Arguments = Record<string, string | number>;

/** The languages that the page speaks. */
export const LANGUAGES = ["en", "de", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language to speak where Cockpit has this one, such as "de" or "pt-br". */
export function negotiate(wanted: string): Language {
    const first = wanted.toLowerCase().split(/[-_.]/)[0];
    return LANGUAGES.find((language) => language === first) ?? "en";
}

/** Reads the words of a language. */
export async function load(language: Language): Promise<Words> {
    const { default: text } = await SOURCES[language]();
    return new Words(language, text);
}

const SOURCES: Record<Language, () => Promise<{ default: string }>> = {
    en: () => import("words:en"),
    de: () => import("words:de"),
    fr: () => import("words:fr"),
};

/** Reads what administrators read beside that. */
export async function loadForAdministrators(words: Words): Promise<void> {
    const { default: text } = await FOR_ADMINISTRATORS[words.language]();
    words.add(text);
}

const FOR_ADMINISTRATORS: Record<Language, () => Promise<{ default: string }>> = {
    en: () => import("words:admin.en"),
    de: () => import("words:admin.de"),
    fr: () => import("words:admin.fr"),
};

/** The words of one language. */
export class Words {
    readonly language: Language;
    readonly #bundle: FluentBundle;

    constructor(language: Language, text: string) {
        this.language = language;
        // What is put in has nothing left that could change the direction of the text around it.
        this.#bundle = new FluentBundle(language, { useIsolating: false });
        this.add(text);
    }

    /** Takes more words, beside those that are there. */
    add(text: string): void {
        this.#bundle.addResource(new FluentResource(text));
    }

    /** The words of a message, or of an attribute of one such as "kind-push.inline". */
    say(name: string, values: Arguments = {}): string {
        const said = this.find(name, values);
        if (said === null) {
            throw new Error(`there is no message ${name}`);
        }
        return said;
    }

    /** The words of a message whose name is put together; those of another where there is none. */
    sayOr(name: string, otherwise: string, values: Arguments = {}): string {
        return this.find(name, values) ?? otherwise;
    }

    /** The words of a message; null where there is none of that name. */
    find(name: string, values: Arguments = {}): string | null {
        const [id = "", attribute] = name.split(".");
        const message = this.#bundle.getMessage(id);
        const pattern = attribute ? message?.attributes[attribute] : message?.value;
        if (!pattern) {
            return null;
        }
        const shown: Record<string, FluentVariable> = {};
        for (const [key, value] of Object.entries(values)) {
            shown[key] = typeof value === "string" ? visible(value) : value;
        }
        return this.#bundle.formatPattern(pattern, shown);
    }
}

/** Text from outside without what cannot be seen, or changes the direction of what stands around it. */
export function visible(text: string): string {
    return text.replace(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, "\ufffd");
}
