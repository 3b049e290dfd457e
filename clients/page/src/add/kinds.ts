/** The kinds that a user can add. */

import { useEffect, useState } from "react";
import { ROOT, type Bus } from "../bus/client";
import type { SecurityInfo } from "../bus/store";

/** Kinds that can be added, and those that policy allows and this host cannot serve at the moment. */
export interface Kinds {
    /** The strongest first. */
    open: string[];
    /** No channel sends their codes, or phones cannot be asked. */
    closed: string[];
}

/** All kinds that people add by themselves, the strongest first. */
const ORDER = [
    "security-key",
    "push",
    "authenticator-app",
    "hardware-token",
    "text",
    "call",
    "recovery-codes",
    "email",
    "security-questions",
];

/** Sorts what policy allows by what can be used now. */
export function kindsOf(allowed: readonly string[], usable: readonly string[]): Kinds {
    const rank = (kind: string) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
    // Administrators issue access passes.
    const own = [...new Set([...allowed, ...usable])].filter((kind) => kind !== "access-pass");
    const sorted = own.sort((one, other) => rank(one) - rank(other));
    return {
        open: sorted.filter((kind) => usable.includes(kind)),
        closed: sorted.filter((kind) => !usable.includes(kind)),
    };
}

/** Those of a user; null until they are known. */
export function useKinds(bus: Bus, info: SecurityInfo): Kinds | null {
    const [kinds, setKinds] = useState<Kinds | null>(null);
    const { user, policy } = info;
    useEffect(() => {
        let isThere = true;
        const list = (purpose: string) => bus.call(ROOT, "Manager", "ListKinds", user.Uid, purpose, "");
        Promise.all(["sign-in", "password-reset"].map(list)).then(
            (answers) => {
                if (isThere) {
                    setKinds(kindsOf(policy.allowed, answers.flatMap(([kinds]) => kinds)));
                }
            },
            // What has happened to the daemon shows in the security info itself.
            () => undefined,
        );
        return () => {
            isThere = false;
        };
    }, [bus, user.Uid, policy]);
    return kinds;
}
