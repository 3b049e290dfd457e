/** What a session asks, and what answers it. */

import { dictionary, plain, type Dictionary } from "./values";

/** What is asked. */
export type Challenge =
    | {
          form: "code";
          /** How many digits it has; 0 for a code that is not written in digits. */
          digits: number;
          /** Where it has to be sent first, masked; empty for one that is not sent. */
          destination: string;
      }
    | {
          form: "approval";
          /** The number to choose on the phone; empty where a code is typed here, or the phone has to register. */
          number: string;
          /** How many digits the code has that the phone shows; 0 where there is none. */
          digits: number;
      }
    | {
          form: "assertion";
          /** WebAuthn options as JSON, one of each name that keys are bound to: one is to be answered. */
          options: string[];
      }
    | { form: "answers"; questions: string[] }
    /** A form of a later version. */
    | { form: "unknown" };

/** Reads what is asked. */
export function challengeOf(entries: Dictionary): Challenge {
    const asked = plain(entries);
    switch (asked.form) {
        case "code":
            return { form: "code", digits: numberOf(asked.digits), destination: textOf(asked.destination) };
        case "approval":
            return { form: "approval", number: textOf(asked.number), digits: numberOf(asked.digits) };
        case "assertion":
            return { form: "assertion", options: [textOf(asked.options), ...textsOf(asked.further_options)] };
        case "answers":
            return { form: "answers", questions: textsOf(asked.questions) };
        default:
            return { form: "unknown" };
    }
}

/** A code. Blanks and hyphens that people type into it do not count. */
export const codeResponse = (code: string): Dictionary => dictionary({ code: code.trim() });

/** The wish to wait for the phone. */
export const waitResponse: Dictionary = {};

/** What a security key has made, as WebAuthn's own JSON. */
export const assertionResponse = (assertion: string): Dictionary => dictionary({ assertion });

/** Answers, in the order of the questions. */
export const answersResponse = (answers: string[]): Dictionary => dictionary({ answers });

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);
