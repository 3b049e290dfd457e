/** Issues an access pass, which is shown this once: it is nowhere in the page once the dialog is closed. */

import { useState, type FormEvent } from "react";
import type { Bus } from "../../bus/client";
import type { ObjectPath } from "../../bus/values";
import { useAction } from "../../view/action";
import { Problem, StepHeading } from "../../view/parts";
import { Button, Checkbox, Form, FormGroup, FormSelect, FormSelectOption } from "../../view/patternfly";
import { useWords } from "../../view/words";
import { length, moment } from "../../words/times";
import { CopyButton } from "../../view/copy";
import { AdminDialog } from "../shown";

export interface AccessPassProps {
    bus: Bus;
    path: ObjectPath;
    name: string;
    end(said: string): void;
}

/** How long passes are good that can be chosen, in seconds. */
const VALIDITIES = [900, 3600, 8 * 3600, 86400, 7 * 86400];

export function AccessPassDialog({ bus, path, name, end }: AccessPassProps) {
    const words = useWords();
    const action = useAction();
    const [valid, setValid] = useState(3600);
    const [isOnce, setOnce] = useState(true);
    const [issued, setIssued] = useState<{ pass: string; expires: number } | null>(null);
    const issue = (event: FormEvent) => {
        event.preventDefault();
        void action.run(async () => {
            const [pass, expires] = await bus.call(path, "User", "IssueAccessPass", valid, isOnce);
            setIssued({ pass, expires });
        });
    };
    const done = () => end(issued ? words.say("admin-pass-issued", { user: name }) : "");
    const title = words.say("admin-pass-title", { user: name });
    if (issued) {
        const said = words.say("access-pass-issued", {
            once: isOnce ? "yes" : "no",
            user: name,
            when: moment(words, issued.expires),
        });
        return (
            <AdminDialog title={title} close={done}>
                <StepHeading>{words.say("admin-pass-shown")}</StepHeading>
                <p className="secinfo-pass" translate="no" data-secret>
                    {issued.pass}
                </p>
                <CopyButton text={issued.pass}>{words.say("admin-pass-copy")}</CopyButton>
                <p>{said}</p>
                <div className="secinfo-buttons">
                    <Button variant="primary" onClick={done}>
                        {words.say("page-done")}
                    </Button>
                </div>
            </AdminDialog>
        );
    }
    return (
        <AdminDialog title={title} close={done}>
            <Form onSubmit={issue}>
                <p>{words.say("admin-pass-text", { user: name })}</p>
                <FormGroup label={words.say("admin-pass-valid")} fieldId="admin-pass-valid">
                    <FormSelect
                        id="admin-pass-valid"
                        value={valid}
                        onChange={(_event, seconds) => setValid(Number(seconds))}
                    >
                        {VALIDITIES.map((seconds) => (
                            <FormSelectOption key={seconds} value={seconds} label={length(words, seconds)} />
                        ))}
                    </FormSelect>
                </FormGroup>
                <Checkbox
                    id="admin-pass-once"
                    label={words.say("admin-pass-once")}
                    isChecked={isOnce}
                    onChange={(_event, checked) => setOnce(checked)}
                />
                <Problem refusal={action.refusal} />
                <div className="secinfo-buttons">
                    <Button variant="primary" type="submit" isDisabled={action.isBusy}>
                        {words.say("admin-pass-issue")}
                    </Button>
                    <Button variant="link" onClick={done}>
                        {words.say("page-cancel")}
                    </Button>
                </div>
            </Form>
        </AdminDialog>
    );
}
