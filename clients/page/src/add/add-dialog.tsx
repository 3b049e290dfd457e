/** Adds a method: first the kind is chosen, then each kind has its own steps. */

import { useState, type ComponentType } from "react";
import { Dialog } from "../view/dialog";
import { Buttons, Notice } from "../view/parts";
import { Button } from "../view/patternfly";
import type { OwnDialog } from "../view/own-dialog";
import { useProof } from "../view/proof";
import { useWords } from "../view/words";
import { kindInline } from "../words/describe";
import { AuthenticatorApp } from "./authenticator-app";
import { Email, Phone } from "./delivered";
import { HardwareToken } from "./hardware-token";
import { KindChoice } from "./kind-choice";
import type { Kinds } from "./kinds";
import { Push } from "./push";
import { RecoveryCodes } from "./recovery-codes";
import { SecurityKey } from "./security-key";
import { SecurityQuestions } from "./security-questions";
import type { StepsProps } from "./steps";

/** The steps of each kind. */
const STEPS: Record<string, ComponentType<StepsProps>> = {
    "authenticator-app": AuthenticatorApp,
    "hardware-token": HardwareToken,
    push: Push,
    text: Phone,
    call: Phone,
    email: Email,
    "security-key": SecurityKey,
    "security-questions": SecurityQuestions,
    "recovery-codes": RecoveryCodes,
};

export function AddDialog({ kinds, first, ...own }: OwnDialog & { kinds: Kinds; first: string | null }) {
    const words = useWords();
    const proof = useProof();
    const [kind, setKind] = useState(first);
    const [isHeld, hold] = useState(false);
    const [isLeaving, setLeaving] = useState(false);
    const Steps = kind === null ? null : STEPS[kind];
    const close = () => {
        if (isHeld && !isLeaving) {
            setLeaving(true);
        } else {
            own.close();
        }
    };
    const title = kind === null ? words.say("add-title") : words.say("add-kind", { kind: kindInline(words, kind) });
    return (
        <Dialog host={own.host} info={own.info} proof={proof} close={close} title={title} size="medium">
            {isLeaving && (
                <Notice look="warning" text={words.say("codes-leave")}>
                    <Buttons>
                        <Button variant="warning" onClick={own.close}>
                            {words.say("codes-leave-yes")}
                        </Button>
                        <Button variant="link" onClick={() => setLeaving(false)}>
                            {words.say("page-back")}
                        </Button>
                    </Buttons>
                </Notice>
            )}
            {Steps && kind !== null ? (
                <Steps
                    key={kind}
                    {...own}
                    kind={kind}
                    kinds={kinds}
                    proof={proof}
                    back={() => setKind(null)}
                    go={setKind}
                    hold={(held) => {
                        hold(held);
                        setLeaving(false);
                    }}
                />
            ) : (
                <KindChoice kinds={kinds} methods={own.info.methods} known={Object.keys(STEPS)} choose={setKind} />
            )}
        </Dialog>
    );
}
