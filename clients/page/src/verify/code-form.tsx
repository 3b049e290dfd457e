/** Asks for a code: of an app, a token, on paper, or one that is sent. */

import { useState } from "react";
import { codeResponse, type Challenge } from "../bus/challenge";
import { refusalOf } from "../bus/errors";
import { Buttons, CodeField } from "../view/parts";
import { Button, Form } from "../view/patternfly";
import { SentCodeNote, useSending } from "../view/sending";
import { useWords } from "../view/words";
import { codeQuestion, refusalText } from "../words/describe";
import { afterRefusal } from "./choice";
import type { FormProps } from "./form";

export interface CodeFormProps extends FormProps {
    challenge: Extract<Challenge, { form: "code" }>;
}

export function CodeForm({ verification, asked, challenge, done, over, other }: CodeFormProps) {
    const words = useWords();
    const [code, setCode] = useState("");
    const [problem, setProblem] = useState<string | null>(null);
    const [isBusy, setBusy] = useState(false);
    const { digits, destination } = challenge;
    const sending = useSending(verification, destination !== "");
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
            switch (afterRefusal(refusal)) {
                case "again":
                    setProblem(refusalText(words, refusal));
                    break;
                case "other":
                    other(refusal);
                    break;
                case "over":
                    over(refusal);
            }
        }
    };
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                void submit();
            }}
        >
            {destination !== "" && <SentCodeNote sending={sending} kind={asked.kind} destination={destination} />}
            <CodeField
                id="secinfo-verify-code"
                label={codeQuestion(words, asked.kind, sending.newest?.digits ?? digits, destination)}
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
            </Buttons>
        </Form>
    );
}
