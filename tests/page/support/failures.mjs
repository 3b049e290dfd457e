// A reporter of node's test runner that says which tests passed, what they measured and, in short, why
// others failed.

/** How many lines of a failure are told. */
const LINES = 24;
/** What diagnostics begin with that say what was measured. */
const FIGURE = "measured: ";

export default async function* failures(events) {
    for await (const { type, data } of events) {
        // A file is no test.
        const isTest = !data?.name?.endsWith(".test.mjs");
        if (type === "test:pass" && isTest) {
            yield `ok ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
        } else if (type === "test:fail" && isTest) {
            const error = data.details.error?.cause ?? data.details.error;
            const text = String(error?.stack ?? error?.message ?? error);
            yield `FAILED ${data.name}\n${text.split("\n").slice(0, LINES).join("\n")}\n`;
        } else if (type === "test:diagnostic" && data.message.startsWith(FIGURE)) {
            yield `${data.message}\n`;
        }
    }
}
