import type { Refusal } from "../bus/errors";
import type { Asked, Verification } from "../bus/session";

/** What a form of a verification is given. */
export interface FormProps {
    verification: Verification;
    asked: Asked;
    /** The session has ended in a proof. */
    done(): void;
    /** The session is over. */
    over(refusal: Refusal): void;
    /** Another way is to be chosen, because of this if it is given. */
    other(refusal?: Refusal): void;
    /** The same method is to be asked anew, since its challenge was used up; this is said then. */
    anew(refusal: Refusal | null): void;
}
