/** What of the page is shown: the security info, or why it cannot be. */

import { useSyncExternalStore, type ComponentType } from "react";
import { Activity } from "./activity/activity";
import { Administration, useAccess } from "./administration";
import type { Host } from "./bus/host";
import type { SecurityInfo, Store } from "./bus/store";
import { Mine } from "./mine/mine";
import { useFirstOfPath } from "./view/address";
import { Button, EmptyState, EmptyStateBody, EmptyStateFooter, Spinner } from "./view/patternfly";
import { Tabs, type Tab } from "./view/tabs";
import { useWords } from "./view/words";
import { refusalText } from "./words/describe";

export function App(host: Host) {
    const words = useWords();
    const access = useAccess(host.bus);
    const first = useFirstOfPath();
    const isAdministration = first === "admin" && access !== null;
    const isActivity = first === "activity";
    const tabs: Tab[] = [
        { words: "list-methods", path: [], isShown: !isActivity && !isAdministration },
        { words: "activity-heading", path: ["activity"], isShown: isActivity },
    ];
    if (access) {
        tabs.push({ words: "page-administration", path: ["admin"], isShown: isAdministration });
    }
    return (
        <main className="secinfo" aria-label={words.say("page-title")}>
            <Tabs label={words.say("page-tabs")} tabs={tabs} />
            {isAdministration ? (
                <Administration access={access} />
            ) : (
                <Shown host={host} Part={isActivity ? Activity : Mine} />
            )}
        </main>
    );
}

/** A part of one's own security info, or why there is none to show. */
function Shown({ host, Part }: { host: Host; Part: ComponentType<{ host: Host; info: SecurityInfo }> }) {
    const words = useWords();
    const { store } = host;
    const state = useSyncExternalStore(store.subscribe, () => store.state);
    switch (state.stage) {
        case "loading":
            return (
                <EmptyState titleText={words.say("page-loading")} headingLevel="h1">
                    <Spinner aria-label={words.say("page-loading")} />
                </EmptyState>
            );
        case "away":
            return (
                <EmptyState titleText={words.say("page-away")} headingLevel="h1" status="warning">
                    <EmptyStateBody>{words.say("page-away-text")}</EmptyStateBody>
                    <Again store={store} />
                </EmptyState>
            );
        case "failed":
            return (
                <EmptyState titleText={words.say("page-failed")} headingLevel="h1" status="danger">
                    <EmptyStateBody>{refusalText(words, state.refusal)}</EmptyStateBody>
                    <Again store={store} />
                </EmptyState>
            );
        case "ready":
            return <Part host={host} info={state.info} />;
    }
}

function Again({ store }: { store: Store }) {
    return (
        <EmptyStateFooter>
            <Button variant="primary" onClick={() => void store.reload()}>
                {useWords().say("page-again")}
            </Button>
        </EmptyStateFooter>
    );
}
