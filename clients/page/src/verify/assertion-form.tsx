/** Asks for a security key. */

import { useState } from "react";
import { assertionResponse, type Challenge } from "../bus/challenge";
import { isRefusal, refusalOf } from "../bus/errors";
import { Buttons, Problem, Status } from "../view/parts";
import { Button } from "../view/patternfly";
import { useWords } from "../view/words";
import { keyProblem } from "./key-problem";
import type { FormProps } from "./form";
import { sign } from "./webauthn";

export interface AssertionFormProps extends FormProps {
    challenge: Extract<Challenge, { form: "assertion" }>;
}

export function AssertionForm({ verification, challenge, done, over, other, anew }: AssertionFormProps) {
    const words = useWords();
    const [problem, setProblem] = useState<string | null>(null);
    const [isBusy, setBusy] = useState(false);
    const ask = async () => {
        setBusy(true);
        setProblem(null);
        let assertion;
        try {
            assertion = await sign(challenge.options);
        } catch (error) {
            setBusy(false);
            setProblem(keyProblem(words, error));
            return;
        }
        try {
            await verification.submit(assertionResponse(assertion));
            done();
        } catch (error) {
            const refusal = refusalOf(error);
            if (isRefusal(refusal, "SessionExpired", "TooManyAttempts", "NotFound", "Unreachable", "ShuttingDown")) {
                over(refusal);
            } else if (isRefusal(refusal, "MethodLocked", "CounterNotIncreased")) {
                other(refusal);
            } else {
                // A challenge serves once.
                anew(refusal);
                setBusy(false);
            }
        }
    };
    return (
        <>
            <p>{words.say("key-use-text")}</p>
            <Problem text={problem} />
            <Status>{isBusy && words.say("key-waiting")}</Status>
            <Buttons>
                <Button variant="primary" isLoading={isBusy} isDisabled={isBusy} onClick={() => void ask()}>
                    {words.say("key-use")}
                </Button>
            </Buttons>
        </>
    );
}
