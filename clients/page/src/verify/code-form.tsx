/** Asks for a code: of an app, a token, on paper, or one that is sent. */

import type { Challenge } from "../bus/challenge";
import { SentCodeNote, useSending } from "../view/sending";
import { useWords } from "../view/words";
import { codeQuestion } from "../words/describe";
import { settle } from "./choice";
import { CodeEntry } from "./code-entry";
import type { FormProps } from "./form";

export interface CodeFormProps extends FormProps {
    challenge: Extract<Challenge, { form: "code" }>;
}

export function CodeForm({ challenge, ...form }: CodeFormProps) {
    const words = useWords();
    const { verification, asked, done } = form;
    const { destination } = challenge;
    const sending = useSending(verification, destination !== "");
    const digits = sending.newest?.digits ?? challenge.digits;
    return (
        <CodeEntry
            {...{ verification, done }}
            label={codeQuestion(words, asked.kind, digits, destination)}
            digits={challenge.digits}
            refused={(refusal, again) => settle(refusal, form, again)}
        >
            {destination !== "" && <SentCodeNote sending={sending} kind={asked.kind} destination={destination} />}
        </CodeEntry>
    );
}
