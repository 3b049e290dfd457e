/** What every part of the page talks to. */

import type { Bus } from "./client";
import type { Store } from "./store";

/** The daemon of this host, and what is known of the user's security info. */
export interface Host {
    bus: Bus;
    store: Store;
}
