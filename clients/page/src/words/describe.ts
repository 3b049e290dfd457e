/** Words for what is on the bus: methods, kinds, places and refusals. */

import type { Refusal } from "../bus/errors";
import type { Hint, Method } from "../bus/store";
import type { Words } from "./words";

/** What a kind is called; of one that this page does not know, the word on the bus. */
export function kindName(words: Words, kind: string): string {
    return words.sayOr(`kind-${kind}`, kind);
}

/** The same inside of a sentence. */
export function kindInline(words: Words, kind: string): string {
    return words.sayOr(`kind-${kind}.inline`, kind);
}

/** A method by its kind and what tells it from others: its label, else its hint. */
export function methodName(words: Words, method: Pick<Method, "Kind" | "Label" | "Hint">): string {
    const kind = kindName(words, method.Kind);
    const number = numberOf(method);
    const label = number === null ? method.Label : "";
    if (label) {
        return words.say("method-labelled", { kind, label });
    }
    const hint = hintText(words, method.Hint);
    return words.say(hint ? "method-hinted" : "method-plain", { kind: `${kind}${number ?? ""}`, hint });
}

/** What the user calls a method; nothing where the daemon has chosen that. */
export function ownLabel(method: Pick<Method, "Kind" | "Label">): string {
    return numberOf(method) === null ? method.Label : "";
}

/** What stands behind the name of the kind in a label that the daemon has chosen; null for another label. */
function numberOf({ Kind, Label }: Pick<Method, "Kind" | "Label">): string | null {
    const english = ENGLISH[Kind];
    const rest = english && Label.startsWith(english) ? Label.slice(english.length) : null;
    return rest !== null && /^[ \d]*$/.test(rest) ? rest : null;
}

/** The names of kinds from which the daemon makes labels. */
const ENGLISH: Record<string, string> = {
    "authenticator-app": "Authenticator app",
    "hardware-token": "Hardware token",
    push: "Phone",
    text: "Text message",
    call: "Phone call",
    "security-key": "Security key",
    email: "Email",
    "security-questions": "Security questions",
    "recovery-codes": "Recovery codes",
    "access-pass": "Access pass",
};

/** What tells a method from others, masked. */
export function hintText(words: Words, hint: Hint): string {
    if (hint.number) {
        const place = hint.place ? words.sayOr(`place-${hint.place}`, hint.place) : "";
        return place ? words.say("hint-place", { place, number: hint.number }) : hint.number;
    }
    return hint.address ?? hint.serial ?? (hint.once ? words.say("hint-once") : "");
}

/** Why something was refused, and what to do about it. */
export function refusalText(words: Words, refusal: Refusal): string {
    return words.sayOr(`error-${refusal.reason}`, words.say("error-unknown", { name: refusal.reason }));
}

/** What asks for a code of a kind. `destination` is where it was sent; empty where none is. */
export function codeQuestion(words: Words, kind: string, digits: number, destination: string): string {
    const values = { digits, destination, labelled: "no", label: "" };
    return words.sayOr(`kind-${kind}.question`, words.say("code-question", { digits }), values);
}
