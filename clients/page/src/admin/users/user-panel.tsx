/** One user, and what an administrator can do for them. */

import { useEffect, useState, useSyncExternalStore } from "react";
import { Store, type Method, type SecurityInfo } from "../../bus/store";
import { useAction } from "../../view/action";
import { Problem, Status, StepHeading } from "../../view/parts";
import { Button, Label, Spinner, Title } from "../../view/patternfly";
import { useMinute } from "../../view/time";
import { useWords } from "../../view/words";
import { methodName, refusalText } from "../../words/describe";
import { day, limit, moment } from "../../words/times";
import type { Access } from "../../access/access";
import { Facts } from "../shown";
import { AccessPassDialog } from "./access-pass-dialog";
import { DeleteMethodDialog } from "./delete-method-dialog";
import { EraseDialog } from "./erase-dialog";

export interface UserPanelProps {
    access: Access;
    uid: number;
    name: string;
    bell: number;
    close(): void;
    /** Says that something was changed. */
    changed(): void;
}

type Open = { dialog: "pass" } | { dialog: "erase" } | { dialog: "delete"; method: Method };

export function UserPanel({ access, uid, name, bell, close, changed }: UserPanelProps) {
    const words = useWords();
    const [store] = useState(() => new Store(access.bus, uid));
    const state = useSyncExternalStore(store.subscribe, () => store.state);
    const [open, setOpen] = useState<Open | null>(null);
    const [said, setSaid] = useState("");
    useEffect(() => void store.reload(), [store, bell]);
    const end = (text: string) => {
        setOpen(null);
        if (text) {
            setSaid(text);
        }
        void store.reload();
        changed();
    };
    return (
        <section className="secinfo-panel" aria-label={words.say("admin-user-panel", { user: name })}>
            <div className="secinfo-head">
                <StepHeading>{name}</StepHeading>
                <Button variant="link" onClick={close}>
                    {words.say("page-close")}
                </Button>
            </div>
            <Status>{said}</Status>
            {state.stage === "loading" && <Spinner aria-label={words.say("admin-reading")} />}
            {state.stage === "away" && <Problem text={words.say("page-away-text")} />}
            {state.stage === "failed" && <Problem text={refusalText(words, state.refusal)} />}
            {state.stage === "ready" && (
                <Info access={access} info={state.info} name={name} open={setOpen} end={end} />
            )}
            {open?.dialog === "pass" && state.stage === "ready" && (
                <AccessPassDialog bus={access.bus} path={state.info.path} name={name} end={end} />
            )}
            {open?.dialog === "erase" && state.stage === "ready" && (
                <EraseDialog bus={access.bus} path={state.info.path} name={name} end={end} />
            )}
            {open?.dialog === "delete" && (
                <DeleteMethodDialog bus={access.bus} method={open.method} name={name} end={end} />
            )}
        </section>
    );
}

interface InfoProps {
    access: Access;
    info: SecurityInfo;
    name: string;
    open(dialog: Open): void;
    end(said: string): void;
}

function Info({ access, info, name, open, end }: InfoProps) {
    const words = useWords();
    const at = useMinute();
    const action = useAction();
    const { user, methods } = info;
    const until = (time: number) => words.say("admin-until", { when: limit(words, time, at) });
    const facts: [string, string][] = [
        [words.say("admin-uid"), String(user.Uid)],
        [
            words.say("admin-state"),
            isLocked(info, at) ? words.say("admin-wanted-locked") : words.say("admin-wanted-ok"),
        ],
    ];
    if (user.LockedUntil > at) {
        facts.push([words.say("admin-waits"), until(user.LockedUntil)]);
    }
    if (user.PushPausedUntil > at) {
        facts.push([words.say("admin-push-paused"), until(user.PushPausedUntil)]);
    }
    const accountLocked = accountLockedSince(info);
    if (accountLocked > 0) {
        facts.push([words.say("admin-account-locked"), moment(words, accountLocked, at)]);
    }
    if (user.StillRequired > 0) {
        const by = user.GraceEnds > 0 ? limit(words, user.GraceEnds, at) : "none";
        facts.push([
            words.say("admin-still-required"),
            words.say("admin-still-required-by", { count: user.StillRequired, by }),
        ]);
    }
    const unlock = () =>
        void action.run(async () => {
            await access.bus.call(info.path, "User", "Unlock");
            end(words.say("admin-unlocked", { user: name }));
        });
    const pass = methods.find((method) => method.Kind === "access-pass");
    const revoke = () =>
        void action.run(async () => {
            await access.bus.call(info.path, "User", "RevokeAccessPass");
            end(words.say("access-pass-revoked", { user: name }));
        });
    const mayManage = access.may("manage-users");
    return (
        <>
            <Facts facts={facts} />
            <Problem refusal={action.refusal} />
            <div className="secinfo-buttons">
                {access.may("unlock-users") && (
                    <Button variant="secondary" isDisabled={action.isBusy} onClick={unlock}>
                        {words.say("admin-unlock")}
                    </Button>
                )}
                {mayManage && (
                    <Button variant="secondary" onClick={() => open({ dialog: "pass" })}>
                        {words.say("admin-pass-issue")}
                    </Button>
                )}
                {mayManage && pass && (
                    <Button variant="secondary" isDisabled={action.isBusy} onClick={revoke}>
                        {words.say("admin-pass-revoke")}
                    </Button>
                )}
            </div>
            <Title headingLevel="h3" className="secinfo-part">
                {words.say("admin-methods")}
            </Title>
            {methods.length === 0 && <p>{words.say("admin-no-method")}</p>}
            <ul className="secinfo-methods">
                {methods.map((method) => (
                    <MethodLine
                        key={method.path}
                        access={access}
                        method={method}
                        at={at}
                        remove={() => open({ dialog: "delete", method })}
                        end={end}
                    />
                ))}
            </ul>
            {mayManage && (
                <div className="secinfo-part">
                    <Button variant="danger" onClick={() => open({ dialog: "erase" })}>
                        {words.say("admin-erase")}
                    </Button>
                </div>
            )}
        </>
    );
}

interface MethodLineProps {
    access: Access;
    method: Method;
    at: number;
    remove(): void;
    end(said: string): void;
}

function MethodLine({ access, method, at, remove, end }: MethodLineProps) {
    const words = useWords();
    const action = useAction();
    const name = methodName(words, method);
    const keep = () =>
        void action.run(async () => {
            await access.bus.call(method.path, "Method", "CancelDeletion");
            end(words.say("admin-kept", { method: name }));
        });
    const facts = [
        words.say("admin-added", { when: day(words, method.Created, at) }),
        words.say("admin-used", { when: day(words, method.LastUsed, at) }),
    ];
    if (method.Kind === "recovery-codes") {
        facts.push(words.say("admin-left", { count: method.Remaining }));
    }
    if (method.Begins > at) {
        facts.push(words.say("admin-begins", { when: limit(words, method.Begins, at) }));
    }
    if (method.Expires > 0) {
        facts.push(words.say("admin-expires", { when: limit(words, method.Expires, at) }));
    }
    return (
        <li className="secinfo-line" data-kind={method.Kind}>
            <div>
                <div className="secinfo-labels">
                    <strong>{name}</strong>
                    {method.IsDefault && <Label isCompact>{words.say("list-is-default")}</Label>}
                    {method.LockedUntil > at && (
                        <Label isCompact color="red">
                            {words.say("admin-locked-until", { when: limit(words, method.LockedUntil, at) })}
                        </Label>
                    )}
                    {!method.IsAllowed && (
                        <Label isCompact color="orange">
                            {words.say("admin-not-allowed")}
                        </Label>
                    )}
                    {method.MayBeCopied && (
                        <Label isCompact color="red">
                            {words.say("admin-may-be-copied")}
                        </Label>
                    )}
                    {method.DeletionDue > 0 && (
                        <Label isCompact color="orange">
                            {words.say("admin-deletion-due", { when: limit(words, method.DeletionDue, at) })}
                        </Label>
                    )}
                </div>
                <div className="secinfo-subtle">{facts.join(" · ")}</div>
                <Problem refusal={action.refusal} />
            </div>
            {access.may("manage-users") && (
                <div className="secinfo-buttons">
                    {method.DeletionDue > 0 && (
                        <Button variant="link" isInline isDisabled={action.isBusy} onClick={keep}>
                            {words.say("admin-keep")}
                        </Button>
                    )}
                    <Button
                        variant="link"
                        isInline
                        isDanger
                        aria-label={words.say("admin-delete-title", { method: name })}
                        onClick={remove}
                    >
                        {words.say("admin-delete")}
                    </Button>
                </div>
            )}
        </li>
    );
}

/** Whether wrong codes, or the user, have locked anything. */
function isLocked(info: SecurityInfo, at: number): boolean {
    const { user, methods } = info;
    return (
        user.LockedUntil > at ||
        accountLockedSince(info) > 0 ||
        methods.some((method) => method.LockedUntil > at)
    );
}

/** Since when the user has had the account locked, in seconds since 1970; 0 for not at all. */
function accountLockedSince({ user }: SecurityInfo): number {
    return Math.floor(user.AccountLocked / 1000);
}
