// What a browser loads of the page, and the most that it may be.

/** The most bytes, gzipped, of the page for oneself and of what administrators load beside it. */
const LIMITS = { own: 230 * 1024, admin: 80 * 1024 };

/** Says how large the parts are; what is wrong with that. */
export function tooLarge(metafile, sizes) {
    const total = { own: 0, admin: 0 };
    let largestWords = 0;
    for (const [name, size] of sizes) {
        const inputs = Object.keys(metafile.outputs[name].inputs);
        if (inputs.some((input) => input.startsWith("words:"))) {
            // A browser loads those of one language.
            largestWords = Math.max(largestWords, size);
        } else {
            total[inputs.some((input) => input.startsWith("src/admin/")) ? "admin" : "own"] += size;
        }
    }
    total.own += largestWords;
    const problems = [];
    for (const [part, limit] of Object.entries(LIMITS)) {
        const text = `${part}: ${kib(total[part])} of at most ${kib(limit)}, gzipped`;
        console.log(text);
        if (total[part] > limit) {
            problems.push(`too large: ${text}`);
        }
    }
    return problems;
}

function kib(bytes) {
    return `${(bytes / 1024).toFixed(1)} KiB`;
}
