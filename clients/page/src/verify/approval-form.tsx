/** Asks for approval on the phone: its code is typed here, or a number that stands here is chosen there. */

import { useEffect, useRef } from "react";
import { waitResponse, type Challenge } from "../bus/challenge";
import { isRefusal, refusalOf, type Refusal } from "../bus/errors";
import { Status } from "../view/parts";
import { Button, Spinner } from "../view/patternfly";
import { useWords } from "../view/words";
import { codeQuestion } from "../words/describe";
import { settle } from "./choice";
import { CodeEntry } from "./code-entry";
import type { FormProps } from "./form";

export interface ApprovalFormProps extends FormProps {
    challenge: Extract<Challenge, { form: "approval" }>;
}

export function ApprovalForm(props: ApprovalFormProps) {
    return props.challenge.number === "" ? <CodeOfPhone {...props} /> : <NumberOnPhone {...props} />;
}

/** After these a request is over: another has to be sent. */
const ENDED = ["CodeExpired", "Declined", "NoCodeSent"];

function settleRequest(refusal: Refusal, form: FormProps, again: () => void): void {
    if (!isRefusal(refusal, ...ENDED)) {
        settle(refusal, form, again);
    } else if (isRefusal(refusal, "Declined")) {
        // Declined requests are not sent again by themselves.
        form.other(refusal);
    } else {
        form.anew(refusal);
    }
}

function CodeOfPhone({ challenge: { digits }, ...form }: ApprovalFormProps) {
    const words = useWords();
    const { verification, asked, done, anew } = form;
    return (
        <CodeEntry
            {...{ verification, done, digits }}
            label={codeQuestion(words, asked.kind, digits, "")}
            refused={(refusal, again) => settleRequest(refusal, form, again)}
            beside={
                <Button variant="link" onClick={() => anew(null)}>
                    {words.say("approval-again")}
                </Button>
            }
        >
            <p>{words.say("approval-code", { digits })}</p>
        </CodeEntry>
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
                        settleRequest(refusal, latest.current, () => latest.current.other(refusal));
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
