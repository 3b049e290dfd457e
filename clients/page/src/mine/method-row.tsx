/** One method in the list: what it is, what it serves, how it stands, and what can be done with it. */

import EllipsisVIcon from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon";
import { useRef, useState } from "react";
import type { Host } from "../bus/host";
import type { Method, SecurityInfo } from "../bus/store";
import { useAction } from "../view/action";
import { Problem } from "../view/parts";
import { Button, Dropdown, DropdownItem, DropdownList, Label, MenuToggle } from "../view/patternfly";
import { useMinute } from "../view/time";
import { useWords } from "../view/words";
import { hintText, kindName, methodName, ownLabel } from "../words/describe";
import { day, hour } from "../words/times";
import { ConfirmButton } from "./confirm-button";
import { actionsOf, isToConfirm, remarks, type RowAction } from "./state";

export interface MethodRowProps {
    host: Host;
    info: SecurityInfo;
    method: Method;
    act(action: Exclude<RowAction, "keep">): void;
    say(text: string): void;
}

export function MethodRow({ host, info, method, act, say }: MethodRowProps) {
    const words = useWords();
    const now = useMinute();
    const [isOpen, setOpen] = useState(false);
    const toggle = useRef<HTMLButtonElement>(null);
    const keeping = useAction();
    const name = methodName(words, method);
    const label = ownLabel(method);
    const hint = hintText(words, method.Hint);
    const purposes = method.Purposes.map((purpose) => words.sayOr(`list-serves-${purpose}`, purpose));
    const keep = () =>
        void keeping.run(async () => {
            await host.bus.call(method.path, "Method", "CancelDeletion");
            say(words.say("delete-cancelled", { method: name }));
            await host.store.reload();
        });
    const used = day(words, method.LastUsed, now);
    const actions = actionsOf(method);
    return (
        <li className="secinfo-method" data-kind={method.Kind}>
            <div className="secinfo-method-name">
                <div>
                    <strong>{label ? words.say("method-quoted", { label }) : kindName(words, method.Kind)}</strong>{" "}
                    {method.IsDefault && (
                        <Label isCompact color="blue">
                            {words.say("list-is-default")}
                        </Label>
                    )}
                </div>
                {(label || hint) && (
                    <div className="secinfo-subtle">
                        {[label ? kindName(words, method.Kind) : "", hint].filter(Boolean).join(" · ")}
                    </div>
                )}
                {remarks(words, method, now).map(({ look, text }) => (
                    <div key={text} className={`secinfo-remark secinfo-${look}`}>
                        {text}
                    </div>
                ))}
                {method.DeletionDue !== 0 && (
                    <Button variant="secondary" size="sm" isDisabled={keeping.isBusy} onClick={keep}>
                        {words.say("method-keep")}
                    </Button>
                )}
                {isToConfirm(method, now) && (
                    <ConfirmButton
                        host={host}
                        info={info}
                        method={method}
                        done={() => say(words.say("method-confirmed", { method: name }))}
                    />
                )}
                {method.Kind === "recovery-codes" && (
                    <Button variant="secondary" size="sm" onClick={() => act("codes")}>
                        {words.say("method-new-codes")}
                    </Button>
                )}
                <Problem refusal={keeping.refusal} />
            </div>
            <dl className="secinfo-method-facts">
                <div>
                    <dt>{words.say("list-serves")}</dt>
                    <dd>{purposes.join(", ") || words.say("list-serves-nothing")}</dd>
                </div>
                <div>
                    <dt>{words.say("list-added")}</dt>
                    <dd>{day(words, method.Created, now)}</dd>
                </div>
                <div>
                    <dt>{words.say("list-used")}</dt>
                    <dd>
                        {used === words.say("time-today")
                            ? words.say("list-used-today", { hour: hour(words, method.LastUsed) })
                            : used}
                    </dd>
                </div>
            </dl>
            <Dropdown
                isOpen={isOpen}
                onSelect={() => setOpen(false)}
                onOpenChange={setOpen}
                popperProps={{ position: "right", appendTo: "inline" }}
                toggle={{
                    toggleRef: toggle,
                    toggleNode: (
                        <MenuToggle
                            ref={toggle}
                            variant="plain"
                            isExpanded={isOpen}
                            onClick={() => setOpen(!isOpen)}
                            aria-label={words.say("list-actions", { method: name })}
                            icon={<EllipsisVIcon />}
                        />
                    ),
                }}
            >
                <DropdownList>
                    {actions.map((action) => (
                        <DropdownItem
                            key={action}
                            isDanger={action === "delete"}
                            onClick={() => {
                                // The menu goes away with its item: the dialog gives the focus back to the button.
                                toggle.current?.focus();
                                if (action === "keep") {
                                    keep();
                                } else {
                                    act(action);
                                }
                            }}
                        >
                            {words.say(`action-${action}`)}
                        </DropdownItem>
                    ))}
                </DropdownList>
            </Dropdown>
        </li>
    );
}
