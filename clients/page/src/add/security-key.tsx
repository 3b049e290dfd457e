/** A security key: it makes a credential for this host, then signs once to prove that it works. */

import { useState } from "react";
import { assertionResponse, type Challenge } from "../bus/challenge";
import { refusalOf, type Refusal } from "../bus/errors";
import type { Enrollment } from "../bus/session";
import { Buttons, Problem, Status, StepHeading } from "../view/parts";
import { Button } from "../view/patternfly";
import { GivenUp } from "../view/proof";
import { useWords } from "../view/words";
import { keyProblem, unavailable } from "../verify/key-problem";
import { availability, register, sign } from "../verify/webauthn";
import type { StepsProps } from "./steps";
import { Done } from "./done";
import { Over, useEnrollment, type Enrolled } from "./enrollment";
import { NameStep } from "./name-step";

type Assertion = Extract<Challenge, { form: "assertion" }>;

export function SecurityKey(steps: StepsProps) {
    const words = useWords();
    const { enrollment, starting, start, reset } = useEnrollment(steps);
    const [label, setLabel] = useState("");
    const [enrolled, setEnrolled] = useState<Enrolled | null>(null);
    const why = unavailable(words, availability());
    if (why !== null) {
        return (
            <>
                <StepHeading>{words.say("add-key-unavailable")}</StepHeading>
                <p>{why}</p>
                <p>{words.say("add-key-elsewhere")}</p>
                <Buttons>
                    <Button variant="primary" onClick={steps.back}>
                        {words.say("add-other")}
                    </Button>
                </Buttons>
            </>
        );
    }
    if (enrolled) {
        return <Done steps={steps} enrolled={enrolled} />;
    }
    if (enrollment?.challenge.form === "assertion") {
        const { challenge } = enrollment;
        return <Touching {...{ steps, enrollment, challenge }} done={setEnrolled} startAgain={reset} />;
    }
    return (
        <NameStep
            title={words.say("add-key-title")}
            text={words.say("add-key-text")}
            hint={words.say("add-name-hint-key")}
            {...{ label, setLabel, starting }}
            begin={() => void start({ label: label.trim() || undefined, forms: ["assertion"] })}
            back={steps.back}
        />
    );
}

interface TouchingProps {
    steps: StepsProps;
    enrollment: Enrollment;
    challenge: Assertion;
    done(enrolled: Enrolled): void;
    startAgain(): void;
}

function Touching({ steps, enrollment, challenge, done, startAgain }: TouchingProps) {
    const words = useWords();
    const [request, setRequest] = useState<Assertion | null>(null);
    const [problem, setProblem] = useState<string | null>(null);
    const [over, setOver] = useState<Refusal | null>(null);
    const [isBusy, setBusy] = useState(false);
    if (over) {
        return <Over refusal={over} startAgain={startAgain} />;
    }
    const touch = async () => {
        setBusy(true);
        setProblem(null);
        let answer;
        try {
            answer = await (request ? sign(request.options) : register(challenge.options[0] ?? ""));
        } catch (error) {
            setBusy(false);
            setProblem(keyProblem(words, error));
            return;
        }
        try {
            const submitted = await steps.proof.proved(() => enrollment.submit(assertionResponse(answer)));
            if (submitted.end === "method") {
                done(submitted);
            } else if (submitted.challenge.form === "assertion") {
                setRequest(submitted.challenge);
            }
        } catch (error) {
            if (!(error instanceof GivenUp)) {
                // A refused answer ends the enrollment.
                setOver(refusalOf(error));
            }
        }
        setBusy(false);
    };
    return (
        <>
            <StepHeading key={request ? "proof" : "credential"}>
                {words.say(request ? "add-key-again" : "add-key-touch-title")}
            </StepHeading>
            <p>{words.say(request ? "add-key-again-text" : "add-key-touch-text")}</p>
            <Problem text={problem} />
            <Status>{isBusy && words.say("key-waiting")}</Status>
            <Buttons>
                <Button variant="primary" isLoading={isBusy} isDisabled={isBusy} onClick={() => void touch()}>
                    {words.say(request ? "key-use" : "add-key-register")}
                </Button>
                <Button variant="link" isDisabled={isBusy} onClick={startAgain}>
                    {words.say("page-back")}
                </Button>
            </Buttons>
        </>
    );
}
