/** The last step: what was added, what became of the default, and what goes well with it. */

import { useEffect, useState } from "react";
import { useAction } from "../view/action";
import { Buttons, Problem, Status, StepHeading } from "../view/parts";
import { Button } from "../view/patternfly";
import { useWords } from "../view/words";
import { kindInline, methodName } from "../words/describe";
import type { StepsProps } from "./steps";
import type { Enrolled } from "./enrollment";

export function Done({ steps, enrolled }: { steps: StepsProps; enrolled: Enrolled }) {
    const words = useWords();
    const { host, info, proof, kind, kinds, close, go } = steps;
    const keeping = useAction();
    const [isKept, setKept] = useState(false);
    // The page behind learns of it by a signal; this has to know it at once.
    useEffect(() => void host.store.reload(), [host.store]);
    const method = info.methods.find((one) => one.path === enrolled.method);
    const former = info.methods.find((one) => one.path === enrolled.formerDefault);
    const next = NEXT[kind];
    const lacks = next && kinds.open.includes(next) && info.methods.every((one) => one.Kind !== next);
    const keep = (path: string) =>
        void keeping.run(async () => {
            await proof.proved(() => host.bus.call(info.path, "User", "SetDefault", path));
            setKept(true);
        });
    return (
        <>
            <StepHeading>
                {words.say("done-added", { method: method ? methodName(words, method) : words.say(`kind-${kind}`) })}
            </StepHeading>
            <Status>
                {isKept && former && <p>{words.say("done-kept", { method: methodName(words, former) })}</p>}
                {!isKept && enrolled.becameDefault && (
                    <p>
                        {former
                            ? words.say("done-default-instead", { method: methodName(words, former) })
                            : words.say("done-default")}
                    </p>
                )}
                {kind === "security-key" && <p>{words.say("add-key-another")}</p>}
                {(kind === "email" || kind === "security-questions") && <p>{words.say("done-reset-only")}</p>}
            </Status>
            <Problem refusal={keeping.refusal} />
            <Buttons>
                <Button variant="primary" onClick={close}>
                    {words.say("page-done")}
                </Button>
                {enrolled.becameDefault && former && !isKept && (
                    <Button variant="secondary" isDisabled={keeping.isBusy} onClick={() => keep(former.path)}>
                        {words.say("done-keep", { method: methodName(words, former) })}
                    </Button>
                )}
                {lacks && (
                    <Button variant="link" onClick={() => go(next)}>
                        {words.say("done-next", { kind: kindInline(words, next) })}
                    </Button>
                )}
            </Buttons>
        </>
    );
}

/** What goes well with a kind. */
const NEXT: Record<string, string> = {
    "authenticator-app": "recovery-codes",
    push: "authenticator-app",
    "hardware-token": "recovery-codes",
    "security-key": "recovery-codes",
    text: "recovery-codes",
    call: "recovery-codes",
};
