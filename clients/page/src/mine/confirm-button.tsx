/** Has a code confirm that a phone number or an address is still the user's. */

import { useState } from "react";
import { Refusal } from "../bus/errors";
import type { Host } from "../bus/host";
import type { Method, SecurityInfo } from "../bus/store";
import { Frame } from "../view/frame";
import { Button } from "../view/patternfly";
import { useWords } from "../view/words";
import { methodName } from "../words/describe";
import { VerificationPanel } from "../verify/verification";

export interface ConfirmButtonProps {
    host: Host;
    info: SecurityInfo;
    method: Method;
    /** Is called when it is confirmed. */
    done(): void;
}

export function ConfirmButton({ host, info, method, done }: ConfirmButtonProps) {
    const words = useWords();
    const [isOpen, setOpen] = useState(false);
    const finish = (isProved: boolean) => {
        setOpen(false);
        if (isProved) {
            done();
            void host.store.reload();
        }
    };
    return (
        <>
            <Button variant="secondary" size="sm" onClick={() => setOpen(true)}>
                {words.say("method-confirm-now")}
            </Button>
            {isOpen && (
                <Frame title={methodName(words, method)} close={() => finish(false)} size="small">
                    <VerificationPanel
                        host={host}
                        info={info}
                        asking={{ why: new Refusal("FreshProofNeeded"), method, finish }}
                    />
                </Frame>
            )}
        </>
    );
}
