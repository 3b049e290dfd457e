/** Imports a file of tokens: says first what would come of it. */

import { useState, type FormEvent } from "react";
import { useAction } from "../../view/action";
import { Field, Notice, Problem, StepHeading } from "../../view/parts";
import { Button, Form, FormGroup, FormSelect, FormSelectOption } from "../../view/patternfly";
import { useWords } from "../../view/words";
import type { Access } from "../../access/access";
import { run } from "../command";
import { AdminDialog, English } from "../shown";
import {
    LARGEST,
    NotImported,
    check,
    formatOf,
    importAll,
    protectionOf,
    type Imported,
    type Protection,
    type TokenFile,
} from "./import";

export interface ImportProps {
    access: Access;
    end(said: string): void;
}

/** A file that was chosen. */
type Chosen = Pick<TokenFile, "format" | "content"> & { name: string };

export function ImportDialog({ access, end }: ImportProps) {
    const words = useWords();
    const action = useAction();
    const [chosen, setChosen] = useState<Chosen | null>(null);
    const [protection, setProtection] = useState<Protection>("none");
    const [secret, setSecret] = useState("");
    const [problem, setProblem] = useState<{ text: string; isEnglish: boolean } | null>(null);
    const [checked, setChecked] = useState<Imported | null>(null);
    const [imported, setImported] = useState<Imported | null>(null);

    const choose = async (file: File | undefined) => {
        setProblem(null);
        setChosen(null);
        if (!file) {
            return;
        }
        const format = formatOf(file.name);
        if (format === null || file.size > LARGEST) {
            const text = words.say(format === null ? "admin-import-format" : "admin-import-too-large");
            setProblem({ text, isEnglish: false });
            return;
        }
        const content = new Uint8Array(await file.arrayBuffer());
        setProtection(format === "pskc" ? protectionOf(content) : "none");
        setChosen({ name: file.name, format, content });
    };
    const does = (what: typeof check, done: (imported: Imported) => void) => {
        if (!chosen) {
            setProblem({ text: words.say("admin-import-no-file"), isEnglish: false });
            return;
        }
        setProblem(null);
        void action.run(async () => {
            try {
                done(await what(run, access.asRoot("import-tokens"), { ...chosen, protection, secret }));
            } catch (error) {
                if (!(error instanceof NotImported)) {
                    throw error;
                }
                setProblem({ text: error.message, isEnglish: true });
            }
        });
    };
    const submit = (event: FormEvent) => {
        event.preventDefault();
        does(check, setChecked);
    };
    const close = () => end(imported ? words.say("admin-imported", { count: imported.count }) : "");
    const said = problem && (
        <div role="alert">
            <Notice look="danger" text={words.say("admin-import-failed")}>
                {problem.isEnglish ? <English>{problem.text}</English> : problem.text}
            </Notice>
        </div>
    );
    return (
        <AdminDialog title={words.say("admin-tokens-import")} close={close}>
            {!checked && !imported && (
                <Form onSubmit={submit}>
                    <FormGroup label={words.say("admin-import-file")} fieldId="admin-import-file">
                        <input
                            id="admin-import-file"
                            type="file"
                            accept=".csv,.pskc,.pskcxml,.xml"
                            aria-describedby="admin-import-help"
                            onChange={(event) => void choose(event.currentTarget.files?.[0])}
                        />
                        <p id="admin-import-help" className="secinfo-subtle">
                            {words.say("admin-import-help")}
                        </p>
                    </FormGroup>
                    {chosen?.format === "pskc" && (
                        <FormGroup label={words.say("admin-import-protection")} fieldId="admin-import-protection">
                            <FormSelect
                                id="admin-import-protection"
                                value={protection}
                                onChange={(_event, value) => setProtection(value as Protection)}
                            >
                                {(["none", "passphrase", "key"] as const).map((name) => (
                                    <FormSelectOption
                                        key={name}
                                        value={name}
                                        label={words.say(`admin-protection-${name}`)}
                                    />
                                ))}
                            </FormSelect>
                        </FormGroup>
                    )}
                    {protection !== "none" && (
                        <Field
                            id="admin-import-secret"
                            label={words.say(`admin-protection-${protection}`)}
                            value={secret}
                            change={setSecret}
                            type="password"
                            autoComplete="off"
                        />
                    )}
                    {said}
                    <Problem refusal={action.refusal} />
                    <div className="secinfo-buttons">
                        <Button variant="primary" type="submit" isDisabled={action.isBusy}>
                            {words.say("page-continue")}
                        </Button>
                        <Button variant="link" onClick={close}>
                            {words.say("page-cancel")}
                        </Button>
                    </div>
                </Form>
            )}
            {checked && !imported && (
                <>
                    <StepHeading>{words.say("admin-would-import", { count: checked.count })}</StepHeading>
                    <Told imported={checked} />
                    {said}
                    <Problem refusal={action.refusal} />
                    <div className="secinfo-buttons">
                        <Button
                            variant="primary"
                            isDisabled={action.isBusy || checked.count === 0}
                            onClick={() => does(importAll, setImported)}
                        >
                            {words.say("admin-import-now")}
                        </Button>
                        <Button variant="link" onClick={() => setChecked(null)}>
                            {words.say("page-back")}
                        </Button>
                    </div>
                </>
            )}
            {imported && (
                <>
                    <StepHeading>{words.say("admin-imported", { count: imported.count })}</StepHeading>
                    <Told imported={imported} />
                    <p>{words.say("admin-import-delete-file")}</p>
                    <div className="secinfo-buttons">
                        <Button variant="primary" onClick={close}>
                            {words.say("page-done")}
                        </Button>
                    </div>
                </>
            )}
        </AdminDialog>
    );
}

/** For whom tokens are, and what was left out. */
function Told({ imported: { users, problems } }: { imported: Imported }) {
    const words = useWords();
    return (
        <>
            {users.length > 0 && (
                <p>{words.say("admin-import-users", { users: users.map(({ user }) => user).join(", ") })}</p>
            )}
            {problems.length > 0 && (
                <>
                    <p>{words.say("admin-import-left-out", { count: problems.length })}</p>
                    <ul className="secinfo-problems">
                        {problems.map(({ line, message }) => (
                            <li key={`${line} ${message}`}>
                                <English>{message}</English>
                            </li>
                        ))}
                    </ul>
                </>
            )}
        </>
    );
}
