/** A phone: it scans a code and registers, then its user approves a test request and types the code that it shows. */

import { useEffect, useRef, useState } from "react";
import { codeResponse, waitResponse } from "../bus/challenge";
import { isRefusal, refusalOf, type Refusal } from "../bus/errors";
import type { Enrollment } from "../bus/session";
import { CopyButton } from "../view/copy";
import { Buttons, CodeField, Problem, Status, StepHeading, TimeLeft } from "../view/parts";
import { Button, Form, Spinner } from "../view/patternfly";
import { GivenUp } from "../view/proof";
import { QrCode } from "../view/qr-code";
import { useWords } from "../view/words";
import { codeQuestion, refusalText } from "../words/describe";
import type { StepsProps } from "./steps";
import { Done } from "./done";
import { Over, useEnrollment, type Enrolled } from "./enrollment";
import { NameStep } from "./name-step";

/** After these the phone can still be added in the same session. */
const LEAVES_PHONE = [
    "WrongCode",
    "CodeAlreadyUsed",
    "CodeExpired",
    "TooSoon",
    "Declined",
    "NotApproved",
    "NoCodeSent",
    "PushUnavailable",
    "AppTooOld",
];

/** Between two calls, in milliseconds, where the daemon answers at once. */
const BETWEEN_CALLS = 1000;

export function Push(steps: StepsProps) {
    const words = useWords();
    const { enrollment, starting, start, reset } = useEnrollment(steps);
    const [digits, setDigits] = useState(0);
    const [over, setOver] = useState<Refusal | null>(null);
    const [label, setLabel] = useState("");
    const [enrolled, setEnrolled] = useState<Enrolled | null>(null);
    const startAgain = () => {
        setDigits(0);
        setOver(null);
        reset();
    };
    if (enrolled) {
        return <Done steps={steps} enrolled={enrolled} />;
    }
    if (over) {
        return <Over refusal={over} startAgain={startAgain} />;
    }
    if (!enrollment) {
        return (
            <NameStep
                title={words.say("push-get")}
                text={words.say("push-get-text")}
                hint={words.say("add-name-hint-push")}
                {...{ label, setLabel, starting }}
                begin={() => void start({ label: label.trim() || undefined, forms: ["code", "approval"] })}
                back={steps.back}
            />
        );
    }
    const shared = { steps, enrollment, over: setOver, startAgain };
    return digits === 0 ? (
        <Registering {...shared} registered={setDigits} />
    ) : (
        <Approving {...shared} digits={digits} done={setEnrolled} />
    );
}

interface StepProps {
    steps: StepsProps;
    enrollment: Enrollment;
    over(refusal: Refusal): void;
    startAgain(): void;
}

/** Shows the code for the phone, until the phone has registered. */
function Registering({ steps, enrollment, over, startAgain, registered }: StepProps & { registered(digits: number): void }) {
    const words = useWords();
    const [refusal, setRefusal] = useState<Refusal | null>(null);
    const latest = useRef({ over, registered, proof: steps.proof });
    latest.current = { over, registered, proof: steps.proof };
    useEffect(() => {
        let isThere = true;
        const wait = async () => {
            while (isThere) {
                try {
                    const wait = () => enrollment.submit(waitResponse);
                    const submitted = await latest.current.proof.proved(wait);
                    const next = submitted.end === "next" ? submitted.challenge : null;
                    if (isThere && next?.form === "approval" && next.digits > 0) {
                        latest.current.registered(next.digits);
                        return;
                    }
                } catch (error) {
                    if (!isThere || error instanceof GivenUp) {
                        return;
                    }
                    const refusal = refusalOf(error);
                    if (!isRefusal(refusal, ...LEAVES_PHONE)) {
                        latest.current.over(refusal);
                        return;
                    }
                    setRefusal(refusal);
                }
                await new Promise((resolve) => setTimeout(resolve, BETWEEN_CALLS));
            }
        };
        void wait();
        return () => {
            isThere = false;
        };
    }, [enrollment]);
    const { uri, app_link, expires } = enrollment.details;
    return (
        <>
            <StepHeading>{words.say("push-scan")}</StepHeading>
            <div className="secinfo-scan">
                <QrCode text={uri ?? ""} />
                <div>
                    <p>{words.say("push-scan-text")}</p>
                    <p>
                        <a href={app_link} rel="noreferrer" target="_blank">
                            {words.say("push-open")}
                        </a>
                    </p>
                    <CopyButton text={app_link ?? ""}>{words.say("app-copy-link")}</CopyButton>
                </div>
            </div>
            <Problem refusal={refusal} />
            <Status>
                <Spinner size="md" aria-label={words.say("push-waiting")} /> {words.say("push-waiting")}
            </Status>
            <TimeLeft until={expires} startAgain={startAgain} />
        </>
    );
}

/** Asks for the code that the phone shows once the test request is approved. */
function Approving({ steps, enrollment, over, startAgain, digits, done }: StepProps & { digits: number; done(enrolled: Enrolled): void }) {
    const words = useWords();
    const [code, setCode] = useState("");
    const [problem, setProblem] = useState<string | null>(null);
    const [said, setSaid] = useState("");
    const [isBusy, setBusy] = useState(false);
    const run = async (action: () => Promise<void>) => {
        if (isBusy) {
            return;
        }
        setBusy(true);
        setProblem(null);
        setSaid("");
        try {
            await action();
        } catch (error) {
            if (!(error instanceof GivenUp)) {
                const refusal = refusalOf(error);
                setCode("");
                if (isRefusal(refusal, ...LEAVES_PHONE)) {
                    const own = words.find(`push-refused-${refusal.reason}`);
                    setProblem(own ?? refusalText(words, refusal));
                } else {
                    over(refusal);
                }
            }
        } finally {
            setBusy(false);
        }
    };
    const submit = () =>
        run(async () => {
            const submitted = await steps.proof.proved(() => enrollment.submit(codeResponse(code)));
            if (submitted.end === "method") {
                done(submitted);
            }
        });
    const again = () =>
        run(async () => {
            await steps.proof.proved(() => enrollment.submit(waitResponse));
            setSaid(words.say("push-sent-again"));
        });
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                if (code.trim() === "") {
                    setProblem(words.say("code-missing"));
                } else {
                    void submit();
                }
            }}
        >
            <StepHeading>{words.say("push-test")}</StepHeading>
            <p>{words.say("push-test-text", { digits })}</p>
            <CodeField
                id="secinfo-code"
                label={codeQuestion(words, "push", digits, "")}
                value={code}
                change={setCode}
                problem={problem}
                digits={digits}
                isFirst
            />
            <Status>{said}</Status>
            <Buttons>
                <Button type="submit" variant="primary" isLoading={isBusy} isDisabled={isBusy}>
                    {words.say("add-submit")}
                </Button>
                <Button variant="link" isDisabled={isBusy} onClick={() => void again()}>
                    {words.say("approval-again")}
                </Button>
            </Buttons>
            <TimeLeft until={enrollment.details.expires} startAgain={startAgain} />
        </Form>
    );
}
