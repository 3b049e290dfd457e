/** Deletes a method, after saying what follows. */

import { useState } from "react";
import type { Method } from "../bus/store";
import { useAction } from "../view/action";
import { Dialog } from "../view/dialog";
import { Buttons, Problem, StepHeading } from "../view/parts";
import { Button } from "../view/patternfly";
import { useProof } from "../view/proof";
import { useWords } from "../view/words";
import { methodName } from "../words/describe";
import { length, moment } from "../words/times";
import { nextDefault } from "./defaults";
import type { OwnDialog } from "../view/own-dialog";

export function DeleteDialog({ method, host, info, close, say }: OwnDialog & { method: Method }) {
    const words = useWords();
    const proof = useProof();
    const deleting = useAction();
    // What was said before stays when the method is gone from the list.
    const [before] = useState(info);
    const [end, setEnd] = useState<{ due: number } | "deleted" | null>(null);
    const name = methodName(words, method);
    const next = method.IsDefault ? nextDefault(before, method) : null;
    const remove = () =>
        void deleting.run(async () => {
            const call = () => host.bus.call(method.path, "Method", "Delete");
            const [isDeleted, due] = await proof.proved(call);
            say(words.say(isDeleted ? "delete-done" : "delete-later", { method: name, when: moment(words, due) }));
            setEnd(isDeleted ? "deleted" : { due });
        });
    const title = words.say("delete-title", { method: name });
    const after = words.find(`kind-${method.Kind}.deleted`);
    return (
        <Dialog host={host} info={before} proof={proof} close={close} title={title}>
            {end === null && (
                <>
                    <p>{words.say("delete-warning")}</p>
                    {method.IsDefault && (
                        <p>
                            {next
                                ? words.say("delete-next-default", { method: methodName(words, next) })
                                : words.say("delete-no-default")}
                        </p>
                    )}
                    {after && <p>{after}</p>}
                    {info.policy.deletion_wait > 0 && (
                        <p className="secinfo-subtle">
                            {words.say("delete-wait", { length: length(words, info.policy.deletion_wait) })}
                        </p>
                    )}
                    <Problem refusal={deleting.refusal} />
                    <Buttons>
                        <Button variant="danger" isDisabled={deleting.isBusy} onClick={remove}>
                            {words.say("delete-confirm")}
                        </Button>
                        <Button variant="link" onClick={close}>
                            {words.say("page-cancel")}
                        </Button>
                    </Buttons>
                </>
            )}
            {end !== null && (
                <>
                    <StepHeading>
                        {end === "deleted"
                            ? words.say("delete-done", { method: name })
                            : words.say("delete-later", { method: name, when: moment(words, end.due) })}
                    </StepHeading>
                    <p>{end === "deleted" ? after : words.say("delete-later-text")}</p>
                    <Buttons>
                        <Button variant="primary" onClick={close}>
                            {words.say("page-done")}
                        </Button>
                    </Buttons>
                </>
            )}
        </Dialog>
    );
}
