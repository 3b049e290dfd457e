/** The log: its events, the newest first, in words and in exactly their bytes, and whether it was rewritten. */

import { Fragment, useEffect, useState } from "react";
import { ROOT } from "../../bus/client";
import { useAction } from "../../view/action";
import { CopyButton } from "../../view/copy";
import { Notice, Problem } from "../../view/parts";
import { Button, Form, FormGroup, FormSelect, FormSelectOption } from "../../view/patternfly";
import { useMinute } from "../../view/time";
import { useWords } from "../../view/words";
import type { Words } from "../../words/words";
import { moment } from "../../words/times";
import type { Access } from "../../access/access";
import { run } from "../command";
import { AdminDialog, Cell, English, Head, Reading, Row, Table, useLoaded, type TabProps } from "../shown";
import { Names, readBack, sizeOf, type EventPage, type LogEvent } from "./events";
import { EVENT_TYPES } from "./types";
import { verify, type Verified } from "./verify";

/** A page of the log with the names in it. */
interface Shown extends EventPage {
    names: Names;
}

export function Log({ access, bell }: TabProps) {
    const words = useWords();
    const [type, setType] = useState<string | null>(null);
    const [cursors, setCursors] = useState<number[]>([]);
    const [names] = useState(() => new Names(access.bus));
    const before = cursors.at(-1) ?? null;
    const read = async (): Promise<Shown> => {
        const page = await readBack(access.bus, before ?? (await sizeOf(access.bus)), type);
        await names.learn(page.events);
        return { ...page, names };
    };
    // Older pages stay as they are while the log grows.
    const page = useLoaded(read, [access, type, before, before === null ? bell : null]);
    const filter = (chosen: string) => {
        setType(chosen || null);
        setCursors([]);
    };
    return (
        <>
            <Checks access={access} />
            <Form className="secinfo-finder" onSubmit={(event) => event.preventDefault()}>
                <FormGroup label={words.say("admin-log-type")} fieldId="admin-log-type">
                    <FormSelect id="admin-log-type" value={type ?? ""} onChange={(_event, chosen) => filter(chosen)}>
                        <FormSelectOption value="" label={words.say("admin-log-every")} />
                        {namesOfTypes(words).map(([name, text]) => (
                            <FormSelectOption key={name} value={name} label={text} />
                        ))}
                    </FormSelect>
                </FormGroup>
            </Form>
            <Reading of={page}>
                {({ events, rest, names }) => (
                    <>
                        {events.length === 0 && <p>{words.say("admin-log-none")}</p>}
                        {events.length > 0 && <Events events={events} names={names} />}
                        <div className="secinfo-buttons">
                            {cursors.length > 0 && (
                                <Button variant="secondary" onClick={() => setCursors(cursors.slice(0, -1))}>
                                    {words.say("admin-newer")}
                                </Button>
                            )}
                            {rest > 0 && (
                                <Button variant="secondary" onClick={() => setCursors([...cursors, rest])}>
                                    {words.say("admin-older")}
                                </Button>
                            )}
                        </div>
                    </>
                )}
            </Reading>
        </>
    );
}

function namesOfTypes(words: Words): [name: string, text: string][] {
    const named = EVENT_TYPES.map((name): [string, string] => [name, words.sayOr(`admin-event-${name}`, name)]);
    return named.sort(([, one], [, other]) => one.localeCompare(other, words.language));
}

function Events({ events, names }: { events: LogEvent[]; names: Names }) {
    const words = useWords();
    const at = useMinute();
    const [open, setOpen] = useState<number | null>(null);
    const [number, when, what, user, by, service] = [
        words.say("admin-log-number"),
        words.say("admin-log-when"),
        words.say("admin-log-what"),
        words.say("admin-user"),
        words.say("admin-log-by"),
        words.say("admin-log-service"),
    ];
    return (
        <Table label={words.say("admin-log")} columns={[number, when, what, user, by, service]}>
            {events.map((event) => (
                <Fragment key={event.seq}>
                    <Row>
                        <Head>
                            <Button
                                variant="link"
                                isInline
                                aria-expanded={open === event.seq}
                                aria-label={words.say("admin-log-bytes-of", { number: event.seq })}
                                onClick={() => setOpen(open === event.seq ? null : event.seq)}
                            >
                                {event.seq}
                            </Button>
                        </Head>
                        <Cell of={when}>{moment(words, event.time, at)}</Cell>
                        <Cell of={what}>{words.sayOr(`admin-event-${event.type}`, event.type)}</Cell>
                        <Cell of={user}>{event.user === null ? "" : names.of(event.user)}</Cell>
                        <Cell of={by}>{actorOf(words, event, names)}</Cell>
                        <Cell of={service}>{event.service ?? ""}</Cell>
                    </Row>
                    {open === event.seq && (
                        <Row className="secinfo-bytes">
                            <td role="cell" colSpan={6}>
                                <pre translate="no" tabIndex={0} aria-label={words.say("admin-log-bytes")}>
                                    {event.text}
                                </pre>
                                <CopyButton text={event.text}>{words.say("admin-log-copy")}</CopyButton>
                            </td>
                        </Row>
                    )}
                </Fragment>
            ))}
        </Table>
    );
}

/** Who caused an event, and who had signed in to do it where that is another. */
function actorOf(words: Words, { actor, login }: LogEvent, names: Names): string {
    const who = typeof actor === "object" ? names.of(actor.user) : words.say(`admin-actor-${actor}`);
    return login === null ? who : words.say("admin-log-through", { login: names.of(login), who });
}

/** Whether the log was rewritten, and a checkpoint to keep. */
function Checks({ access }: { access: Access }) {
    const words = useWords();
    const action = useAction();
    const [verified, setVerified] = useState<Verified | null>(null);
    const [note, setNote] = useState<string | null>(null);
    const check = () => {
        setVerified(null);
        void action.run(async () => setVerified(await verify(run, access.asRoot("read-log"))));
    };
    const take = () =>
        void action.run(async () => {
            const [text] = await access.bus.call(ROOT, "Audit", "Checkpoint");
            setNote(text);
        });
    return (
        <>
            <div className="secinfo-buttons">
                <Button variant="secondary" isDisabled={action.isBusy} onClick={check}>
                    {words.say("admin-verify")}
                </Button>
                <Button variant="secondary" isDisabled={action.isBusy} onClick={take}>
                    {words.say("admin-checkpoint")}
                </Button>
            </div>
            <div role="status">
                {action.isBusy && words.say("admin-verifying")}
                {verified && <Outcome verified={verified} />}
            </div>
            <Problem refusal={action.refusal} />
            {note !== null && <CheckpointDialog note={note} close={() => setNote(null)} />}
        </>
    );
}

function Outcome({ verified }: { verified: Verified }) {
    const words = useWords();
    if (verified.verified) {
        const { events, root } = verified;
        return (
            <Notice look="success" text={words.say("admin-verified", { count: events })}>
                <span className="secinfo-mono" translate="no">
                    {root}
                </span>
            </Notice>
        );
    }
    const { from_event: from, message } = verified;
    const title = from === null ? words.say("admin-not-verified") : words.say("admin-not-verified-from", { from });
    return (
        <Notice look="danger" text={title}>
            <English>{message}</English>
        </Notice>
    );
}

function CheckpointDialog({ note, close }: { note: string; close(): void }) {
    const words = useWords();
    const [address, setAddress] = useState("");
    useEffect(() => {
        const made = URL.createObjectURL(new Blob([note], { type: "text/plain" }));
        setAddress(made);
        return () => URL.revokeObjectURL(made);
    }, [note]);
    return (
        <AdminDialog title={words.say("admin-checkpoint")} close={close}>
            <p>{words.say("admin-checkpoint-text")}</p>
            <pre className="secinfo-note" translate="no" tabIndex={0} aria-label={words.say("admin-checkpoint")}>
                {note}
            </pre>
            <div className="secinfo-buttons">
                <CopyButton text={note}>{words.say("admin-checkpoint-copy")}</CopyButton>
                <Button variant="secondary" size="sm" component="a" href={address} download="secinfo.checkpoint">
                    {words.say("admin-checkpoint-download")}
                </Button>
                <Button variant="primary" size="sm" onClick={close}>
                    {words.say("page-close")}
                </Button>
            </div>
        </AdminDialog>
    );
}
