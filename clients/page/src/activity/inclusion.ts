/** The proof that an event is in the log, to be read and kept. */

import type { Base64 } from "../bus/values";

export interface Inclusion {
    /** The event as it is stored. */
    event: string;
    /** The hashes that lead from it to the root of the log (RFC 6962, section 2.1.1), in base64. */
    hashes: Base64[];
    /** The signed checkpoint of that log. */
    checkpoint: string;
}

export function inclusionOf(event: Base64, hashes: Base64[], checkpoint: string): Inclusion {
    const bytes = Uint8Array.from(atob(event), (letter) => letter.charCodeAt(0));
    return { event: new TextDecoder().decode(bytes), hashes, checkpoint };
}
