/** Locks one's own account, for who fears that somebody else is in it. */

import type { OwnDialog } from "../view/own-dialog";
import { useWords } from "../view/words";
import { ConfirmDialog } from "./confirm-dialog";

export function LockDialog(own: OwnDialog) {
    const words = useWords();
    return (
        <ConfirmDialog
            {...own}
            title={words.say("lock-title")}
            confirm={words.say("lock-now")}
            act={() => own.host.bus.call(own.info.path, "User", "LockAccount")}
            done={words.say("lock-done")}
            next={words.say("lock-next")}
        >
            <p>{words.say("lock-text")}</p>
            {own.info.policy.end_sessions_on_lock && <p>{words.say("lock-sessions")}</p>}
            <p>{words.say("lock-lift")}</p>
        </ConfirmDialog>
    );
}
