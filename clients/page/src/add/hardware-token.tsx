/** A hardware token that an administrator has imported: its serial number, then a code of it. */

import { useState } from "react";
import { Buttons, Field, StepHeading } from "../view/parts";
import { Button, Form } from "../view/patternfly";
import { useWords } from "../view/words";
import { refusalText } from "../words/describe";
import type { StepsProps } from "./steps";
import { Done } from "./done";
import { CodeStep, useEnrollment, type Enrolled } from "./enrollment";

export function HardwareToken(steps: StepsProps) {
    const words = useWords();
    const { enrollment, starting, start, reset } = useEnrollment(steps);
    const [serial, setSerial] = useState("");
    const [enrolled, setEnrolled] = useState<Enrolled | null>(null);
    if (enrolled) {
        return <Done steps={steps} enrolled={enrolled} />;
    }
    if (enrollment) {
        const { manufacturer, model } = enrollment.details;
        return (
            <>
                <StepHeading>{words.say("token-code")}</StepHeading>
                <p>
                    {words.say("token-code-text", { model: [manufacturer, model].filter(Boolean).join(" ") || serial })}
                </p>
                <CodeStep steps={steps} enrollment={enrollment} done={setEnrolled} startAgain={reset} />
            </>
        );
    }
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                void start({ serial: serial.trim(), forms: ["code"] });
            }}
        >
            <StepHeading>{words.say("token-serial-title")}</StepHeading>
            <Field
                id="secinfo-serial"
                label={words.say("token-serial")}
                hint={words.say("token-serial-hint")}
                value={serial}
                change={setSerial}
                problem={starting.refusal && refusalText(words, starting.refusal)}
                isFirst
                isMono
            />
            <Buttons>
                <Button type="submit" variant="primary" isDisabled={starting.isBusy || serial.trim() === ""}>
                    {words.say("page-continue")}
                </Button>
                <Button variant="link" onClick={steps.back}>
                    {words.say("add-other")}
                </Button>
            </Buttons>
        </Form>
    );
}
