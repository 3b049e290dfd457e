/** What happened in the account, as the daemon tells it. */

import type { Bus } from "../bus/client";
import { plain, type ObjectPath } from "../bus/values";

/** One line. */
export interface Entry {
    /** The number of the event. */
    seq: number;
    /** When, in milliseconds since 1970. */
    time: number;
    /** The type of the event. */
    what: string;
    kind?: string;
    label?: string;
    /** The PAM service, or the program, through which it was done. */
    service?: string;
    /** The remote host, or the terminal. */
    source?: string;
    /** The name of who did it; none for the daemon itself. */
    by?: string;
    /** Who had signed in, where that is another than who did it. */
    login?: string;
    purpose?: string;
    /** Why, or how it ended: the word in the event. */
    reason?: string;
    /** Whether the user has said that it was not them. */
    reported: boolean;
}

/** How many lines are read at once. */
export const PAGE = 25;

/** The lines before the one of this number, the newest first; 0 for the newest. */
export async function read(bus: Bus, user: ObjectPath, before: number): Promise<Entry[]> {
    const [entries] = await bus.call(user, "User", "ListActivity", before, PAGE);
    return entries.map((entry) => plain(entry) as unknown as Entry);
}

/** The newest lines, and behind them what was read before and is older. */
export function joined(newest: readonly Entry[], before: readonly Entry[]): Entry[] {
    const last = newest.at(-1)?.seq;
    // Where more has happened than one reading tells, there would be a gap.
    const meets = last !== undefined && before.some((entry) => entry.seq === last);
    return meets ? [...newest, ...before.filter((entry) => entry.seq < last)] : [...newest];
}

/** What another person may have done in the name of the user. */
const COULD_BE_ANOTHER = [
    "verification-succeeded",
    "remembered-sign-in",
    "break-glass-used",
    "method-enrolled",
    "method-renamed",
    "method-deleted",
    "deletion-scheduled",
    "deletion-cancelled",
    "default-changed",
    "recovery-codes-issued",
    "token-resynchronized",
    "code-requested",
    "password-reset",
    "account-locked",
    "account-unlocked",
];

/** Why some of it happens when a person wants it, and not by itself. */
const BY_CHOICE: Record<string, string> = { "method-deleted": "requested", "default-changed": "chosen" };

/** Whether a user can say of a line that it was not them. */
export function canBeReported(entry: Entry, user: string): boolean {
    const asTheUser = entry.by === undefined || entry.by === user || entry.by === "root";
    const byItself = BY_CHOICE[entry.what] !== undefined && entry.reason !== BY_CHOICE[entry.what];
    return asTheUser && !byItself && !entry.reported && COULD_BE_ANOTHER.includes(entry.what);
}
