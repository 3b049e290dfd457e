// What a browser loads of the page, and the most that it may be.

/** The most bytes, gzipped, of the page for oneself and of what administrators load beside it. */
const LIMITS = { own: 230 * 1024, admin: 80 * 1024 };

/** Says how large the parts are; what is wrong with that. */
export function tooLarge(metafile, sizes) {
    const total = { own: 0, admin: 0 };
    const largestWords = { own: 0, admin: 0 };
    for (const [name, size] of sizes) {
        const inputs = Object.keys(metafile.outputs[name].inputs);
        const part = inputs.some((input) => /^(src\/admin\/|words:admin\.)/.test(input)) ? "admin" : "own";
        if (inputs.some((input) => input.startsWith("words:"))) {
            // A browser loads those of one language.
            largestWords[part] = Math.max(largestWords[part], size);
        } else {
            total[part] += size;
        }
    }
    for (const part of Object.keys(total)) {
        total[part] += largestWords[part];
    }
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
