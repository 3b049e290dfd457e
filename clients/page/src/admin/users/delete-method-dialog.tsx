/** Deletes a method of a user at once. */

import type { Bus } from "../../bus/client";
import type { Method } from "../../bus/store";
import { useAction } from "../../view/action";
import { Problem } from "../../view/parts";
import { Button } from "../../view/patternfly";
import { useWords } from "../../view/words";
import { methodName } from "../../words/describe";
import { moment } from "../../words/times";
import { AdminDialog } from "../shown";

export interface DeleteMethodProps {
    bus: Bus;
    method: Method;
    name: string;
    /** Ends the dialog, and says what was done; nothing for nothing. */
    end(said: string): void;
}

export function DeleteMethodDialog({ bus, method, name, end }: DeleteMethodProps) {
    const words = useWords();
    const action = useAction();
    const called = methodName(words, method);
    const remove = () =>
        void action.run(async () => {
            const [isDeleted, due] = await bus.call(method.path, "Method", "Delete");
            const said = isDeleted ? "admin-deleted" : "admin-deletion-scheduled";
            end(words.say(said, { method: called, user: name, when: moment(words, due) }));
        });
    return (
        <AdminDialog title={words.say("admin-delete-title", { method: called })} close={() => end("")}>
            <p>{words.say("admin-delete-text", { user: name })}</p>
            <Problem refusal={action.refusal} />
            <div className="secinfo-buttons">
                <Button variant="danger" isDisabled={action.isBusy} onClick={remove}>
                    {words.say("admin-delete")}
                </Button>
                <Button variant="link" onClick={() => end("")}>
                    {words.say("page-cancel")}
                </Button>
            </div>
        </AdminDialog>
    );
}
