/** Gives a method another label. */

import { useState } from "react";
import type { Method } from "../bus/store";
import { useAction } from "../view/action";
import { Dialog } from "../view/dialog";
import { Buttons, Field } from "../view/parts";
import { Button, Form } from "../view/patternfly";
import { useProof } from "../view/proof";
import { useWords } from "../view/words";
import { methodName, ownLabel, refusalText } from "../words/describe";
import type { OwnDialog } from "../view/own-dialog";

export function RenameDialog({ method, host, info, close, say }: OwnDialog & { method: Method }) {
    const words = useWords();
    const proof = useProof();
    const renaming = useAction();
    const [label, setLabel] = useState(ownLabel(method));
    const rename = async () => {
        const isDone = await renaming.run(async () => {
            await proof.proved(() => host.bus.call(method.path, "Method", "Rename", label.trim()));
        });
        if (isDone) {
            say(words.say("rename-done", { method: methodName(words, { ...method, Label: label.trim() }) }));
            close();
        }
    };
    return (
        <Dialog
            host={host}
            info={info}
            proof={proof}
            close={close}
            title={words.say("rename-title", { method: methodName(words, method) })}
        >
            <Form
                onSubmit={(event) => {
                    event.preventDefault();
                    void rename();
                }}
            >
                <Field
                    id="secinfo-label"
                    label={words.say("rename-label")}
                    value={label}
                    change={setLabel}
                    problem={renaming.refusal && refusalText(words, renaming.refusal)}
                    isFirst
                />
                <Buttons>
                    <Button type="submit" variant="primary" isDisabled={renaming.isBusy}>
                        {words.say("rename-submit")}
                    </Button>
                    <Button variant="link" onClick={close}>
                        {words.say("page-cancel")}
                    </Button>
                </Buttons>
            </Form>
        </Dialog>
    );
}
