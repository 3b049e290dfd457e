/** Chooses the method that is asked first at sign-in. */

import { useState } from "react";
import { useAction } from "../view/action";
import { Dialog } from "../view/dialog";
import { Buttons, Problem } from "../view/parts";
import { Button, Form, FormGroup, Radio } from "../view/patternfly";
import { useProof } from "../view/proof";
import { useWords } from "../view/words";
import { methodName } from "../words/describe";
import { choices } from "./defaults";
import type { OwnDialog } from "../view/own-dialog";

export function DefaultDialog({ host, info, close, say }: OwnDialog) {
    const words = useWords();
    const proof = useProof();
    const setting = useAction();
    const [chosen, setChosen] = useState(info.user.DefaultMethod);
    const method = info.methods.find((one) => one.path === chosen);
    const set = async () => {
        const isDone = await setting.run(async () => {
            await proof.proved(() => host.bus.call(info.path, "User", "SetDefault", chosen));
        });
        if (isDone && method) {
            say(words.say("default-set", { method: methodName(words, method) }));
            close();
        }
    };
    return (
        <Dialog host={host} info={info} proof={proof} close={close} title={words.say("default-title")}>
            <Form
                onSubmit={(event) => {
                    event.preventDefault();
                    void set();
                }}
            >
                <FormGroup role="radiogroup" fieldId="secinfo-default" label={words.say("default-choices")}>
                    {choices(info).map((one) => (
                        <Radio
                            key={one.path}
                            id={`secinfo-default-${one.Id}`}
                            name="secinfo-default"
                            label={methodName(words, one)}
                            isChecked={one.path === chosen}
                            onChange={() => setChosen(one.path)}
                        />
                    ))}
                </FormGroup>
                <Problem refusal={setting.refusal} />
                <Buttons>
                    <Button
                        type="submit"
                        variant="primary"
                        isDisabled={setting.isBusy || !method || chosen === info.user.DefaultMethod}
                    >
                        {words.say("default-confirm")}
                    </Button>
                    <Button variant="link" onClick={close}>
                        {words.say("page-cancel")}
                    </Button>
                </Buttons>
            </Form>
        </Dialog>
    );
}
