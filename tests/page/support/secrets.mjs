// What was shown or typed in a run and may stay nowhere: keys, codes, passes.

import assert from "node:assert/strict";

/** A code that is wrong is no secret, nor is a text that is too short to be looked for. */
const SHORTEST = 6;
const WRONG = /^0*\d?$/;

const secrets = new Set();

/** Remembers something that may stay nowhere. */
export function keepSecret(text) {
    for (const secret of [text, text.replaceAll(/\s/g, "")]) {
        if (secret.length >= SHORTEST && !WRONG.test(secret)) {
            secrets.add(secret);
        }
    }
    return text;
}

/** None of the secrets of this run is in any of these texts, which have names. */
export function areNotIn(places) {
    for (const [place, text] of Object.entries(places)) {
        for (const secret of secrets) {
            // A short code may be a part of a long number.
            const found = new RegExp(`(?<![\\w+/=.])${escaped(secret)}(?![\\w+/=.])`).test(text);
            assert.ok(!found, `${secret} is in ${place}`);
        }
    }
}

function escaped(text) {
    return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
