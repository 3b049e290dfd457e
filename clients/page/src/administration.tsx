/** The way to the tabs of administrators, which are loaded only for whom there are any. */

import { Suspense, lazy, useEffect, useState, useSyncExternalStore } from "react";
import type { Bus } from "./bus/client";
import type { Access } from "./admin/access";
import { Spinner } from "./view/patternfly";
import { useWords } from "./view/words";
import { loadForAdministrators } from "./words/words";
import "./view/administration.css";

const LazyTabs = lazy(() => import("./admin/administration"));

/** What the person may do for others; null for nothing, and until that is known. */
export function useAccess(bus: Bus): Access | null {
    const words = useWords();
    const [access, setAccess] = useState<Access | null>(null);
    useEffect(() => {
        let end: (() => void) | undefined;
        let isOver = false;
        void Promise.all([import("./admin/follow"), loadForAdministrators(words)]).then(([{ follow }]) => {
            if (!isOver) {
                const followed = follow(bus);
                end = followed.end;
                setAccess(followed.access);
            }
        });
        return () => {
            isOver = true;
            end?.();
        };
    }, [bus, words]);
    const standing = useSyncExternalStore(
        (changed) => access?.subscribe(changed) ?? (() => undefined),
        () => access?.standing ?? "unknown",
    );
    return standing === "administrator" || standing === "limited" ? access : null;
}

/** The tabs. */
export function Administration({ access }: { access: Access }) {
    const words = useWords();
    return (
        <Suspense fallback={<Spinner aria-label={words.say("admin-reading")} />}>
            <LazyTabs access={access} />
        </Suspense>
    );
}
