/** What the user should know or do. */

import type { Host } from "../bus/host";
import type { SecurityInfo } from "../bus/store";
import { Notice } from "../view/parts";
import { Button } from "../view/patternfly";
import { useMinute } from "../view/time";
import { useWords } from "../view/words";
import { limit, moment } from "../words/times";
import { ProveButton } from "./prove-button";

export interface AttentionProps {
    host: Host;
    info: SecurityInfo;
    /** Begins to add a method of a kind. */
    add(kind: string): void;
}

export function Attention({ host, info, add }: AttentionProps) {
    const words = useWords();
    const now = useMinute();
    const { user, methods } = info;
    const lacks = (kind: string) => methods.every((method) => method.Kind !== kind);
    const lines: { look: "danger" | "warning" | "info"; text: string; adds?: string }[] = [];
    if (user.LockedUntil > now) {
        lines.push({
            look: "danger",
            text: words.say("attention-locked", { when: limit(words, user.LockedUntil, now) }),
        });
    }
    if (user.PushPausedUntil > now) {
        const when = limit(words, user.PushPausedUntil, now);
        lines.push({ look: "danger", text: words.say("attention-push-paused", { when }) });
    }
    if (user.StillRequired > 0) {
        const count = user.StillRequired;
        lines.push({
            look: "warning",
            text:
                user.GraceEnds > now
                    ? words.say("attention-required-by", { count, when: limit(words, user.GraceEnds, now) })
                    : words.say("attention-required-now", { count }),
        });
    }
    if (user.LackingForReset > 0) {
        lines.push({ look: "info", text: words.say("attention-reset", { count: user.LackingForReset }) });
    }
    if (!lacks("authenticator-app") && lacks("recovery-codes") && info.policy.allowed.includes("recovery-codes")) {
        lines.push({ look: "info", text: words.say("attention-codes"), adds: "recovery-codes" });
    }
    return (
        <div className="secinfo-attention">
            {user.AccountLocked > 0 && (
                <Notice
                    look="danger"
                    text={words.say("attention-account-locked", {
                        when: moment(words, user.AccountLocked / 1000, now),
                    })}
                >
                    <ProveButton host={host} info={info} because="AccountLocked">
                        {words.say("attention-unlock")}
                    </ProveButton>
                </Notice>
            )}
            {lines.map(({ look, text, adds }) => (
                <Notice key={text} look={look} text={text}>
                    {adds && (
                        <Button variant="link" isInline onClick={() => add(adds)}>
                            {words.say("attention-codes-get")}
                        </Button>
                    )}
                </Notice>
            ))}
        </div>
    );
}
