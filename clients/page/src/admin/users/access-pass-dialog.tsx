/** Issues an access pass, which is shown this once: it is nowhere in the page once the dialog is closed. */

import { useState, type FormEvent } from "react";
import type { Bus } from "../../bus/client";
import type { ObjectPath } from "../../bus/values";
import { useAction } from "../../view/action";
import { Field, Problem, StepHeading } from "../../view/parts";
import { Button, Checkbox, Form, FormGroup, FormSelect, FormSelectOption } from "../../view/patternfly";
import { useWords } from "../../view/words";
import { length, moment, now } from "../../words/times";
import { CopyButton } from "../../view/copy";
import { AdminDialog } from "../shown";

export interface AccessPassProps {
    bus: Bus;
    path: ObjectPath;
    name: string;
    end(said: string): void;
}

/** What was issued; times in seconds since 1970, 0 for a beginning at once. */
interface Issued {
    pass: string;
    begins: number;
    expires: number;
}

/** How long passes are good that can be chosen, in seconds. */
const VALIDITIES = [900, 3600, 8 * 3600, 86400, 7 * 86400];

export function AccessPassDialog({ bus, path, name, end }: AccessPassProps) {
    const words = useWords();
    const action = useAction();
    const [valid, setValid] = useState(3600);
    const [isOnce, setOnce] = useState(true);
    const [from, setFrom] = useState("");
    const [issued, setIssued] = useState<Issued | null>(null);
    const issue = (event: FormEvent) => {
        event.preventDefault();
        void action.run(async () => {
            // What is chosen is a time where the administrator is.
            const begins = Math.max(0, Math.floor(new Date(from).getTime() / 1000)) || 0;
            const [pass, expires] = await bus.call(path, "User", "IssueAccessPass", valid, isOnce, begins);
            setIssued({ pass, begins, expires });
        });
    };
    const done = () => end(issued ? words.say("admin-pass-issued", { user: name }) : "");
    const title = words.say("admin-pass-title", { user: name });
    if (issued) {
        const said = words.say("access-pass-issued", {
            once: isOnce ? "yes" : "no",
            user: name,
            later: issued.begins > now() ? "yes" : "no",
            from: moment(words, issued.begins),
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
                <Field
                    id="admin-pass-from"
                    type="datetime-local"
                    label={words.say("admin-pass-from")}
                    hint={words.say("admin-pass-from-help")}
                    value={from}
                    change={setFrom}
                />
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
