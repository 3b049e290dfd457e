/** Which method to ask, and what becomes of a refusal. */

import { isRefusal, type Refusal } from "../bus/errors";
import type { Method } from "../bus/store";
import type { ObjectPath } from "../bus/values";

/** Kinds whose proof is enough for everything, the strongest first, with the form in which they are asked. */
const STRONG: readonly [kind: string, form: string][] = [
    ["security-key", "assertion"],
    ["recovery-codes", "code"],
    ["push", "approval"],
    ["authenticator-app", "code"],
    ["hardware-token", "code"],
];

/** The strongest method that this page can ask; null where there is none. */
export function methodFor(methods: readonly Method[], forms: readonly string[]): ObjectPath | null {
    for (const [kind, form] of STRONG) {
        const method = methods.find((one) => one.Kind === kind && one.IsAllowed && one.LockedUntil === 0);
        if (method && forms.includes(form)) {
            return method.path;
        }
    }
    return null;
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
