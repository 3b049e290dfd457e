/** How the daemon and its host are: its status, its numbers, and what the doctor finds. */

import { Notice, Problem } from "../view/parts";
import { Button, Label, Title } from "../view/patternfly";
import { useMinute } from "../view/time";
import { useWords } from "../view/words";
import { moment } from "../words/times";
import { run } from "./command";
import { examine, readFigures, readHealth, type Figures, type Finding, type Health as Status, type Report } from "./health";
import { English, Facts, Reading, useLoaded, type TabProps } from "./shown";

export function Health({ access, bell }: TabProps) {
    const words = useWords();
    const status = useLoaded(() => readHealth(access.bus), [access, bell]);
    return (
        <>
            <Reading of={status}>{(health) => <StatusOf health={health} />}</Reading>
            {access.may("read-users") && <FiguresOf access={access} bell={bell} />}
            <Title headingLevel="h2" className="secinfo-part">
                {words.say("admin-doctor")}
            </Title>
            <Doctor access={access} />
        </>
    );
}

function StatusOf({ health }: { health: Status }) {
    const words = useWords();
    const at = useMinute();
    return (
        <>
            <Notice
                look={health.healthy ? "success" : "danger"}
                text={words.say(health.healthy ? "admin-healthy" : "admin-unhealthy")}
            >
                {health.problem && <English>{health.problem}</English>}
            </Notice>
            {health.room === "kept" && <Notice look="warning" text={words.say("admin-room-kept")} />}
            <Facts
                facts={[
                    [words.say("admin-version"), health.version],
                    [words.say("admin-started"), moment(words, health.started, at)],
                    [
                        words.say("admin-authorization"),
                        words.sayOr(`admin-authorization-${health.authorization}`, health.authorization),
                    ],
                    [words.say("admin-push"), words.sayOr(`admin-push-${health.push}`, health.push)],
                ]}
            />
        </>
    );
}

function FiguresOf({ access, bell }: Pick<TabProps, "access" | "bell">) {
    const words = useWords();
    const figures = useLoaded(() => readFigures(access.bus), [access, bell]);
    const number = new Intl.NumberFormat(words.language);
    const facts = (read: Figures): [string, string][] => [
        [words.say("admin-figure-users"), number.format(read.users)],
        [words.say("admin-figure-with-methods"), number.format(read.users_with_methods)],
        [words.say("admin-figure-locked"), number.format(read.users_locked)],
        [words.say("admin-figure-accounts-locked"), number.format(read.accounts_locked)],
        [words.say("admin-figure-reports"), number.format(read.users_with_reports)],
        [words.say("admin-figure-passes"), number.format(read.access_passes)],
        [words.say("admin-figure-events"), number.format(read.log_events)],
        [words.say("admin-figure-log"), mebibytes(words.language, read.log_bytes)],
        [words.say("admin-figure-memory"), mebibytes(words.language, read.memory)],
    ];
    return <Reading of={figures}>{(read) => <Facts facts={facts(read)} />}</Reading>;
}

function mebibytes(language: string, bytes: number): string {
    return `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(bytes / (1 << 20))} MiB`;
}

function Doctor({ access }: Pick<TabProps, "access">) {
    const words = useWords();
    const report = useLoaded(() => examine(run, access.isRoot), [access]);
    return (
        <>
            <div role="status">{report.isBusy && words.say("admin-doctor-looks")}</div>
            <Reading of={report}>
                {(found) =>
                    found === "failed" ? (
                        <Problem text={words.say("admin-doctor-failed")} />
                    ) : (
                        <Findings report={found} />
                    )
                }
            </Reading>
            <div className="secinfo-buttons">
                <Button variant="secondary" isDisabled={report.isBusy} onClick={report.reload}>
                    {words.say("admin-doctor-again")}
                </Button>
            </div>
        </>
    );
}

function Findings({ report: { findings, not_looked_at: unseen } }: { report: Report }) {
    const words = useWords();
    return (
        <>
            {findings.length === 0 && <p>{words.say("admin-doctor-nothing")}</p>}
            <ul className="secinfo-methods">
                {findings.map((finding) => (
                    <FindingLine
                        key={`${finding.id} ${finding.subject} ${finding.services?.join(" ") ?? ""} ${finding.what}`}
                        finding={finding}
                    />
                ))}
            </ul>
            {unseen.length > 0 && (
                <p className="secinfo-subtle">{words.say("admin-doctor-unseen", { count: unseen.length })}</p>
            )}
        </>
    );
}

const COLOURS = { error: "red", warning: "orange", info: "blue" } as const;

function FindingLine({ finding }: { finding: Finding }) {
    const words = useWords();
    const { severity, subject, services = [], what, remedy } = finding;
    return (
        <li className="secinfo-line">
            <div>
                <div className="secinfo-labels">
                    <Label isCompact color={COLOURS[severity] ?? "grey"}>
                        {words.sayOr(`admin-severity-${severity}`, severity)}
                    </Label>
                    <strong>{subject}</strong>
                    {services.length > 0 && <span className="secinfo-subtle">{services.join(", ")}</span>}
                </div>
                <p lang="en">{what}</p>
                {remedy && (
                    <p>
                        {words.say("admin-remedy")} <English>{remedy}</English>
                    </p>
                )}
            </div>
        </li>
    );
}
