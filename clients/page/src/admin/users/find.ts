/** Finds users: a page of those whose names begin alike, or who are in a state. */

import { ROOT, type Bus } from "../../bus/client";
import { isRefusal } from "../../bus/errors";

/** One line of the list. */
export interface UserLine {
    uid: number;
    name: string;
    methods: number;
    /** The kind of the default; empty for none. */
    defaultKind: string;
    /** "ok", "locked", "account-locked", "methods-required", "renamed" or "gone". */
    state: string;
    hasAccessPass: boolean;
}

/** The states that can be looked for. */
export const STATES = [
    "any",
    "ok",
    "locked",
    "account-locked",
    "methods-required",
    "access-pass",
    "renamed",
    "gone",
] as const;
export type WantedState = (typeof STATES)[number];

/** Who is looked for. */
export interface Search {
    /** What the name begins with; empty for everybody. */
    text: string;
    state: WantedState;
}

/** A page of what was found. */
export interface Found {
    users: UserLine[];
    /** Where to go on; null at the end. */
    next: string | null;
}

/** How many users a page has. */
export const PAGE_SIZE = 50;
/** How many the daemon lists at once. */
const LISTED = 500;
/** How many pages of the daemon are looked through for a state before the person is asked whether to go on. */
const MOST_PAGES = 10;

/** Users from a place in the list on: the one that was answered as next, or null for the beginning. */
export async function find(bus: Bus, { text, state }: Search, from: string | null): Promise<Found> {
    const users: UserLine[] = [];
    let after = from ?? before(text);
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
        const limit = state === "any" ? PAGE_SIZE + 1 : LISTED;
        const [rows] = await bus.call(ROOT, "Manager", "ListUsers", after, limit);
        for (const line of rows.map(lineOf)) {
            if (!line.name.startsWith(text)) {
                return { users, next: null };
            }
            if (users.length === PAGE_SIZE) {
                return { users, next: after };
            }
            if (isIn(line, state)) {
                users.push(line);
            }
            after = line.name;
        }
        if (rows.length < limit) {
            return { users, next: null };
        }
    }
    return { users, next: after };
}

/** The uid of the user of exactly this name, who need not have security info yet; null where there is none. */
export async function uidOf(bus: Bus, name: string): Promise<number | null> {
    try {
        const [path] = await bus.call(ROOT, "Manager", "GetUserByName", name);
        return (await bus.properties(path, "User")).Uid;
    } catch (error) {
        if (isRefusal(error, "NotFound", "InvalidArgument")) {
            return null;
        }
        throw error;
    }
}

/** The last character that the bus carries: those behind it are none, and end the connection. */
const LAST = 0x10fffd;

/** The last text before all that begin with this one, in the order of the daemon: by bytes of UTF-8. */
export function before(text: string): string {
    const characters = [...text];
    const code = characters.pop()?.codePointAt(0) ?? 0;
    if (code === 0) {
        return "";
    }
    // Surrogates are no characters.
    const former = code === 0xe000 ? 0xd7ff : code - 1;
    return `${characters.join("")}${String.fromCodePoint(former, LAST)}`;
}

function isIn(line: UserLine, state: WantedState): boolean {
    switch (state) {
        case "any":
            return true;
        case "access-pass":
            return line.hasAccessPass;
        default:
            return line.state === state;
    }
}

function lineOf([uid, name, methods, defaultKind, state, hasAccessPass]: [
    number,
    string,
    number,
    string,
    string,
    boolean,
    number,
]): UserLine {
    return { uid, name, methods, defaultKind, state, hasAccessPass };
}
