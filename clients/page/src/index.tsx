/** The page: follows the language and the look of Cockpit, and shows the security info. */

import { createRoot } from "react-dom/client";
import "@patternfly/react-core/dist/styles/base.css";
import { App } from "./app";
import { connect } from "./bus/client";
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
    const [words, { id }] = await Promise.all([load(language), cockpit.user()]);
    document.title = words.say("page-title");
    const bus = connect();
    const store = new Store(bus, id);
    store.start();
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

void start();
