/** Why a security key could not be used, in words. */

import type { Words } from "../words/words";
import { KnownKey, NotDone, OtherName, type Availability } from "./webauthn";

/** Why the browser has made nothing. */
export function keyProblem(words: Words, error: unknown): string {
    if (error instanceof OtherName) {
        return words.say("key-other-name", { name: error.keysOf });
    }
    if (error instanceof KnownKey) {
        return words.say("error-AlreadyRegistered");
    }
    if (error instanceof NotDone) {
        return words.say("key-not-done");
    }
    throw error;
}

/** Why security keys cannot be used on this page; null where they can. */
export function unavailable(words: Words, availability: Availability): string | null {
    return availability === "available" ? null : words.say(`key-${availability}`);
}
