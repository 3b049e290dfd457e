/** Says of a line that it was not oneself, and what to do next. */

import type { OwnDialog } from "../view/own-dialog";
import { Button } from "../view/patternfly";
import { useWords } from "../view/words";
import { moment } from "../words/times";
import { ConfirmDialog } from "./confirm-dialog";
import type { Entry } from "./entries";
import { detailsText, whatText } from "./line";

export function NotMeDialog({ entry, lock, ...own }: OwnDialog & { entry: Entry; lock(): void }) {
    const words = useWords();
    return (
        <ConfirmDialog
            {...own}
            title={words.say("not-me-title")}
            confirm={words.say("line-not-me")}
            act={() => own.host.bus.call(own.info.path, "User", "ReportActivity", entry.seq)}
            done={words.say("not-me-done")}
            next={words.say("not-me-next")}
            onward={
                <Button variant="danger" onClick={lock}>
                    {words.say("lock-now")}
                </Button>
            }
        >
            <p>
                <strong>{whatText(words, entry)}</strong>
                <br />
                {detailsText(words, entry, own.info.user.Name)}
                <br />
                {moment(words, entry.time / 1000)}
            </p>
            <p>{words.say("not-me-text")}</p>
        </ConfirmDialog>
    );
}
