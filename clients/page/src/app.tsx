/** What of the page is shown: the security info, or why it cannot be. */

import { useSyncExternalStore } from "react";
import { EmptyState, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Page, PageSection } from "@patternfly/react-core/dist/esm/components/Page";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import type { Bus } from "./bus/client";
import type { Store } from "./bus/store";
import { Mine } from "./mine/mine";
import { useWords } from "./view/words";
import { refusalText } from "./words/describe";

export interface Host {
    bus: Bus;
    store: Store;
}

export function App({ bus, store }: Host) {
    return (
        <Page className="secinfo" mainAriaLabel={useWords().say("page-title")}>
            <PageSection hasBodyWrapper={false}>
                <Shown bus={bus} store={store} />
            </PageSection>
        </Page>
    );
}

function Shown({ bus, store }: Host) {
    const words = useWords();
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
            return <Mine bus={bus} store={store} info={state.info} />;
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
