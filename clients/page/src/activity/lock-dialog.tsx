/** Locks one's own account, for who fears that somebody else is in it. */

import { useState } from "react";
import { useAction } from "../view/action";
import { Dialog } from "../view/dialog";
import type { OwnDialog } from "../view/own-dialog";
import { Buttons, Problem, StepHeading } from "../view/parts";
import { Button } from "../view/patternfly";
import { useProof } from "../view/proof";
import { useWords } from "../view/words";

export function LockDialog({ host, info, close, say }: OwnDialog) {
    const words = useWords();
    const proof = useProof();
    const locking = useAction();
    const [isDone, setDone] = useState(false);
    // No proof is asked for: whoever is afraid must be able to.
    const lock = () =>
        void locking.run(async () => {
            await host.bus.call(info.path, "User", "LockAccount");
            say(words.say("lock-done"));
            setDone(true);
        });
    return (
        <Dialog host={host} info={info} proof={proof} close={close} title={words.say("lock-title")}>
            {isDone ? (
                <>
                    <StepHeading>{words.say("lock-done")}</StepHeading>
                    <p>{words.say("lock-next")}</p>
                    <Buttons>
                        <Button variant="primary" onClick={close}>
                            {words.say("page-close")}
                        </Button>
                    </Buttons>
                </>
            ) : (
                <>
                    <p>{words.say("lock-text")}</p>
                    {info.policy.end_sessions_on_lock && <p>{words.say("lock-sessions")}</p>}
                    <p>{words.say("lock-lift")}</p>
                    <Problem refusal={locking.refusal} />
                    <Buttons>
                        <Button variant="danger" isLoading={locking.isBusy} isDisabled={locking.isBusy} onClick={lock}>
                            {words.say("lock-now")}
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
