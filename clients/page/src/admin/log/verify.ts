/** Has the command check that the log was not rewritten: it shares no code with this page. */

import { lastWith, type Run } from "../command";

/** What the check found. */
export type Verified =
    | { verified: true; events: number; users: number; root: string; origin: string }
    | { verified: false; from_event: number | null; message: string };

export async function verify(run: Run, asRoot: boolean): Promise<Verified> {
    const { lines } = await run(["audit", "verify"], { asRoot });
    const found = lastWith<Verified>(lines, "verified");
    if (found) {
        return found;
    }
    const message = lastWith<{ message: string }>(lines, "error")?.message ?? "";
    return { verified: false, from_event: null, message };
}
