/** What the steps of every kind share: a session that begins, is proved, and ends in a method. */

import { useCallback, useEffect, useRef, useState } from "react";
import { codeResponse } from "../bus/challenge";
import { isRefusal, refusalOf, type Refusal } from "../bus/errors";
import { Enrollment, type Submitted } from "../bus/session";
import { dictionary, type Entry } from "../bus/values";
import { useAction, type Action } from "../view/action";
import { Buttons, CodeField, Problem, TimeLeft } from "../view/parts";
import { Button, Form } from "../view/patternfly";
import { GivenUp } from "../view/proof";
import { SentCodeNote, useSending } from "../view/sending";
import { useWords } from "../view/words";
import { codeQuestion, refusalText } from "../words/describe";
import type { StepsProps } from "./steps";

/** A method that is in security info now. */
export type Enrolled = Extract<Submitted, { end: "method" }>;

export interface Enrolling {
    enrollment: Enrollment | null;
    starting: Action;
    /** Begins, in place of what was begun before. */
    start(options: Record<string, Entry | undefined>): Promise<boolean>;
    /** Ends it, to begin again from the first step. */
    reset(): void;
}

export function useEnrollment({ host, info, proof, kind }: StepsProps): Enrolling {
    const words = useWords();
    const [enrollment, setEnrollment] = useState<Enrollment | null>(null);
    const starting = useAction();
    const current = useRef<Enrollment | null>(null);
    const isThere = useRef(true);
    useEffect(() => {
        isThere.current = true;
        return () => {
            isThere.current = false;
            current.current?.cancel();
        };
    }, []);
    const reset = useCallback(() => {
        current.current?.cancel();
        current.current = null;
        setEnrollment(null);
    }, []);
    const { run } = starting;
    const start = (options: Record<string, Entry | undefined>) =>
        run(async () => {
            reset();
            const entries = dictionary({ language: words.language, ...options });
            const begun = await proof.proved(() => Enrollment.start(host.bus, info.path, kind, entries));
            if (!isThere.current) {
                begun.cancel();
                return;
            }
            current.current = begun;
            setEnrollment(begun);
        });
    return { enrollment, starting, start, reset };
}

/** Refusals after which another code can be tried. */
const WORTH_ANOTHER_TRY = ["WrongCode", "CodeAlreadyUsed", "CodeExpired", "TooSoon", "NoCodeSent", "NotApproved"];

export interface CodeStepProps {
    steps: StepsProps;
    enrollment: Enrollment;
    /** The session has ended in a method. */
    done(enrolled: Enrolled): void;
    /** Begins again from the first step. */
    startAgain(): void;
    /** What the person may do beside entering the code. */
    children?: React.ReactNode;
}

/** Asks for a code that proves the method. */
export function CodeStep({ steps, enrollment, done, startAgain, children }: CodeStepProps) {
    const words = useWords();
    const { kind, proof } = steps;
    const { challenge } = enrollment;
    const digits = challenge.form === "code" ? challenge.digits : 0;
    const destination = challenge.form === "code" ? challenge.destination : "";
    const [code, setCode] = useState("");
    const [problem, setProblem] = useState<string | null>(null);
    const [over, setOver] = useState<Refusal | null>(null);
    const [isBusy, setBusy] = useState(false);
    const sending = useSending(enrollment, destination !== "");
    const submit = async () => {
        if (isBusy) {
            return;
        }
        if (code.trim() === "") {
            setProblem(words.say("code-missing"));
            return;
        }
        setBusy(true);
        setProblem(null);
        try {
            const submitted = await proof.proved(() => enrollment.submit(codeResponse(code)));
            if (submitted.end === "method") {
                done(submitted);
            }
        } catch (error) {
            if (!(error instanceof GivenUp)) {
                await refused(refusalOf(error));
            }
        } finally {
            setBusy(false);
        }
    };
    const refused = async (refusal: Refusal) => {
        setCode("");
        if (!isRefusal(refusal, ...WORTH_ANOTHER_TRY)) {
            setOver(refusal);
            return;
        }
        const left = await enrollment.attemptsLeft().catch(() => 0);
        const text = refusalText(words, refusal);
        setProblem(left > 0 ? words.say("code-attempts", { text, count: left }) : text);
    };
    if (over) {
        return <Over refusal={over} startAgain={startAgain} />;
    }
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                void submit();
            }}
        >
            {destination !== "" && <SentCodeNote sending={sending} kind={kind} destination={destination} />}
            <CodeField
                id="secinfo-code"
                label={codeQuestion(words, kind, digits, destination)}
                value={code}
                change={setCode}
                problem={problem}
                digits={digits}
                isFirst
            />
            <Buttons>
                <Button type="submit" variant="primary" isLoading={isBusy} isDisabled={isBusy}>
                    {words.say("add-submit")}
                </Button>
                {children}
            </Buttons>
            <TimeLeft until={enrollment.details.expires} startAgain={startAgain} />
        </Form>
    );
}

/** A session that is over without a method. What one was in is gone, so the way on has the focus. */
export function Over({ refusal, text, startAgain }: { refusal: Refusal | null; text?: string; startAgain(): void }) {
    const words = useWords();
    return (
        <>
            <Problem refusal={refusal} text={text ?? null} />
            <Buttons>
                <Button variant="primary" onClick={startAgain} autoFocus>
                    {words.say("time-start-again")}
                </Button>
            </Buttons>
        </>
    );
}
