/** Says of a line that it was not oneself, and what to do next. */

import { useState } from "react";
import { useAction } from "../view/action";
import { Dialog } from "../view/dialog";
import type { OwnDialog } from "../view/own-dialog";
import { Buttons, Problem, StepHeading } from "../view/parts";
import { Button } from "../view/patternfly";
import { useProof } from "../view/proof";
import { useWords } from "../view/words";
import { moment } from "../words/times";
import type { Entry } from "./entries";
import { detailsText, whatText } from "./line";

export function NotMeDialog({ host, info, close, say, entry, lock }: OwnDialog & { entry: Entry; lock(): void }) {
    const words = useWords();
    const proof = useProof();
    const reporting = useAction();
    const [isDone, setDone] = useState(false);
    const report = () =>
        void reporting.run(async () => {
            await host.bus.call(info.path, "User", "ReportActivity", entry.seq);
            say(words.say("not-me-done"));
            setDone(true);
        });
    return (
        <Dialog host={host} info={info} proof={proof} close={close} title={words.say("not-me-title")}>
            {isDone ? (
                <>
                    <StepHeading>{words.say("not-me-done")}</StepHeading>
                    <p>{words.say("not-me-next")}</p>
                    <Buttons>
                        <Button variant="danger" onClick={lock}>
                            {words.say("lock-now")}
                        </Button>
                        <Button variant="link" onClick={close}>
                            {words.say("page-close")}
                        </Button>
                    </Buttons>
                </>
            ) : (
                <>
                    <p>
                        <strong>{whatText(words, entry)}</strong>
                        <br />
                        {detailsText(words, entry, info.user.Name)}
                        <br />
                        {moment(words, entry.time / 1000)}
                    </p>
                    <p>{words.say("not-me-text")}</p>
                    <Problem refusal={reporting.refusal} />
                    <Buttons>
                        <Button
                            variant="danger"
                            isLoading={reporting.isBusy}
                            isDisabled={reporting.isBusy}
                            onClick={report}
                        >
                            {words.say("line-not-me")}
                        </Button>
                        <Button variant="link" onClick={close}>
                            {words.say("page-cancel")}
                        </Button>
                    </Buttons>
                </>
            )}
        </Dialog>
    );
}
