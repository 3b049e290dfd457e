/** Asks before something is done that cannot be taken back, does it, and says what to do next. */

import { useState, type ReactNode } from "react";
import { useAction } from "../view/action";
import { Dialog } from "../view/dialog";
import type { OwnDialog } from "../view/own-dialog";
import { Buttons, Problem, StepHeading } from "../view/parts";
import { Button } from "../view/patternfly";
import { useProof } from "../view/proof";
import { useWords } from "../view/words";

export interface ConfirmDialogProps extends OwnDialog {
    title: string;
    /** What is going to be done. */
    children: ReactNode;
    /** The words of the button that does it. */
    confirm: string;
    /** Does it. No proof is asked for: a user who is afraid must be able to. */
    act(): Promise<unknown>;
    /** What is said then, and what to do next. */
    done: string;
    next: string;
    /** A button for that, before the one that closes. */
    onward?: ReactNode;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
    const { host, info, close, say, title, children, confirm, act, done, next, onward } = props;
    const words = useWords();
    const proof = useProof();
    const action = useAction();
    const [isDone, setDone] = useState(false);
    const run = () =>
        void action.run(async () => {
            await act();
            say(done);
            setDone(true);
        });
    return (
        <Dialog host={host} info={info} proof={proof} close={close} title={title}>
            {isDone ? (
                <>
                    <StepHeading>{done}</StepHeading>
                    <p>{next}</p>
                    <Buttons>
                        {onward}
                        <Button variant={onward ? "link" : "primary"} onClick={close}>
                            {words.say("page-close")}
                        </Button>
                    </Buttons>
                </>
            ) : (
                <>
                    {children}
                    <Problem refusal={action.refusal} />
                    <Buttons>
                        <Button variant="danger" isLoading={action.isBusy} isDisabled={action.isBusy} onClick={run}>
                            {confirm}
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
