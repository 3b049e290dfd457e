/** The address of what is shown, below that of the page. */

import { useSyncExternalStore } from "react";

/** The first part of it; empty where there is none. */
export function useFirstOfPath(): string {
    return useSyncExternalStore(listen, () => cockpit.location.path[0] ?? "");
}

function listen(changed: () => void): () => void {
    cockpit.addEventListener("locationchanged", changed);
    return () => cockpit.removeEventListener("locationchanged", changed);
}
