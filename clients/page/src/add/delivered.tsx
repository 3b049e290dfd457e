/** Kinds whose codes are sent: to a phone by text or call, or to a mailbox. */

import { useMemo, useState } from "react";
import { Buttons, Field, Status, StepHeading } from "../view/parts";
import { Button, Form, FormGroup, FormSelect, FormSelectOption } from "../view/patternfly";
import { useWords } from "../view/words";
import { refusalText } from "../words/describe";
import type { StepsProps } from "./steps";
import { countries, countryOf, international } from "./countries";
import { Done } from "./done";
import { CodeStep, useEnrollment, type Enrolled } from "./enrollment";

const PLACES = ["mobile", "alternate", "office"];

export function Phone(steps: StepsProps) {
    const words = useWords();
    const [place, setPlace] = useState("mobile");
    const [region, setRegion] = useState(() => countryOf(navigator.languages, "US"));
    const all = useMemo(() => countries(words.language), [words]);
    return (
        <Delivered
            steps={steps}
            title={words.say("number-title")}
            field={{ label: words.say("number"), hint: words.say("number-hint"), type: "tel", autoComplete: "tel" }}
            place={place}
            written={(number) => international(number, region)}
        >
            <FormGroup label={words.say("number-place")} fieldId="secinfo-place">
                <FormSelect id="secinfo-place" value={place} onChange={(_event, value) => setPlace(value)}>
                    {PLACES.map((one) => (
                        <FormSelectOption key={one} value={one} label={words.say(`number-place-${one}`)} />
                    ))}
                </FormSelect>
            </FormGroup>
            <FormGroup label={words.say("number-country")} fieldId="secinfo-country">
                <FormSelect id="secinfo-country" value={region} onChange={(_event, value) => setRegion(value)}>
                    {all.map(({ region, name, code }) => (
                        <FormSelectOption key={region} value={region} label={`${name} (+${code})`} />
                    ))}
                </FormSelect>
            </FormGroup>
        </Delivered>
    );
}

export function Email(steps: StepsProps) {
    const words = useWords();
    return (
        <Delivered
            steps={steps}
            title={words.say("address-title")}
            field={{ label: words.say("address"), hint: words.say("address-hint"), type: "email", autoComplete: "email" }}
        />
    );
}

interface DeliveredProps {
    steps: StepsProps;
    title: string;
    field: { label: string; hint: string; type: "tel" | "email"; autoComplete: string };
    /** Which of the user's phones it is. */
    place?: string;
    /** The destination, as the daemon reads it. */
    written?(destination: string): string;
    children?: React.ReactNode;
}

function Delivered({ steps, title, field, place, written, children }: DeliveredProps) {
    const words = useWords();
    const { enrollment, starting, start, reset } = useEnrollment(steps);
    const [destination, setDestination] = useState("");
    const [enrolled, setEnrolled] = useState<Enrolled | null>(null);
    if (enrolled) {
        return <Done steps={steps} enrolled={enrolled} />;
    }
    if (enrollment) {
        return (
            <>
                <StepHeading>{words.say("code-title")}</StepHeading>
                <Status>{enrollment.details.dropped_extension && <p>{words.say("number-extension")}</p>}</Status>
                <CodeStep steps={steps} enrollment={enrollment} done={setEnrolled} startAgain={reset}>
                    <Button variant="link" onClick={reset}>
                        {words.say("page-back")}
                    </Button>
                </CodeStep>
            </>
        );
    }
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                const text = destination.trim();
                void start({ destination: written?.(text) ?? text, place, forms: ["code"] });
            }}
        >
            <StepHeading>{title}</StepHeading>
            {children}
            <Field
                id="secinfo-destination"
                {...field}
                inputMode={field.type}
                value={destination}
                change={setDestination}
                problem={starting.refusal && refusalText(words, starting.refusal)}
                isFirst
            />
            <Buttons>
                <Button
                    type="submit"
                    variant="primary"
                    isLoading={starting.isBusy}
                    isDisabled={starting.isBusy || destination.trim() === ""}
                >
                    {words.say("code-send")}
                </Button>
                <Button variant="link" onClick={steps.back}>
                    {words.say("add-other")}
                </Button>
            </Buttons>
        </Form>
    );
}
