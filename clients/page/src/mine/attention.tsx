/** What the user should know or do. */

import type { SecurityInfo } from "../bus/store";
import { Alert } from "../view/patternfly";
import { useMinute } from "../view/time";
import { useWords } from "../view/words";
import { limit } from "../words/times";

export function Attention({ info }: { info: SecurityInfo }) {
    const words = useWords();
    const now = useMinute();
    const { user, methods } = info;
    const lacks = (kind: string) => methods.every((method) => method.Kind !== kind);
    const lines: { variant: "danger" | "warning" | "info"; text: string }[] = [];
    if (user.LockedUntil > now) {
        lines.push({
            variant: "danger",
            text: words.say("attention-locked", { when: limit(words, user.LockedUntil, now) }),
        });
    }
    if (user.PushPausedUntil > now) {
        const when = limit(words, user.PushPausedUntil, now);
        lines.push({ variant: "danger", text: words.say("attention-push-paused", { when }) });
    }
    if (user.StillRequired > 0) {
        const count = user.StillRequired;
        lines.push({
            variant: "warning",
            text:
                user.GraceEnds > now
                    ? words.say("attention-required-by", { count, when: limit(words, user.GraceEnds, now) })
                    : words.say("attention-required-now", { count }),
        });
    }
    if (user.LackingForReset > 0) {
        lines.push({ variant: "info", text: words.say("attention-reset", { count: user.LackingForReset }) });
    }
    if (!lacks("authenticator-app") && lacks("recovery-codes") && info.policy.allowed.includes("recovery-codes")) {
        lines.push({ variant: "info", text: words.say("attention-codes") });
    }
    return (
        <div className="secinfo-attention">
            {lines.map(({ variant, text }) => (
                <Alert key={text} isInline variant={variant} component="p" title={text} />
            ))}
        </div>
    );
}
