/** Imports hardware tokens from a file, through the command: a page cannot pass the daemon a pipe. */

import { lastWith, type Run, type Said } from "../command";

/** What was imported, or would be. */
export interface Imported {
    count: number;
    users: { user: string; count: number }[];
    problems: { line: number; message: string }[];
}

/** Why nothing could be imported. */
export class NotImported extends Error {}

/** What protects the tokens of a PSKC file. */
export type Protection = "none" | "passphrase" | "key";

/** A file of tokens. */
export interface TokenFile {
    format: "csv" | "pskc";
    content: Uint8Array;
    protection: Protection;
    secret: string;
}

/** The largest file that is taken, in bytes. */
export const LARGEST = 4 << 20;

/** Says what would be imported. */
export async function check(run: Run, asRoot: boolean, file: TokenFile): Promise<Imported> {
    return outcome(await run(wordsOf(file, []), { asRoot, input: inputOf(file) }), "would_import");
}

/** Imports all that can be. */
export async function importAll(run: Run, asRoot: boolean, file: TokenFile): Promise<Imported> {
    return outcome(await run(wordsOf(file, ["--yes"]), { asRoot, input: inputOf(file) }), "imported");
}

/** The format that a name stands for; null for another name. */
export function formatOf(name: string): "csv" | "pskc" | null {
    switch (name.toLowerCase().split(".").at(-1)) {
        case "csv":
            return "csv";
        case "pskc":
        case "pskcxml":
        case "xml":
            return "pskc";
        default:
            return null;
    }
}

/** What protects the tokens of a file, as far as it says so itself. */
export function protectionOf(content: Uint8Array): Protection {
    const text = new TextDecoder().decode(content);
    if (text.includes("DerivedKey")) {
        return "passphrase";
    }
    return text.includes("EncryptedValue") ? "key" : "none";
}

function wordsOf({ format, protection }: TokenFile, more: string[]): string[] {
    const secret = { none: [], passphrase: ["--passphrase-file", "-"], key: ["--key-file", "-"] }[protection];
    return ["tokens", "import", "--format", format, ...secret, ...more, "-"];
}

/** The secret on a line of its own, and the tokens behind it: neither is ever in a file or an argument. */
function inputOf({ protection, secret, content }: TokenFile): Uint8Array {
    if (protection === "none") {
        return content;
    }
    const line = new TextEncoder().encode(`${secret}\n`);
    const input = new Uint8Array(line.length + content.length);
    input.set(line);
    input.set(content, line.length);
    return input;
}

function outcome({ lines }: Said, name: "would_import" | "imported"): Imported {
    const said = lastWith<Omit<Imported, "count"> & Record<typeof name, number>>(lines, name);
    if (said) {
        return { count: said[name], users: said.users, problems: said.problems };
    }
    throw new NotImported(lastWith<{ message: string }>(lines, "error")?.message ?? "");
}
