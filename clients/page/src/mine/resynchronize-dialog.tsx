/** Finds a hardware token again by two consecutive codes. */

import { useState } from "react";
import { isRefusal, refusalOf } from "../bus/errors";
import type { Method } from "../bus/store";
import { useAction } from "../view/action";
import { Dialog } from "../view/dialog";
import { Buttons, CodeField, Problem } from "../view/parts";
import { Button, Form } from "../view/patternfly";
import { useProof } from "../view/proof";
import { useWords } from "../view/words";
import { methodName } from "../words/describe";
import type { OwnDialog } from "../view/own-dialog";

/** Refusals of codes that are not two of the token in a row. */
const OTHER_CODES = ["WrongCode", "InvalidArgument"];

export function ResynchronizeDialog({ method, host, info, close, say }: OwnDialog & { method: Method }) {
    const words = useWords();
    const proof = useProof();
    const finding = useAction();
    const [first, setFirst] = useState("");
    const [second, setSecond] = useState("");
    const digits = method.Hint.digits ?? 6;
    const find = async () => {
        const isDone = await finding.run(async () => {
            const call = () => host.bus.call(method.path, "Method", "Resynchronize", first.trim(), second.trim());
            try {
                await proof.proved(call);
            } catch (error) {
                if (isRefusal(refusalOf(error), ...OTHER_CODES)) {
                    setFirst("");
                    setSecond("");
                }
                throw error;
            }
        });
        if (isDone) {
            say(words.say("resync-done", { method: methodName(words, method) }));
            close();
        }
    };
    const { refusal } = finding;
    const areOthers = isRefusal(refusal, ...OTHER_CODES);
    return (
        <Dialog
            host={host}
            info={info}
            proof={proof}
            close={close}
            title={words.say("resync-title", { method: methodName(words, method) })}
        >
            <Form
                onSubmit={(event) => {
                    event.preventDefault();
                    void find();
                }}
            >
                <p>{words.say("resync-text")}</p>
                <CodeField
                    id="secinfo-first"
                    label={words.say("resync-first")}
                    value={first}
                    change={setFirst}
                    problem={areOthers ? words.say("finer-not-consecutive") : null}
                    digits={digits}
                    isFirst
                />
                <CodeField
                    id="secinfo-second"
                    label={words.say("resync-second")}
                    value={second}
                    change={setSecond}
                    digits={digits}
                />
                <Problem refusal={areOthers ? null : refusal} />
                <Buttons>
                    <Button type="submit" variant="primary" isDisabled={finding.isBusy || !first || !second}>
                        {words.say("resync-submit")}
                    </Button>
                    <Button variant="link" onClick={close}>
                        {words.say("page-cancel")}
                    </Button>
                </Buttons>
            </Form>
        </Dialog>
    );
}
