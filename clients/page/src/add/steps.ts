import type { OwnDialog } from "../view/own-dialog";
import type { Proof } from "../view/proof";
import type { Kinds } from "./kinds";

/** What the steps of a kind are given. */
export interface StepsProps extends OwnDialog {
    kind: string;
    kinds: Kinds;
    proof: Proof;
    /** Chooses another kind. */
    back(): void;
    /** Goes on with another kind. */
    go(kind: string): void;
    /** Whether something would be lost by closing the dialog now: then it asks. */
    hold(isHeld: boolean): void;
}
