/** How the daemon and its host are. */

import { ROOT, type Bus } from "../bus/client";
import { plain } from "../bus/values";
import { lastWith, type Run } from "./command";

/** How the daemon is. */
export interface Health {
    version: string;
    healthy: boolean;
    /** What is wrong, in a sentence of the daemon; empty when nothing is. */
    problem: string;
    /** "enough", or "kept" where what is left of the disk is kept for sign-ins. */
    room: string;
    /** "polkit" or "uid". */
    authorization: string;
    started: number;
    /** "off", "making-key", "unreachable" or "ready". */
    push: string;
}

/** The daemon in numbers. */
export interface Figures {
    memory: number;
    log_events: number;
    log_bytes: number;
    users: number;
    users_with_methods: number;
    users_locked: number;
    accounts_locked: number;
    users_with_reports: number;
    access_passes: number;
}

/** How bad a finding is. */
export type Severity = "error" | "warning" | "info";

/** Something that the doctor has found. */
export interface Finding {
    id: string;
    severity: Severity;
    area: string;
    subject: string;
    services?: string[];
    what: string;
    remedy: string;
}

/** What the doctor says. */
export interface Report {
    findings: Finding[];
    not_looked_at: { area: string; what: string; why: string }[];
}

export async function readHealth(bus: Bus): Promise<Health> {
    const [status] = await bus.call(ROOT, "Manager", "GetStatus");
    return plain(status) as unknown as Health;
}

export async function readFigures(bus: Bus): Promise<Figures> {
    const [statistics] = await bus.call(ROOT, "Manager", "GetStatistics");
    return plain(statistics) as unknown as Figures;
}

/** Has the doctor look at the host; "failed" where it could not. The worst findings come first. */
export async function examine(run: Run, asRoot: boolean): Promise<Report | "failed"> {
    const { lines } = await run(["doctor"], { asRoot });
    const report = lastWith<Report>(lines, "findings");
    if (report === null) {
        return "failed";
    }
    return { ...report, findings: [...report.findings].sort((one, other) => rank(one) - rank(other)) };
}

function rank({ severity }: Finding): number {
    return ["error", "warning", "info"].indexOf(severity);
}
