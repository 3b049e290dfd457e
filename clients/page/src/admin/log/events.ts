/** Reads the log from its newest event back. */

import { ROOT, type Bus } from "../../bus/client";
import { isRefusal } from "../../bus/errors";
import type { Base64 } from "../../bus/values";

/** One event. */
export interface LogEvent {
    seq: number;
    /** Seconds since 1970. */
    time: number;
    type: string;
    /** The id of the user whom it is about; null for nobody. */
    user: string | null;
    /** Who caused it: the id of a user, or one of these two. */
    actor: "system" | "root" | { user: string };
    service: string | null;
    /** The id of the user who had become root to do it; null for nobody, and where it is not known. */
    login: string | null;
    /** Exactly what is hashed. */
    text: string;
}

/** A page of events, the newest first. */
export interface EventPage {
    events: LogEvent[];
    /** Before which event to go on; 0 at the beginning of the log. */
    rest: number;
}

/** How many events a page has. */
export const PAGE_SIZE = 50;
/** How many are read at once. */
const AT_ONCE = 500;
/** How many are looked through for a type before the person is asked whether to go on. */
const MOST = 20 * AT_ONCE;

/** The size of the log, of its newest checkpoint. */
export async function sizeOf(bus: Bus): Promise<number> {
    const [note] = await bus.call(ROOT, "Audit", "Checkpoint");
    return sizeIn(note);
}

/** The size that a checkpoint is of: its second line. */
export function sizeIn(note: string): number {
    const line = note.split("\n")[1] ?? "";
    if (!/^\d+$/.test(line)) {
        throw new Error("that is no checkpoint");
    }
    return Number(line);
}

/** Events before this number, of a type, or of every type for null. */
export async function readBack(bus: Bus, before: number, type: string | null): Promise<EventPage> {
    const events: LogEvent[] = [];
    let rest = before;
    const lowest = Math.max(0, before - MOST);
    while (rest > lowest) {
        const wanted = type === null ? PAGE_SIZE - events.length : AT_ONCE;
        const from = Math.max(lowest, rest - wanted);
        for (const event of (await readFrom(bus, from, rest)).reverse()) {
            if (events.length === PAGE_SIZE) {
                return { events, rest };
            }
            if (type === null || event.type === type) {
                events.push(event);
            }
            rest = event.seq;
        }
        rest = Math.min(rest, from);
        if (events.length === PAGE_SIZE) {
            break;
        }
    }
    return { events, rest };
}

/** The events from one number to before another; the daemon stops at 1 MiB, and is asked again. */
async function readFrom(bus: Bus, from: number, until: number): Promise<LogEvent[]> {
    const events: LogEvent[] = [];
    let position = from;
    while (position < until) {
        const [next, found] = await bus.call(ROOT, "Audit", "Read", position, until - position);
        if (next <= position) {
            break;
        }
        events.push(...found.map(eventOf));
        position = next;
    }
    return events;
}

/** An event of its bytes. */
export function eventOf(bytes: Base64): LogEvent {
    const text = new TextDecoder().decode(Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0)));
    const { seq, time, type, user, actor } = JSON.parse(text) as {
        seq: number;
        time: number;
        type: string;
        user: string | null;
        actor: { who: LogEvent["actor"]; service: string | null; login?: string };
    };
    return {
        seq,
        time: Math.floor(time / 1000),
        type,
        user,
        actor: actor.who,
        service: actor.service,
        login: actor.login ?? null,
        text,
    };
}

/** The names of users by their ids, which are not in the log. */
export class Names {
    readonly #known = new Map<string, string | null>();
    readonly #bus: Bus;
    #areDenied = false;

    constructor(bus: Bus) {
        this.#bus = bus;
    }

    /** Asks for the names in these events that are not known yet. Who may not read names goes without. */
    async learn(events: LogEvent[]): Promise<void> {
        const ids = new Set(events.flatMap(idsIn).filter((id) => !this.#known.has(id)));
        if (ids.size === 0 || this.#areDenied) {
            return;
        }
        try {
            const [names] = await this.#bus.call(ROOT, "Audit", "Names", [...ids]);
            for (const id of ids) {
                this.#known.set(id, names[id]?.[1] ?? null);
            }
        } catch (error) {
            if (!isRefusal(error, "NotAuthorized", "AccessDenied")) {
                throw error;
            }
            this.#areDenied = true;
        }
    }

    /** The name of a user; the beginning of the id where it cannot be read. */
    of(id: string): string {
        return this.#known.get(id) ?? id.slice(0, 8);
    }
}

function idsIn({ user, actor, login }: LogEvent): string[] {
    const ids = [user, typeof actor === "object" ? actor.user : null, login];
    return ids.filter((id) => id !== null);
}
