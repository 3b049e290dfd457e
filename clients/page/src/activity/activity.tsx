/** What happened in one's account, and what to do where it was not oneself. */

import { useCallback, useEffect, useState } from "react";
import type { Host } from "../bus/host";
import type { SecurityInfo } from "../bus/store";
import { useAction } from "../view/action";
import { Buttons, Problem, Status } from "../view/parts";
import { Button, EmptyState, Label, Spinner, Title } from "../view/patternfly";
import { useMinute } from "../view/time";
import { useWords } from "../view/words";
import { moment } from "../words/times";
import { PAGE, canBeReported, joined, read, type Entry } from "./entries";
import { detailsText, whatText } from "./line";
import { LockDialog } from "./lock-dialog";
import { NotMeDialog } from "./not-me-dialog";
import { ProofDialog } from "./proof-dialog";

type Open = { dialog: "proof" | "not-me"; entry: Entry } | { dialog: "lock" };

export function Activity({ host, info }: { host: Host; info: SecurityInfo }) {
    const words = useWords();
    const [entries, setEntries] = useState<Entry[] | null>(null);
    const [isAll, setAll] = useState(false);
    const [open, setOpen] = useState<Open | null>(null);
    const [said, setSaid] = useState("");
    const reading = useAction();
    const { run } = reading;
    const { bus } = host;
    const { path } = info;
    const readNewest = useCallback(
        () =>
            run(async () => {
                const newest = await read(bus, path, 0);
                setEntries((before) => joined(newest, before ?? []));
                setAll((wasAll) => wasAll || newest.length < PAGE);
            }),
        [run, bus, path],
    );
    // Whatever happens to the security info is told by a signal, upon which it is read anew, and this with it.
    useEffect(() => void readNewest(), [readNewest, info]);
    const readOlder = () =>
        void run(async () => {
            const older = await read(bus, path, entries?.at(-1)?.seq ?? 0);
            setEntries((before) => [...(before ?? []), ...older]);
            setAll(older.length < PAGE);
        });
    const close = () => {
        setOpen(null);
        void host.store.reload();
    };
    const shared = { host, info, close, say: setSaid };
    return (
        <>
            <div className="secinfo-head">
                <Title headingLevel="h1">{words.say("activity-heading")}</Title>
                <Button
                    variant="danger"
                    onClick={() => setOpen({ dialog: "lock" })}
                    isDisabled={info.user.AccountLocked > 0}
                >
                    {words.say("lock-now")}
                </Button>
            </div>
            <p className="secinfo-subtle">{words.say("activity-lead")}</p>
            <Status>{said}</Status>
            <Problem refusal={reading.refusal} />
            {entries === null && reading.isBusy && <Spinner aria-label={words.say("page-loading")} />}
            {entries?.length === 0 && <EmptyState titleText={words.say("activity-none")} headingLevel="h2" />}
            {entries && entries.length > 0 && (
                <ol className="secinfo-lines" aria-label={words.say("activity-heading")}>
                    {entries.map((entry) => (
                        <Line key={entry.seq} entry={entry} user={info.user.Name} act={setOpen} />
                    ))}
                </ol>
            )}
            {entries && entries.length > 0 && !isAll && (
                <Buttons>
                    <Button variant="secondary" isDisabled={reading.isBusy} onClick={readOlder}>
                        {words.say("activity-older")}
                    </Button>
                </Buttons>
            )}
            {open?.dialog === "proof" && <ProofDialog {...shared} entry={open.entry} />}
            {open?.dialog === "not-me" && (
                <NotMeDialog {...shared} entry={open.entry} lock={() => setOpen({ dialog: "lock" })} />
            )}
            {open?.dialog === "lock" && <LockDialog {...shared} />}
        </>
    );
}

function Line({ entry, user, act }: { entry: Entry; user: string; act(open: Open): void }) {
    const words = useWords();
    const now = useMinute();
    const what = whatText(words, entry);
    const when = moment(words, entry.time / 1000, now);
    return (
        <li className="secinfo-line" data-what={entry.what}>
            <div>
                <strong>{what}</strong>{" "}
                {entry.reported && (
                    <Label isCompact color="red">
                        {words.say("line-reported")}
                    </Label>
                )}
                <div>{detailsText(words, entry, user)}</div>
                <time className="secinfo-subtle" dateTime={new Date(entry.time).toISOString()}>
                    {when}
                </time>
            </div>
            <div className="secinfo-line-actions">
                {canBeReported(entry, user) && (
                    <Button
                        variant="secondary"
                        size="sm"
                        aria-label={words.say("line-not-me-of", { what, when })}
                        onClick={() => act({ dialog: "not-me", entry })}
                    >
                        {words.say("line-not-me")}
                    </Button>
                )}
                <Button
                    variant="link"
                    size="sm"
                    aria-label={words.say("line-proof-of", { what, when })}
                    onClick={() => act({ dialog: "proof", entry })}
                >
                    {words.say("line-proof")}
                </Button>
            </div>
        </li>
    );
}
