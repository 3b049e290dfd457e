/** Asks for approval on the phone: its code is typed here, or a number that stands here is chosen there. */

import { useEffect, useRef, useState } from "react";
import { codeResponse, waitResponse, type Challenge } from "../bus/challenge";
import { isRefusal, refusalOf, type Refusal } from "../bus/errors";
import { Buttons, CodeField, Status } from "../view/parts";
import { Button, Form, Spinner } from "../view/patternfly";
import { useWords } from "../view/words";
import { codeQuestion, refusalText } from "../words/describe";
import { afterRefusal } from "./choice";
import type { FormProps } from "./form";

export interface ApprovalFormProps extends FormProps {
    challenge: Extract<Challenge, { form: "approval" }>;
}

export function ApprovalForm(props: ApprovalFormProps) {
    return props.challenge.number === "" ? <CodeOfPhone {...props} /> : <NumberOnPhone {...props} />;
}

/** After these a request is over: another has to be sent. */
const ENDED = ["CodeExpired", "Declined", "NoCodeSent"];

function settle(refusal: Refusal, { over, other, anew }: FormProps, again: () => void): void {
    if (isRefusal(refusal, ...ENDED)) {
        // Declined requests are not sent again by themselves.
        if (isRefusal(refusal, "Declined")) {
            other(refusal);
        } else {
            anew(refusal);
        }
        return;
    }
    switch (afterRefusal(refusal)) {
        case "again":
            again();
            break;
        case "other":
            other(refusal);
            break;
        case "over":
            over(refusal);
    }
}

function CodeOfPhone(props: ApprovalFormProps) {
    const words = useWords();
    const { verification, asked, challenge, done, anew } = props;
    const [code, setCode] = useState("");
    const [problem, setProblem] = useState<string | null>(null);
    const [isBusy, setBusy] = useState(false);
    const submit = async () => {
        if (code.trim() === "" || isBusy) {
            setProblem(words.say("code-missing"));
            return;
        }
        setBusy(true);
        setProblem(null);
        try {
            await verification.submit(codeResponse(code));
            done();
        } catch (error) {
            const refusal = refusalOf(error);
            setBusy(false);
            setCode("");
            settle(refusal, props, () => setProblem(refusalText(words, refusal)));
        }
    };
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                void submit();
            }}
        >
            <p>{words.say("approval-code", { digits: challenge.digits })}</p>
            <CodeField
                id="secinfo-verify-code"
                label={codeQuestion(words, asked.kind, challenge.digits, "")}
                value={code}
                change={setCode}
                problem={problem}
                digits={challenge.digits}
                isFirst
            />
            <Buttons>
                <Button type="submit" variant="primary" isLoading={isBusy} isDisabled={isBusy}>
                    {words.say("verify-submit")}
                </Button>
                <Button variant="link" onClick={() => anew(null)}>
                    {words.say("approval-again")}
                </Button>
            </Buttons>
        </Form>
    );
}

function NumberOnPhone(props: ApprovalFormProps) {
    const words = useWords();
    const { verification, challenge, anew } = props;
    const latest = useRef(props);
    latest.current = props;
    useEffect(() => {
        let isThere = true;
        // The daemon answers each of these calls once the phone has, or after some seconds.
        const wait = async () => {
            while (isThere) {
                try {
                    await verification.submit(waitResponse);
                    if (isThere) {
                        latest.current.done();
                    }
                    return;
                } catch (error) {
                    const refusal = refusalOf(error);
                    if (!isThere) {
                        return;
                    }
                    if (!isRefusal(refusal, "NotApproved")) {
                        settle(refusal, latest.current, () => latest.current.other(refusal));
                        return;
                    }
                    await pause();
                }
            }
        };
        void wait();
        return () => {
            isThere = false;
        };
    }, [verification]);
    return (
        <>
            <p>{words.say("approval-number", { number: challenge.number })}</p>
            <p className="secinfo-number" aria-hidden="true">
                {challenge.number}
            </p>
            <Status>
                <Spinner size="md" aria-label={words.say("approval-waiting")} /> {words.say("approval-waiting")}
            </Status>
            <Button variant="link" isInline onClick={() => anew(null)}>
                {words.say("approval-again")}
            </Button>
        </>
    );
}

/** Between two calls, for a daemon that answers at once. */
export const pause = () => new Promise((resolve) => setTimeout(resolve, 1000));
