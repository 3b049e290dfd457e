/** A code that is typed to prove who one is, and what becomes of it. */

import { useState, type ReactNode } from "react";
import { codeResponse } from "../bus/challenge";
import { refusalOf, type Refusal } from "../bus/errors";
import { Buttons, CodeField } from "../view/parts";
import { Button, Form } from "../view/patternfly";
import { useWords } from "../view/words";
import { refusalText } from "../words/describe";
import type { FormProps } from "./form";

export interface CodeEntryProps extends Pick<FormProps, "verification" | "done"> {
    label: string;
    /** How many digits it has; 0 for one that is not written in digits. */
    digits: number;
    /** Decides on a refusal: `again` has the code typed once more, and says why. */
    refused(refusal: Refusal, again: () => void): void;
    /** What stands above the field. */
    children?: ReactNode;
    /** A button beside the one that submits. */
    beside?: ReactNode;
}

export function CodeEntry({ verification, done, label, digits, refused, children, beside }: CodeEntryProps) {
    const words = useWords();
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
            refused(refusal, () => setProblem(refusalText(words, refusal)));
        }
    };
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                void submit();
            }}
        >
            {children}
            <CodeField
                id="secinfo-verify-code"
                label={label}
                value={code}
                change={setCode}
                problem={problem}
                digits={digits}
                isFirst
            />
            <Buttons>
                <Button type="submit" variant="primary" isLoading={isBusy} isDisabled={isBusy}>
                    {words.say("verify-submit")}
                </Button>
                {beside}
            </Buttons>
        </Form>
    );
}
