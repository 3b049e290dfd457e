/** Security questions: some are chosen and answered, then answered once more to prove them. */

import { useEffect, useRef, useState } from "react";
import { answersResponse } from "../bus/challenge";
import { ROOT } from "../bus/client";
import { isRefusal, refusalOf, type Refusal } from "../bus/errors";
import type { Enrollment } from "../bus/session";
import { useAction } from "../view/action";
import { Buttons, Field, Problem, StepHeading, TimeLeft } from "../view/parts";
import { Button, Checkbox, Form, FormGroup, FormSelect, FormSelectOption, Spinner } from "../view/patternfly";
import { GivenUp } from "../view/proof";
import { useWords } from "../view/words";
import { refusalText } from "../words/describe";
import type { StepsProps } from "./steps";
import { Done } from "./done";
import { Over, useEnrollment, type Enrolled } from "./enrollment";
import { answerProblem, type Question } from "./questions";

interface Offer {
    questions: Question[];
    /** How many to choose, and how many a reset asks. */
    toEnrol: number;
    toAnswer: number;
}

export function SecurityQuestions(steps: StepsProps) {
    const words = useWords();
    const { host } = steps;
    const [offer, setOffer] = useState<Offer | null>(null);
    const reading = useAction();
    const { enrollment, starting, start, reset } = useEnrollment(steps);
    const [enrolled, setEnrolled] = useState<Enrolled | null>(null);
    const { run } = reading;
    useEffect(() => {
        void run(async () => {
            const [questions, toEnrol, toAnswer] = await host.bus.call(ROOT, "Manager", "ListQuestions", words.language);
            setOffer({ questions: questions.map(([id, text]) => ({ id, text })), toEnrol, toAnswer });
        });
    }, [run, host.bus, words]);
    if (enrolled) {
        return <Done steps={steps} enrolled={enrolled} />;
    }
    if (enrollment) {
        return <Again steps={steps} enrollment={enrollment} done={setEnrolled} startAgain={reset} />;
    }
    if (!offer) {
        return reading.refusal ? (
            <Problem refusal={reading.refusal} />
        ) : (
            <Spinner aria-label={words.say("page-loading")} />
        );
    }
    return <Choosing steps={steps} offer={offer} starting={starting} start={start} />;
}

/** What is wrong with a question or its answer; null for nothing. */
type Wrong = ReturnType<typeof answerProblem> | "missing";

interface ChoosingProps {
    steps: StepsProps;
    offer: Offer;
    starting: ReturnType<typeof useEnrollment>["starting"];
    start: ReturnType<typeof useEnrollment>["start"];
}

function Choosing({ steps, offer, starting, start }: ChoosingProps) {
    const words = useWords();
    const rows = Array.from({ length: offer.toEnrol }, (_, row) => row);
    const [ids, setIds] = useState(() => rows.map(() => ""));
    const [answers, setAnswers] = useState(() => rows.map(() => ""));
    const [areShown, setShown] = useState(false);
    /** What was wrong with each when it was submitted: who mends one is not taken to another. */
    const [wrong, setWrong] = useState<Wrong[]>([]);
    const form = useRef<HTMLFormElement>(null);
    useEffect(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), [wrong]);
    const change = (list: string[], row: number, value: string) => list.map((one, at) => (at === row ? value : one));
    const textOf = (id: string) => offer.questions.find((question) => question.id === id)?.text ?? "";
    const submit = () => {
        const found = rows.map((row): Wrong => {
            const id = ids[row] ?? "";
            return id === "" ? "missing" : answerProblem(answers[row] ?? "", textOf(id), answers.slice(0, row));
        });
        setWrong(found);
        if (found.every((one) => one === null)) {
            void start({ questions: ids, answers, forms: ["answers"] });
        }
    };
    const problemOf = (row: number) => {
        const one = wrong[row] ?? null;
        return one === null || one === "missing" ? null : words.say(`questions-${one}`);
    };
    return (
        <Form
            ref={form}
            onSubmit={(event) => {
                event.preventDefault();
                submit();
            }}
        >
            <StepHeading>{words.say("questions-choose")}</StepHeading>
            <p>{words.say("questions-choose-text", { count: offer.toEnrol, asked: offer.toAnswer })}</p>
            {rows.map((row) => (
                <div key={row} role="group" aria-label={words.say("questions-row", { number: row + 1 })}>
                    <FormGroup label={words.say("questions-row", { number: row + 1 })} fieldId={`secinfo-question-${row}`}>
                        <FormSelect
                            id={`secinfo-question-${row}`}
                            value={ids[row]}
                            validated={wrong[row] === "missing" && ids[row] === "" ? "error" : "default"}
                            onChange={(_event, id) => setIds(change(ids, row, id))}
                        >
                            <FormSelectOption value="" label={words.say("questions-pick")} isPlaceholder />
                            {offer.questions
                                .filter(({ id }) => id === ids[row] || !ids.includes(id))
                                .map(({ id, text }) => (
                                    <FormSelectOption key={id} value={id} label={text} />
                                ))}
                        </FormSelect>
                    </FormGroup>
                    <Field
                        id={`secinfo-answer-${row}`}
                        label={words.say("questions-answer")}
                        type={areShown ? "text" : "password"}
                        value={answers[row] ?? ""}
                        change={(answer) => setAnswers(change(answers, row, answer))}
                        problem={problemOf(row)}
                    />
                </div>
            ))}
            <Checkbox
                id="secinfo-show"
                label={words.say("questions-show")}
                isChecked={areShown}
                onChange={(_event, isChecked) => setShown(isChecked)}
            />
            <Problem
                refusal={starting.refusal}
                text={
                    wrong.includes("missing") && ids.includes("")
                        ? words.say("questions-missing", { count: offer.toEnrol })
                        : null
                }
            />
            <Buttons>
                <Button type="submit" variant="primary" isLoading={starting.isBusy} isDisabled={starting.isBusy}>
                    {words.say("page-continue")}
                </Button>
                <Button variant="link" onClick={steps.back}>
                    {words.say("add-other")}
                </Button>
            </Buttons>
        </Form>
    );
}

interface AgainProps {
    steps: StepsProps;
    enrollment: Enrollment;
    done(enrolled: Enrolled): void;
    startAgain(): void;
}

function Again({ steps, enrollment, done, startAgain }: AgainProps) {
    const words = useWords();
    const questions = enrollment.challenge.form === "answers" ? enrollment.challenge.questions : [];
    const [answers, setAnswers] = useState(() => questions.map(() => ""));
    const [problem, setProblem] = useState<string | null>(null);
    const [over, setOver] = useState<Refusal | null>(null);
    const [isBusy, setBusy] = useState(false);
    if (over) {
        return <Over refusal={over} startAgain={startAgain} />;
    }
    const submit = async () => {
        setBusy(true);
        setProblem(null);
        try {
            const submitted = await steps.proof.proved(() => enrollment.submit(answersResponse(answers)));
            if (submitted.end === "method") {
                done(submitted);
            }
        } catch (error) {
            if (!(error instanceof GivenUp)) {
                const refusal = refusalOf(error);
                if (isRefusal(refusal, "WrongCode")) {
                    setAnswers(questions.map(() => ""));
                    setProblem(words.say("questions-not-same"));
                } else if (isRefusal(refusal, "TooSoon")) {
                    setProblem(refusalText(words, refusal));
                } else {
                    setOver(refusal);
                }
            }
        } finally {
            setBusy(false);
        }
    };
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                void submit();
            }}
        >
            <StepHeading>{words.say("questions-again")}</StepHeading>
            <p>{words.say("questions-again-text")}</p>
            {questions.map((question, row) => (
                <Field
                    key={question}
                    id={`secinfo-again-${row}`}
                    label={question}
                    type="password"
                    value={answers[row] ?? ""}
                    problem={row === 0 ? problem : null}
                    change={(answer) => setAnswers(answers.map((one, at) => (at === row ? answer : one)))}
                />
            ))}
            <Buttons>
                <Button type="submit" variant="primary" isLoading={isBusy} isDisabled={isBusy || answers.includes("")}>
                    {words.say("add-submit")}
                </Button>
                <Button variant="link" onClick={startAgain}>
                    {words.say("page-back")}
                </Button>
            </Buttons>
            <TimeLeft until={enrollment.details.expires} startAgain={startAgain} />
        </Form>
    );
}
