/** The users of the host: who they are, how they stand, and what an administrator can do for one of them. */

import { useEffect, useState, type FormEvent } from "react";
import { Button, Form, FormGroup, FormSelect, FormSelectOption, Label, TextInput } from "../../view/patternfly";
import { useAction } from "../../view/action";
import { useWords } from "../../view/words";
import { kindName } from "../../words/describe";
import { Problem, Status } from "../../view/parts";
import { Cell, Head, Reading, Row, Table, useLoaded, type TabProps } from "../shown";
import { STATES, find, uidOf, type Search, type UserLine, type WantedState } from "./find";
import { UserPanel } from "./user-panel";

/** How long after the last key a search begins, in milliseconds. */
const TYPED = 300;

/** The user who is shown beside the list. */
interface Chosen {
    uid: number;
    name: string;
}

export function Users({ access, bell, path, go }: TabProps) {
    const words = useWords();
    const [search, setSearch] = useState<Search>({ text: "", state: "any" });
    const [cursors, setCursors] = useState<(string | null)[]>([null]);
    const [chosen, setChosen] = useState<Chosen | null>(null);
    const opening = useAction();
    const cursor = cursors.at(-1) ?? null;
    const found = useLoaded(() => find(access.bus, search, cursor), [search, cursor, bell]);
    const named = path[0] ?? null;
    const { run } = opening;
    // The address names the user: it can be kept, and the browser's own way back closes the panel.
    useEffect(() => {
        if (named === null) {
            setChosen(null);
            return;
        }
        void run(async () => {
            const uid = await uidOf(access.bus, named);
            setChosen(uid === null ? null : { uid, name: named });
        });
    }, [access, named, run]);
    const look = (next: Search) => {
        setSearch(next);
        setCursors([null]);
    };
    return (
        <div className={chosen ? "secinfo-beside secinfo-beside-open" : "secinfo-beside"}>
            <div>
                <Finder search={search} look={look} open={(name) => go([name])} />
                <Problem refusal={opening.refusal} />
                <Reading of={found}>
                    {({ users, next }) => (
                        <>
                            <Status>
                                {users.length === 0 && words.say(whyNobody(search))}
                            </Status>
                            {users.length === 0 && search.text && (
                                <Button variant="link" isInline onClick={() => go([search.text])}>
                                    {words.say("admin-users-open", { user: search.text })}
                                </Button>
                            )}
                            {named !== null && chosen === null && !opening.isBusy && !opening.refusal && (
                                <p>{words.say(whyUnknown(users, named), { user: named, word: shellWord(named) })}</p>
                            )}
                            {users.length > 0 && (
                                <List users={users} chosen={chosen} open={(name) => go([name])} />
                            )}
                            <div className="secinfo-buttons">
                                {cursors.length > 1 && (
                                    <Button variant="secondary" onClick={() => setCursors(cursors.slice(0, -1))}>
                                        {words.say("admin-former-page")}
                                    </Button>
                                )}
                                {next !== null && (
                                    <Button variant="secondary" onClick={() => setCursors([...cursors, next])}>
                                        {words.say(users.length === 0 ? "admin-search-on" : "admin-next-page")}
                                    </Button>
                                )}
                            </div>
                        </>
                    )}
                </Reading>
            </div>
            {chosen && (
                <UserPanel
                    key={chosen.uid}
                    access={access}
                    uid={chosen.uid}
                    name={chosen.name}
                    bell={bell}
                    close={() => go([])}
                    changed={found.reload}
                />
            )}
        </div>
    );
}

function whyNobody({ text, state }: Search): string {
    if (text) {
        return "admin-users-not-found";
    }
    return state === "any" ? "admin-users-nobody" : "admin-users-none";
}

/** Why a name is no account here: it was one, or there is none. */
function whyUnknown(users: UserLine[], name: string): string {
    const isDeparted = ({ state }: UserLine) => state === "renamed" || state === "gone";
    const departed = users.some((line) => line.name === name && isDeparted(line));
    return departed ? "admin-users-departed" : "admin-users-unknown";
}

/** A name as one word of a command to paste into a shell: quoted where a shell would read anything else. */
function shellWord(name: string): string {
    return /^[\w.@%+=:,-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

function Finder({ search, look, open }: { search: Search; look(search: Search): void; open(name: string): void }) {
    const words = useWords();
    const [text, setText] = useState(search.text);
    const { state } = search;
    useEffect(() => {
        if (text === search.text) {
            return undefined;
        }
        const timer = setTimeout(() => look({ text, state }), TYPED);
        return () => clearTimeout(timer);
    });
    const submit = (event: FormEvent) => {
        event.preventDefault();
        if (text) {
            open(text);
        }
    };
    return (
        <Form className="secinfo-finder" onSubmit={submit} role="search" aria-label={words.say("admin-users")}>
            <FormGroup label={words.say("admin-users-begins")} fieldId="admin-users-text">
                <TextInput
                    id="admin-users-text"
                    type="search"
                    value={text}
                    onChange={(_event, typed) => setText(typed)}
                    autoComplete="off"
                    spellCheck={false}
                />
            </FormGroup>
            <FormGroup label={words.say("admin-state")} fieldId="admin-users-state">
                <FormSelect
                    id="admin-users-state"
                    value={state}
                    onChange={(_event, wanted) => look({ text, state: wanted as WantedState })}
                >
                    {STATES.map((name) => (
                        <FormSelectOption key={name} value={name} label={words.say(`admin-wanted-${name}`)} />
                    ))}
                </FormSelect>
            </FormGroup>
        </Form>
    );
}

interface ListProps {
    users: UserLine[];
    chosen: Chosen | null;
    open(name: string): void;
}

function List({ users, chosen, open }: ListProps) {
    const words = useWords();
    const [user, uid, methods, preferred, state] = [
        words.say("admin-user"),
        words.say("admin-uid"),
        words.say("admin-methods"),
        words.say("admin-default"),
        words.say("admin-state"),
    ];
    const isChosen = (line: UserLine) => line.uid === chosen?.uid && line.name === chosen.name;
    return (
        <Table label={words.say("admin-users")} columns={[user, uid, methods, preferred, state]}>
            {users.map((line) => (
                <Row key={`${line.uid} ${line.name}`} isChosen={isChosen(line)}>
                    <Head>
                        <Button
                            variant="link"
                            isInline
                            aria-current={isChosen(line) ? "true" : undefined}
                            onClick={() => open(line.name)}
                        >
                            {line.name}
                        </Button>
                    </Head>
                    <Cell of={uid}>{line.uid}</Cell>
                    <Cell of={methods}>{line.methods}</Cell>
                    <Cell of={preferred}>
                        {line.defaultKind ? kindName(words, line.defaultKind) : words.say("admin-none")}
                    </Cell>
                    <Cell of={state}>
                        <span className="secinfo-labels">
                            <StateLabel state={line.state} />
                            {line.hasAccessPass && (
                                <Label color="orange" isCompact>
                                    {words.say("admin-wanted-access-pass")}
                                </Label>
                            )}
                        </span>
                    </Cell>
                </Row>
            ))}
        </Table>
    );
}

const COLOURS: Record<string, "green" | "red" | "orange"> = {
    ok: "green",
    locked: "red",
    "account-locked": "red",
    "methods-required": "orange",
    renamed: "orange",
    gone: "orange",
};

function StateLabel({ state }: { state: string }) {
    const words = useWords();
    return (
        <Label color={COLOURS[state] ?? "grey"} isCompact>
            {words.sayOr(`admin-wanted-${state}`, state)}
        </Label>
    );
}
