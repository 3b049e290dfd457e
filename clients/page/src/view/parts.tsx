/** Small parts that every dialog has. */

import { useEffect, useRef, type ReactNode } from "react";
import type { Refusal } from "../bus/errors";
import { refusalText } from "../words/describe";
import { length, limit } from "../words/times";
import { Alert, Button, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from "./patternfly";
import { useSecondsUntil } from "./time";
import { useWords } from "./words";

/** The heading of a step. It has the focus when the step begins, so that who cannot see hears where they are. */
export function StepHeading({ children }: { children: ReactNode }) {
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => heading.current?.focus(), []);
    return (
        <h2 ref={heading} tabIndex={-1} className="secinfo-step-heading">
            {children}
        </h2>
    );
}

export interface NoticeProps {
    look: "danger" | "warning" | "info" | "success";
    text: string;
    children?: ReactNode;
}

/** Something to know, in a box of its own. */
export function Notice({ look, text, children }: NoticeProps) {
    const words = useWords();
    return (
        <Alert isInline variant={look} component="p" title={text} variantLabel={words.say(`notice-${look}`)}>
            {children}
        </Alert>
    );
}

/** Why something was refused. */
export function Problem({ refusal, text }: { refusal?: Refusal | null; text?: string | null }) {
    const words = useWords();
    const said = text ?? (refusal ? refusalText(words, refusal) : null);
    // The region is there before its text, or it is not read out.
    return (
        <div role="alert" className="secinfo-problem">
            {said && <Notice look="danger" text={said} />}
        </div>
    );
}

/** What has happened, read out. */
export function Status({ children }: { children?: ReactNode }) {
    return (
        <div role="status" className="secinfo-status">
            {children}
        </div>
    );
}

export interface FieldProps {
    id: string;
    label: string;
    value: string;
    change(value: string): void;
    /** What is wrong with the value. */
    problem?: string | null;
    hint?: string;
    type?: "text" | "tel" | "email" | "password" | "datetime-local";
    inputMode?: "text" | "numeric" | "tel" | "email";
    autoComplete?: string;
    isFirst?: boolean;
    isMono?: boolean;
}

/** One line to type into. It has the focus when it is the first of its step, and when something is wrong with it. */
export function Field({ id, label, value, change, problem, hint, isFirst, isMono, ...input }: FieldProps) {
    const field = useRef<HTMLInputElement>(null);
    useEffect(() => {
        if (isFirst || problem) {
            field.current?.focus();
        }
    }, [isFirst, problem]);
    const helper = problem ?? hint;
    return (
        <FormGroup label={label} fieldId={id}>
            <TextInput
                ref={field}
                id={id}
                value={value}
                onChange={(_event, text) => change(text)}
                validated={problem ? "error" : "default"}
                aria-invalid={Boolean(problem)}
                {...(helper ? { "aria-describedby": `${id}-help` } : {})}
                {...(isMono ? { className: "secinfo-mono" } : {})}
                spellCheck={false}
                autoComplete="off"
                {...input}
            />
            <FormHelperText>
                <HelperText id={`${id}-help`} role={problem ? "alert" : undefined}>
                    {helper && (
                        // Read out as a whole: the words say what is wrong.
                        <HelperTextItem variant={problem ? "error" : "default"} screenReaderText="">
                            {helper}
                        </HelperTextItem>
                    )}
                </HelperText>
            </FormHelperText>
        </FormGroup>
    );
}

export interface CodeFieldProps extends Pick<FieldProps, "id" | "label" | "value" | "change" | "problem" | "isFirst"> {
    /** How many digits it has; 0 for one that is not written in digits. */
    digits: number;
}

/** A code: it can be pasted, or filled in by the browser; blanks in it do not count. */
export function CodeField({ digits, ...field }: CodeFieldProps) {
    return (
        <Field {...field} isMono autoComplete="one-time-code" inputMode={digits > 0 ? "numeric" : "text"} />
    );
}

/** How long a session still takes. In its last minute the time left is read out; then there is a way to begin again. */
export function TimeLeft({ until, startAgain }: { until: number; startAgain(): void }) {
    const words = useWords();
    const left = useSecondsUntil(until);
    if (left === 0) {
        return (
            <Status>
                <Notice look="warning" text={words.say("time-is-over")}>
                    <Button variant="link" isInline onClick={startAgain}>
                        {words.say("time-start-again")}
                    </Button>
                </Notice>
            </Status>
        );
    }
    const isLast = left <= 60;
    return (
        <>
            <p className="secinfo-subtle">{words.say("time-until", { when: limit(words, until) })}</p>
            <Status>
                {isLast && words.say("time-left", { length: length(words, Math.ceil(left / 20) * 20) })}
            </Status>
        </>
    );
}

/** The buttons at the end of a dialog or a step. */
export function Buttons({ children }: { children: ReactNode }) {
    return <div className="secinfo-buttons">{children}</div>;
}
