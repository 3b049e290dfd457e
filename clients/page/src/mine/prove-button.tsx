/** Proves who one is, without anything else to do. */

import { useState, type ReactNode } from "react";
import { Refusal } from "../bus/errors";
import type { Host } from "../bus/host";
import type { SecurityInfo } from "../bus/store";
import { Dialog } from "../view/dialog";
import { Button } from "../view/patternfly";
import type { Asking } from "../view/proof";
import { useWords } from "../view/words";

export interface ProveButtonProps {
    host: Host;
    info: SecurityInfo;
    /** The refusal that a proof would put right. */
    because: "FreshProofNeeded" | "AccountLocked";
    children: ReactNode;
}

export function ProveButton({ host, info, because, children }: ProveButtonProps) {
    const words = useWords();
    const [asking, setAsking] = useState<Asking | null>(null);
    const prove = () =>
        setAsking({
            why: new Refusal(because),
            finish: () => {
                setAsking(null);
                void host.store.reload();
            },
        });
    return (
        <>
            <Button variant="link" isInline onClick={prove}>
                {children}
            </Button>
            {asking && (
                <Dialog
                    host={host}
                    info={info}
                    title={words.say("verify-title")}
                    proof={{ asking, proved: (action) => action() }}
                    close={() => setAsking(null)}
                >
                    {null}
                </Dialog>
            )}
        </>
    );
}
