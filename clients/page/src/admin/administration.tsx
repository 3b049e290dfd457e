/** The tabs of administrators. */

import { useEffect, useState, useSyncExternalStore, type ComponentType } from "react";
import { EmptyState, EmptyStateBody, Spinner, Title } from "../view/patternfly";
import { Tabs } from "../view/tabs";
import { useWords } from "../view/words";
import type { Access } from "../access/access";
import type { Action } from "../access/actions";
import { useBell } from "./bell";
import { Channels } from "./channels-tab";
import { Health } from "./health-tab";
import { Log } from "./log/log-tab";
import { PolicyOfUser } from "./policy-tab";
import type { TabProps } from "./shown";
import { Tokens } from "./tokens/tokens-tab";
import { Users } from "./users/users-tab";

/** A tab, and what one has to be able to do to have it. */
interface Tab {
    name: string;
    takes: Action | null;
    shows: ComponentType<TabProps>;
}

const TABS: readonly Tab[] = [
    { name: "users", takes: "read-users", shows: Users },
    { name: "tokens", takes: "import-tokens", shows: Tokens },
    { name: "channels", takes: "manage-channels", shows: Channels },
    { name: "policy", takes: "read-users", shows: PolicyOfUser },
    { name: "log", takes: "read-log", shows: Log },
    { name: "health", takes: null, shows: Health },
];

export default function Administration({ access }: { access: Access }) {
    const words = useWords();
    useSyncExternalStore(access.subscribe, () => access.revision);
    const title = <Title headingLevel="h1">{words.say("admin-title")}</Title>;
    switch (access.standing) {
        case "unknown":
            return <Spinner aria-label={words.say("admin-reading")} />;
        case "administrator":
            return (
                <>
                    {title}
                    <Shown access={access} />
                </>
            );
        default:
            return (
                <>
                    {title}
                    <EmptyState titleText={words.say("admin-limited")} headingLevel="h2">
                        <EmptyStateBody>{words.say("admin-limited-text")}</EmptyStateBody>
                    </EmptyState>
                </>
            );
    }
}

function Shown({ access }: { access: Access }) {
    const words = useWords();
    const bell = useBell(access);
    const [path, go] = usePath();
    const tabs = TABS.filter(({ takes }) => takes === null || access.may(takes));
    const tab = tabs.find(({ name }) => name === path[0]) ?? tabs[0];
    if (!tab) {
        return null;
    }
    const TabShown = tab.shows;
    return (
        <>
            <Tabs
                label={words.say("admin-title")}
                tabs={tabs.map(({ name }) => ({
                    words: `admin-${name}`,
                    path: ["admin", name],
                    isShown: name === tab.name,
                }))}
            />
            <section key={`${tab.name} ${access.isRoot}`} aria-label={words.say(`admin-${tab.name}`)}>
                <TabShown
                    access={access}
                    bell={bell}
                    path={path.slice(1)}
                    go={(rest) => go([tab.name, ...rest])}
                />
            </section>
        </>
    );
}

/** What stands behind "admin" in the address. */
function usePath(): [string[], (path: string[]) => void] {
    const [path, setPath] = useState(() => cockpit.location.path.slice(1));
    useEffect(() => {
        const look = () => setPath(cockpit.location.path.slice(1));
        cockpit.addEventListener("locationchanged", look);
        return () => cockpit.removeEventListener("locationchanged", look);
    }, []);
    return [path, (rest) => cockpit.location.go(["admin", ...rest])];
}
