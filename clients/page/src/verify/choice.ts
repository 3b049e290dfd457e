/** Which method to ask, and what becomes of a refusal. */

import { isRefusal, type Refusal } from "../bus/errors";
import type { Method } from "../bus/store";
import type { ObjectPath } from "../bus/values";
import type { FormProps } from "./form";

/** Kinds whose proof is strong, with the form in which they are asked. */
const STRONG: readonly [kind: string, form: string][] = [
    ["security-key", "assertion"],
    ["push", "approval"],
    ["authenticator-app", "code"],
    ["hardware-token", "code"],
    // Each is good once: they are kept for when there is nothing else.
    ["recovery-codes", "code"],
];

/** The methods that this page can ask where a strong proof is needed, those first that are to be asked first. */
export function strongMethods(methods: readonly Method[], forms: readonly string[]): ObjectPath[] {
    const usable = methods.filter((one) => one.IsAllowed && one.LockedUntil === 0);
    return STRONG.filter(([, form]) => forms.includes(form)).flatMap(([kind]) =>
        usable.filter((one) => one.Kind === kind).map((one) => one.path),
    );
}

/** What to do after a refused answer of a verification. */
export function afterRefusal(refusal: Refusal): "again" | "other" | "over" {
    if (isRefusal(refusal, "WrongCode", "CodeAlreadyUsed", "CodeExpired", "NoCodeSent", "NotApproved", "TooSoon", "WrongForm")) {
        return "again";
    }
    if (isRefusal(refusal, "MethodLocked", "CounterNotIncreased", "Expired", "PushPaused", "PushUnavailable")) {
        return "other";
    }
    return "over";
}

/** Does that: `again` has the answer given once more. */
export function settle(refusal: Refusal, { over, other }: Pick<FormProps, "over" | "other">, again: () => void): void {
    switch (afterRefusal(refusal)) {
        case "again":
            again();
            break;
        case "other":
            other(refusal);
            break;
        case "over":
            over(refusal);
    }
}
