/** What of the page is shown: the security info, or why it cannot be. */

import { useSyncExternalStore } from "react";
import { Administration, Areas, useAccess, useIsAdministration } from "./administration";
import type { Host } from "./bus/host";
import type { Store } from "./bus/store";
import { Mine } from "./mine/mine";
import { Button, EmptyState, EmptyStateBody, EmptyStateFooter, Spinner } from "./view/patternfly";
import { useWords } from "./view/words";
import { refusalText } from "./words/describe";

export function App(host: Host) {
    return (
        <main className="secinfo" aria-label={useWords().say("page-title")}>
            <Area {...host} />
        </main>
    );
}

/** One's own security info; for whom may do more, the way to that above it. */
function Area(host: Host) {
    const access = useAccess(host.bus);
    const isAdministration = useIsAdministration() && access !== null;
    return (
        <>
            {access && <Areas isAdministration={isAdministration} />}
            {isAdministration ? <Administration access={access} /> : <Shown {...host} />}
        </>
    );
}

function Shown(host: Host) {
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
            return <Mine host={host} info={state.info} />;
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
