/** Runs the command `secinfo` on the host, for what takes a file or more than one call. */

import { ACCESS_DENIED, Refusal, UNREACHABLE } from "../bus/errors";

/** What a command has said, as far as it is JSON, a value for each line. */
export interface Said {
    lines: unknown[];
    /** 0 when all is well. */
    status: number;
}

/** How commands are run. */
export type Run = (words: string[], options: { asRoot: boolean; input?: Uint8Array }) => Promise<Said>;

/** Runs `secinfo --json` with these words. A command that cannot be run throws a Refusal. */
export const run: Run = async (words, { asRoot, input }) => {
    const command = cockpit.spawn(["secinfo", "--json", ...words], {
        err: "ignore",
        environ: ["LC_ALL=C.UTF-8"],
        binary: true,
        ...(asRoot ? { superuser: "require" as const } : {}),
    });
    const decoder = new TextDecoder();
    let text = "";
    command.stream((bytes) => {
        text += decoder.decode(bytes, { stream: true });
    });
    command.input(input ?? new Uint8Array());
    let status = 0;
    try {
        await command;
    } catch (error) {
        status = statusOf(error);
    }
    return { lines: linesOf(text), status };
};

/** The values of lines of JSON; one that is none is left out. */
export function linesOf(text: string): unknown[] {
    return text.split("\n").flatMap((line) => {
        try {
            return [JSON.parse(line) as unknown];
        } catch {
            return [];
        }
    });
}

/** The last object that has an entry of this name. */
export function lastWith<T>(lines: unknown[], name: string): T | null {
    const found = lines.filter((line) => typeof line === "object" && line !== null && name in line);
    return (found.at(-1) as T | undefined) ?? null;
}

function statusOf(error: unknown): number {
    if (typeof error !== "object" || error === null || !("problem" in error)) {
        throw error;
    }
    const { problem, exit_status } = error as CockpitProcessError;
    if (problem === null && exit_status !== null) {
        return exit_status;
    }
    throw new Refusal(problem === "access-denied" ? ACCESS_DENIED : UNREACHABLE, problem ?? "");
}
