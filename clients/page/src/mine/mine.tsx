/** One's own security info. */

import { useRef, useState } from "react";
import { AddDialog } from "../add/add-dialog";
import { useKinds } from "../add/kinds";
import type { Host } from "../bus/host";
import type { Method, SecurityInfo } from "../bus/store";
import { Status } from "../view/parts";
import { Button, EmptyState, EmptyStateBody, EmptyStateFooter, Title } from "../view/patternfly";
import { useWords } from "../view/words";
import { methodName } from "../words/describe";
import { Attention } from "./attention";
import { DefaultDialog } from "./default-dialog";
import { choices } from "./defaults";
import { DeleteDialog } from "./delete-dialog";
import { Foot } from "./foot";
import { MethodRow } from "./method-row";
import { RenameDialog } from "./rename-dialog";
import { ResynchronizeDialog } from "./resynchronize-dialog";
import type { RowAction } from "./state";

export interface MineProps {
    host: Host;
    info: SecurityInfo;
}

/** The dialog that is open. */
type Open =
    | { dialog: "add"; kind: string | null }
    | { dialog: "default" }
    | { dialog: Exclude<RowAction, "codes" | "keep">; method: Method };

export function Mine({ host, info }: MineProps) {
    const words = useWords();
    const [open, setOpen] = useState<Open | null>(null);
    const [said, setSaid] = useState("");
    const heading = useRef<HTMLHeadingElement>(null);
    const kinds = useKinds(host.bus, info);
    const { methods, user } = info;
    const preferred = methods.find((method) => method.path === user.DefaultMethod);
    const nothingAllowed = kinds !== null && kinds.open.length === 0;
    const shared = {
        host,
        info,
        close: () => {
            setOpen(null);
            void host.store.reload().then(() => {
                // What has opened the dialog may be gone: then the page begins at its heading.
                if (document.activeElement === document.body) {
                    heading.current?.focus();
                }
            });
        },
        say: setSaid,
    };
    const add = (
        <Button variant="primary" onClick={() => setOpen({ dialog: "add", kind: null })} isDisabled={nothingAllowed}>
            {words.say("list-add")}
        </Button>
    );
    return (
        <>
            <div className="secinfo-head">
                <Title headingLevel="h1" ref={heading} tabIndex={-1} className="secinfo-title">
                    {words.say("page-title")}
                </Title>
                {methods.length > 0 && add}
            </div>
            <Status>{said}</Status>
            <Attention host={host} info={info} add={(kind) => setOpen({ dialog: "add", kind })} />
            {nothingAllowed && <p>{words.say("list-nothing-allowed")}</p>}
            {methods.length === 0 ? (
                !nothingAllowed && (
                    <EmptyState titleText={words.say("list-empty")} headingLevel="h2">
                        <EmptyStateBody>{words.say("list-empty-text")}</EmptyStateBody>
                        <EmptyStateFooter>{add}</EmptyStateFooter>
                    </EmptyState>
                )
            ) : (
                <>
                    <p className="secinfo-default">
                        {preferred
                            ? words.say("list-default", { method: methodName(words, preferred) })
                            : words.say("list-no-default")}{" "}
                        {choices(info).some((method) => method !== preferred) && (
                            <Button
                                variant="link"
                                isInline
                                aria-label={words.say("default-title")}
                                onClick={() => setOpen({ dialog: "default" })}
                            >
                                {words.say("list-change-default")}
                            </Button>
                        )}
                    </p>
                    <ul className="secinfo-methods" aria-label={words.say("list-methods")}>
                        {methods.map((method) => (
                            <MethodRow
                                key={method.path}
                                method={method}
                                host={host}
                                info={info}
                                say={setSaid}
                                act={(action) =>
                                    setOpen(
                                        action === "codes"
                                            ? { dialog: "add", kind: "recovery-codes" }
                                            : { dialog: action, method },
                                    )
                                }
                            />
                        ))}
                    </ul>
                </>
            )}
            {methods.length > 0 && <Foot host={host} info={info} />}
            {open?.dialog === "add" && kinds && <AddDialog {...shared} kinds={kinds} first={open.kind} />}
            {open?.dialog === "default" && <DefaultDialog {...shared} />}
            {open?.dialog === "rename" && <RenameDialog {...shared} method={open.method} />}
            {open?.dialog === "delete" && <DeleteDialog {...shared} method={open.method} />}
            {open?.dialog === "resynchronize" && <ResynchronizeDialog {...shared} method={open.method} />}
        </>
    );
}
