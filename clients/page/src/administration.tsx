/** The way to the tabs of administrators, which are loaded only for whom there are any. */

import { Suspense, lazy, useEffect, useState, useSyncExternalStore } from "react";
import type { Bus } from "./bus/client";
import type { Access } from "./admin/access";
import { Nav, NavItem, NavList, Spinner } from "./view/patternfly";
import { useWords } from "./view/words";
import { loadForAdministrators } from "./words/words";
import "@patternfly/react-styles/css/components/Nav/nav.css";
import "./view/administration.css";

const Tabs = lazy(() => import("./admin/administration"));

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

/** Whether the address is one of the tabs. */
export function useIsAdministration(): boolean {
    return useSyncExternalStore(
        (changed) => {
            cockpit.addEventListener("locationchanged", changed);
            return () => cockpit.removeEventListener("locationchanged", changed);
        },
        () => cockpit.location.path[0] === "admin",
    );
}

/** The way between one's own security info and the tabs. */
export function Areas({ isAdministration }: { isAdministration: boolean }) {
    const words = useWords();
    const area = (name: "own" | "admin", isActive: boolean) => (
        <NavItem
            to={name === "own" ? "#/" : "#/admin"}
            isActive={isActive}
            preventDefault
            onClick={() => cockpit.location.go(name === "own" ? [] : ["admin"])}
        >
            {words.say(name === "own" ? "page-title" : "admin-title")}
        </NavItem>
    );
    return (
        <Nav variant="horizontal" aria-label={words.say("admin-areas")} className="secinfo-areas">
            <NavList>
                {area("own", !isAdministration)}
                {area("admin", isAdministration)}
            </NavList>
        </Nav>
    );
}

/** The tabs. */
export function Administration({ access }: { access: Access }) {
    const words = useWords();
    return (
        <Suspense fallback={<Spinner aria-label={words.say("admin-reading")} />}>
            <Tabs access={access} />
        </Suspense>
    );
}
