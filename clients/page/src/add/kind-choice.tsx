/** The kinds to choose from. */

import type { Method } from "../bus/store";
import type { Kinds } from "./kinds";
import { useWords } from "../view/words";
import { kindName } from "../words/describe";
import type { Words } from "../words/words";

/** Kinds that are only added beside a method that can be asked first at sign-in. */
const BESIDE = ["security-key", "recovery-codes"];

/** Kinds that can be asked first at sign-in. */
const FIRST = ["security-key", "push", "authenticator-app", "hardware-token", "text", "call"];

export interface KindChoiceProps {
    kinds: Kinds;
    methods: Method[];
    /** The kinds that this page can add. */
    known: string[];
    choose(kind: string): void;
}

export function KindChoice({ kinds, methods, known, choose }: KindChoiceProps) {
    const words = useWords();
    return (
        <>
            <p>{words.say("add-choose")}</p>
            <ul className="secinfo-choices">
                {[...kinds.open, ...kinds.closed].map((kind) => {
                    const reason = reasonAgainst(words, kind, kinds, methods, known);
                    return (
                        <li key={kind}>
                            <button
                                type="button"
                                className="secinfo-choice"
                                disabled={reason !== null}
                                data-kind={kind}
                                onClick={() => choose(kind)}
                            >
                                <strong>{kindName(words, kind)}</strong>
                                <span>{reason ?? words.sayOr(`about-${kind}`, "")}</span>
                            </button>
                        </li>
                    );
                })}
            </ul>
        </>
    );
}

/** Why a kind cannot be added now; null where it can. */
function reasonAgainst(
    words: Words,
    kind: string,
    kinds: Kinds,
    methods: Method[],
    known: string[],
): string | null {
    if (!known.includes(kind)) {
        return words.say("add-unknown");
    }
    if (kinds.closed.includes(kind)) {
        return words.say(kind === "push" ? "add-no-push" : "add-no-channel");
    }
    if (BESIDE.includes(kind) && methods.every((method) => !FIRST.includes(method.Kind))) {
        return words.say("add-beside");
    }
    // One address; the numbers of phones are counted by the daemon.
    if (kind === "email" && methods.some((method) => method.Kind === kind)) {
        return words.say("add-has-email");
    }
    return null;
}
