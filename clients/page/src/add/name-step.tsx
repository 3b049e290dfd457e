/** The first step of what can have a name: what is needed for it, and how it is to be called. */

import type { Action } from "../view/action";
import { Buttons, Field, Problem, StepHeading } from "../view/parts";
import { Button, Form } from "../view/patternfly";
import { useWords } from "../view/words";

export interface NameStepProps {
    title: string;
    text: string;
    hint: string;
    /** What was typed; it stays when one begins again. */
    label: string;
    setLabel(label: string): void;
    starting: Action;
    begin(): void;
    /** Chooses another kind. */
    back(): void;
}

export function NameStep({ title, text, hint, label, setLabel, starting, begin, back }: NameStepProps) {
    const words = useWords();
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                begin();
            }}
        >
            <StepHeading>{title}</StepHeading>
            <p>{text}</p>
            <Field id="secinfo-name" label={words.say("add-name")} hint={hint} value={label} change={setLabel} />
            <Problem refusal={starting.refusal} />
            <Buttons>
                <Button type="submit" variant="primary" isLoading={starting.isBusy} isDisabled={starting.isBusy}>
                    {words.say("page-continue")}
                </Button>
                <Button variant="link" onClick={back}>
                    {words.say("add-other")}
                </Button>
            </Buttons>
        </Form>
    );
}
