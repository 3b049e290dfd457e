/** The page: follows the language and the look of Cockpit, and shows the security info. */

import { createRoot } from "react-dom/client";
import "@patternfly/react-core/dist/styles/base.css";
import { App } from "./app";
import { connect, type Bus } from "./bus/client";
import { cancelAll } from "./bus/session";
import { Store } from "./bus/store";
import { followLook } from "./view/look";
import { WordsContext } from "./view/words";
import { load, negotiate } from "./words/words";
import "./view/fonts.css";
import "./view/page.css";

async function start(): Promise<void> {
    followLook();
    const language = negotiate(cockpit.language);
    document.documentElement.lang = language;
    // All that takes a while begins at once.
    const bus = connect();
    const [words, store] = await Promise.all([load(language), startStore(bus)]);
    document.title = words.say("page-title");
    window.addEventListener("pagehide", cancelAll);
    const place = document.getElementById("page");
    if (place) {
        createRoot(place).render(
            <WordsContext value={words}>
                <App bus={bus} store={store} />
            </WordsContext>,
        );
    }
}

async function startStore(bus: Bus): Promise<Store> {
    const { id } = await cockpit.user();
    const store = new Store(bus, id);
    store.start();
    return store;
}

void start();
