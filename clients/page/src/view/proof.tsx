/** Proves who one is where the daemon asks for that first, then goes on with what was asked for. */

import { useCallback, useState } from "react";
import { isRefusal, refusalOf, type Refusal } from "../bus/errors";
import type { Method } from "../bus/store";

/** A proof that is being asked for. */
export interface Asking {
    /** Why. */
    why: Refusal;
    /** The method that is to be proved, where no other will do. */
    method?: Method;
    /** Ends it: whether the person has proved who they are. */
    finish(isProved: boolean): void;
}

/** The person did not want to prove who they are. */
export class GivenUp extends Error {}

/** What a dialog needs for that. */
export interface Proof {
    asking: Asking | null;
    /** Runs an action; where it takes a fresh proof, has one made and runs it again. */
    proved<T>(action: () => Promise<T>): Promise<T>;
}

/** Refusals that a proof puts right. */
const NEEDED = ["FreshProofNeeded", "AccessPassNeeded", "StrongerProofNeeded", "AccountLocked"];

export function useProof(): Proof {
    const [asking, setAsking] = useState<Asking | null>(null);
    const proved = useCallback(async <T,>(action: () => Promise<T>): Promise<T> => {
        for (;;) {
            try {
                return await action();
            } catch (error) {
                if (!isRefusal(error, ...NEEDED)) {
                    throw error;
                }
                const why = refusalOf(error);
                const isProved = await new Promise<boolean>((finish) => setAsking({ why, finish }));
                setAsking(null);
                if (!isProved) {
                    throw new GivenUp();
                }
            }
        }
    }, []);
    return { asking, proved };
}
