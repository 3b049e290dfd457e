/** Erases a user, once the administrator has typed the name. */

import { useState, type FormEvent } from "react";
import type { Bus } from "../../bus/client";
import type { ObjectPath } from "../../bus/values";
import { useAction } from "../../view/action";
import { Field, Problem } from "../../view/parts";
import { Button, Form } from "../../view/patternfly";
import { useWords } from "../../view/words";
import { AdminDialog } from "../shown";

export interface EraseProps {
    bus: Bus;
    path: ObjectPath;
    name: string;
    end(said: string): void;
}

export function EraseDialog({ bus, path, name, end }: EraseProps) {
    const words = useWords();
    const action = useAction();
    const [typed, setTyped] = useState("");
    const [problem, setProblem] = useState<string | null>(null);
    const erase = (event: FormEvent) => {
        event.preventDefault();
        if (typed.trim() !== name) {
            setProblem(words.say("admin-erase-mismatch", { user: name }));
            return;
        }
        void action.run(async () => {
            await bus.call(path, "User", "Erase");
            end(words.say("admin-erased", { user: name }));
        });
    };
    const change = (text: string) => {
        setTyped(text);
        setProblem(null);
    };
    return (
        <AdminDialog title={words.say("admin-erase-title", { user: name })} close={() => end("")}>
            <Form onSubmit={erase}>
                <p>{words.say("admin-erase-text", { user: name })}</p>
                <Field
                    id="admin-erase-name"
                    label={words.say("admin-erase-type", { user: name })}
                    value={typed}
                    change={change}
                    problem={problem}
                    isFirst
                />
                <Problem refusal={action.refusal} />
                <div className="secinfo-buttons">
                    <Button variant="danger" type="submit" isDisabled={action.isBusy}>
                        {words.say("admin-erase")}
                    </Button>
                    <Button variant="link" onClick={() => end("")}>
                        {words.say("page-cancel")}
                    </Button>
                </div>
            </Form>
        </AdminDialog>
    );
}
