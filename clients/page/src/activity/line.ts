/** A line of activity in words. */

import { kindName, methodName } from "../words/describe";
import type { Words } from "../words/words";
import type { Entry } from "./entries";

/** The service at which a dialogue of ours proves somebody: nobody signs in there. */
const OWN_SERVICE = "secinfo";

/** What happened. An event that is not known here is called by its type, which is readable. */
export function whatText(words: Words, { what, purpose, reason, service }: Entry): string {
    const isSignIn = service !== undefined && service !== OWN_SERVICE;
    const values = { purpose: purpose ?? "", reason: reason ?? "", at_service: isSignIn ? "yes" : "no" };
    return words.sayOr(`activity-${what}`, what, values);
}

/** By which method, through which service, from where and by whom; empty where nothing of that is known. */
export function detailsText(words: Words, entry: Entry, user: string): string {
    const { kind, label, service, source, by, login } = entry;
    // A sign-in is asked for by a program of root's.
    const isAnother = by !== undefined && by !== user && !(by === "root" && service && !login);
    const who = login && login !== by ? words.say("line-by-login", { by: by ?? "", login }) : by;
    const parts = [
        kind && (label ? methodName(words, { Kind: kind, Label: label, Hint: {} }) : kindName(words, kind)),
        service && service !== OWN_SERVICE && words.say("line-service", { service }),
        source && words.say("line-source", { source }),
        isAnother && who && words.say("line-by", { who }),
    ];
    return parts.filter(Boolean).join(" · ");
}
