import type { Host } from "../bus/host";
import type { SecurityInfo } from "../bus/store";

/** What every dialog about one's own security info is given. */
export interface OwnDialog {
    host: Host;
    info: SecurityInfo;
    close(): void;
    /** Says on the page behind it what was done. */
    say(text: string): void;
}
