/** The way to the tabs of administrators, which are loaded only for whom there are any. */

import { Suspense, lazy, useEffect, useState, useSyncExternalStore } from "react";
import { Access } from "./access/access";
import { cockpitLogin } from "./access/login";
import type { Bus } from "./bus/client";
import { Spinner } from "./view/patternfly";
import { useWords } from "./view/words";
import { loadForAdministrators } from "./words/words";
import "./view/administration.css";

const LazyTabs = lazy(() => import("./admin/administration"));

/** What the person may do for others; null for nothing, and until that is known. */
export function useAccess(bus: Bus): Access | null {
    const words = useWords();
    const [access, setAccess] = useState<Access | null>(null);
    const [hasWords, setHasWords] = useState(false);
    useEffect(() => {
        const followed = new Access(cockpitLogin(), bus);
        setAccess(followed);
        return followed.start();
    }, [bus]);
    const standing = useSyncExternalStore(
        (changed) => access?.subscribe(changed) ?? (() => undefined),
        () => access?.standing ?? "unknown",
    );
    const hasTabs = standing === "administrator" || standing === "limited";
    useEffect(() => {
        if (hasTabs) {
            void loadForAdministrators(words).then(() => setHasWords(true));
        }
    }, [hasTabs, words]);
    return hasTabs && hasWords ? access : null;
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
