/** Something that takes a while and may be refused. */

import { useCallback, useEffect, useRef, useState } from "react";
import { refusalOf, type Refusal } from "../bus/errors";
import { GivenUp } from "./proof";

export interface Action {
    isBusy: boolean;
    /** Why it was refused, until it is tried again. */
    refusal: Refusal | null;
    /** Runs it, unless it runs already; whether it was done. */
    run(action: () => Promise<void>): Promise<boolean>;
    clear(): void;
}

export function useAction(): Action {
    const [isBusy, setBusy] = useState(false);
    const [refusal, setRefusal] = useState<Refusal | null>(null);
    const isRunning = useRef(false);
    const isThere = useRef(true);
    useEffect(() => {
        isThere.current = true;
        return () => {
            isThere.current = false;
        };
    }, []);
    const run = useCallback(async (action: () => Promise<void>) => {
        if (isRunning.current) {
            return false;
        }
        isRunning.current = true;
        setBusy(true);
        setRefusal(null);
        try {
            await action();
            return true;
        } catch (error) {
            if (!(error instanceof GivenUp)) {
                const refusal = refusalOf(error);
                if (isThere.current) {
                    setRefusal(refusal);
                }
            }
            return false;
        } finally {
            isRunning.current = false;
            setBusy(false);
        }
    }, []);
    return { isBusy, refusal, run, clear: useCallback(() => setRefusal(null), []) };
}
