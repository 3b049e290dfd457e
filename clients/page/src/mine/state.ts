/** What is special about a method now, and what can be done with it. */

import type { Method } from "../bus/store";
import { limit, moment } from "../words/times";
import type { Words } from "../words/words";

export interface Remark {
    look: "danger" | "warning" | "info";
    text: string;
}

/** Whether a code is to confirm that a number or an address is still the user's. */
export function isToConfirm(method: Method, now: number): boolean {
    return method.ConfirmDue !== 0 && method.ConfirmDue <= now;
}

/** The remarks on a method at a time, the most urgent first. */
export function remarks(words: Words, method: Method, now: number): Remark[] {
    const found: Remark[] = [];
    if (method.MayBeCopied) {
        found.push({ look: "danger", text: words.say("method-may-be-copied") });
    }
    if (method.DeletionDue !== 0) {
        const when = moment(words, method.DeletionDue, now);
        found.push({ look: "danger", text: words.say("method-deletion", { when }) });
    }
    if (method.LockedUntil > now) {
        const when = limit(words, method.LockedUntil, now);
        found.push({ look: "danger", text: words.say("method-locked", { when }) });
    }
    if (isToConfirm(method, now)) {
        found.push({ look: "warning", text: words.say("method-confirm") });
    }
    if (method.Begins > now) {
        found.push({ look: "warning", text: words.say("method-begins", { when: moment(words, method.Begins, now) }) });
    }
    if (method.Expires !== 0) {
        const when = moment(words, method.Expires, now);
        const name = method.Expires <= now ? "method-expired" : "method-expires";
        found.push({ look: "warning", text: words.say(name, { when }) });
    }
    if (!method.IsAllowed) {
        found.push({ look: "warning", text: words.say("method-not-allowed") });
    }
    if (method.Kind === "recovery-codes") {
        const look = method.Remaining < 3 ? "warning" : "info";
        found.push({ look, text: words.say("method-codes-left", { count: method.Remaining }) });
    }
    return found;
}

/** What a row offers: "codes" issues new recovery codes, "keep" calls a deletion off. */
export type RowAction = "rename" | "resynchronize" | "delete" | "codes" | "keep";

/** What can be done with a method, in the order of the menu. */
export function actionsOf(method: Method): RowAction[] {
    const actions: RowAction[] = [];
    if (method.Kind === "recovery-codes") {
        actions.push("codes");
    } else if (method.Kind !== "access-pass") {
        actions.push("rename");
    }
    if (method.Kind === "hardware-token") {
        actions.push("resynchronize");
    }
    actions.push(method.DeletionDue === 0 ? "delete" : "keep");
    return actions;
}
