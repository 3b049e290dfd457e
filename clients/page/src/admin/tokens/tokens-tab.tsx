/** The hardware tokens that wait for their users, importing more, and removing one. */

import { useState } from "react";
import { ROOT } from "../../bus/client";
import { useAction } from "../../view/action";
import { Problem, Status } from "../../view/parts";
import { Button } from "../../view/patternfly";
import { useWords } from "../../view/words";
import { AdminDialog, Cell, Head, Reading, Row, Table, useLoaded, type TabProps } from "../shown";
import { ImportDialog } from "./import-dialog";

type Open = { dialog: "import" } | { dialog: "remove"; serial: string };

export function Tokens({ access, bell }: TabProps) {
    const words = useWords();
    const [open, setOpen] = useState<Open | null>(null);
    const [said, setSaid] = useState("");
    const tokens = useLoaded(async () => (await access.bus.call(ROOT, "Tokens", "ListTokens"))[0], [access, bell]);
    const end = (text: string) => {
        setOpen(null);
        setSaid(text);
        tokens.reload();
    };
    const [serial, maker, model, mode] = [
        words.say("admin-token-serial"),
        words.say("admin-token-maker"),
        words.say("admin-token-model"),
        words.say("admin-token-mode"),
    ];
    return (
        <>
            <div className="secinfo-head">
                <p>{words.say("admin-tokens-text")}</p>
                <Button variant="primary" onClick={() => setOpen({ dialog: "import" })}>
                    {words.say("admin-tokens-import")}
                </Button>
            </div>
            <Status>{said}</Status>
            <Reading of={tokens}>
                {(list) =>
                    list.length === 0 ? (
                        <p>{words.say("admin-tokens-none")}</p>
                    ) : (
                        <Table
                            label={words.say("admin-tokens-waiting")}
                            columns={[serial, maker, model, mode, words.say("admin-actions")]}
                        >
                            {list.map(([number, manufacturer, name, made]) => (
                                <Row key={number}>
                                    <Head>{number}</Head>
                                    <Cell of={maker}>{manufacturer}</Cell>
                                    <Cell of={model}>{name}</Cell>
                                    <Cell of={mode}>{words.sayOr(`admin-mode-${made}`, made)}</Cell>
                                    <Cell of={words.say("admin-actions")}>
                                        <Button
                                            variant="link"
                                            isInline
                                            isDanger
                                            aria-label={words.say("admin-token-remove-title", { serial: number })}
                                            onClick={() => setOpen({ dialog: "remove", serial: number })}
                                        >
                                            {words.say("admin-token-remove")}
                                        </Button>
                                    </Cell>
                                </Row>
                            ))}
                        </Table>
                    )
                }
            </Reading>
            {open?.dialog === "import" && <ImportDialog access={access} end={end} />}
            {open?.dialog === "remove" && <RemoveDialog access={access} serial={open.serial} end={end} />}
        </>
    );
}

interface RemoveProps extends Pick<TabProps, "access"> {
    serial: string;
    end(said: string): void;
}

function RemoveDialog({ access, serial, end }: RemoveProps) {
    const words = useWords();
    const action = useAction();
    const remove = () =>
        void action.run(async () => {
            await access.bus.call(ROOT, "Tokens", "RemoveToken", serial);
            end(words.say("admin-token-removed", { serial }));
        });
    return (
        <AdminDialog title={words.say("admin-token-remove-title", { serial })} close={() => end("")}>
            <p>{words.say("admin-token-remove-text")}</p>
            <Problem refusal={action.refusal} />
            <div className="secinfo-buttons">
                <Button variant="danger" isDisabled={action.isBusy} onClick={remove}>
                    {words.say("admin-token-remove")}
                </Button>
                <Button variant="link" onClick={() => end("")}>
                    {words.say("page-cancel")}
                </Button>
            </div>
        </AdminDialog>
    );
}
