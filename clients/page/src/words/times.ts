/** Times in words. All are in seconds since 1970, in UTC, as on the bus. */

import type { Words } from "./words";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What the clock says. */
export function now(): number {
    return Math.floor(Date.now() / 1000);
}

/** A day: "today", "yesterday", or a date; "never" for 0. */
export function day(words: Words, time: number, at = now()): string {
    if (time === 0) {
        return words.say("time-never");
    }
    switch (daysBetween(time, at)) {
        case 0:
            return words.say("time-today");
        case 1:
            return words.say("time-yesterday");
        default:
            return date(words, time);
    }
}

/** A moment: day and time of day. */
export function moment(words: Words, time: number, at = now()): string {
    return words.say("time-moment", { day: relative(time, at), date: date(words, time), hour: hour(words, time) });
}

/** The same behind "until" and "by". */
export function limit(words: Words, time: number, at = now()): string {
    return words.say("time-limit", { day: relative(time, at), date: date(words, time), hour: hour(words, time) });
}

/** The time of day. */
export function hour(words: Words, time: number): string {
    return new Intl.DateTimeFormat(words.language, { hour: "numeric", minute: "2-digit" }).format(time * 1000);
}

/** How long something takes: in days, hours, minutes or seconds, rounded up. */
export function length(words: Words, seconds: number): string {
    for (const [unit, name] of UNITS) {
        if (seconds >= 2 * unit) {
            return words.say(`time-${name}`, { count: Math.ceil(seconds / unit) });
        }
    }
    return words.say("time-seconds", { count: Math.max(0, Math.ceil(seconds)) });
}

const UNITS: readonly [number, string][] = [
    [DAY, "days"],
    [HOUR, "hours"],
    [MINUTE, "minutes"],
];

function date(words: Words, time: number): string {
    return new Intl.DateTimeFormat(words.language, { dateStyle: "medium" }).format(time * 1000);
}

function relative(time: number, at: number): string {
    switch (daysBetween(time, at)) {
        case 0:
            return "today";
        case 1:
            return "yesterday";
        case -1:
            return "tomorrow";
        default:
            return "date";
    }
}

/** How many days a time is in the past, by the calendar. */
function daysBetween(time: number, at: number): number {
    const midnight = (seconds: number) => new Date(seconds * 1000).setHours(0, 0, 0, 0);
    return Math.round((midnight(at) - midnight(time)) / (DAY * 1000));
}
