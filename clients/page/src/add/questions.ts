/** What the daemon would refuse of questions and answers, said before they are sent. */

/** How many characters an answer has. */
const SHORTEST = 3;
const LONGEST = 40;

/** A question that can be chosen. */
export interface Question {
    id: string;
    text: string;
}

/** What is wrong with an answer; null for nothing. */
export function answerProblem(answer: string, question: string, others: string[]): "wrong" | "alike" | null {
    const plain = folded(answer);
    const length = [...plain].length;
    if (length < SHORTEST || length > LONGEST) {
        return "wrong";
    }
    const words = question.toLowerCase().split(/[^\p{L}\p{N}]+/u);
    const isAlike = others.some((other) => folded(other) === plain);
    return isAlike || words.includes(plain) || folded(question) === plain ? "alike" : null;
}

/** Letters alone count: neither capitals nor blanks around or inside. */
function folded(text: string): string {
    return text.trim().toLowerCase().replace(/\s+/gu, " ");
}
