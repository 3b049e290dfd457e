/** What stands below the list: whether a proof is fresh, and what to do when something is lost. */

import { useState } from "react";
import type { Host } from "../bus/host";
import { Refusal } from "../bus/errors";
import type { SecurityInfo } from "../bus/store";
import { Dialog } from "../view/dialog";
import { Button } from "../view/patternfly";
import type { Asking } from "../view/proof";
import { useSecondsUntil } from "../view/time";
import { useWords } from "../view/words";
import { hour } from "../words/times";

export function Foot({ host, info }: { host: Host; info: SecurityInfo }) {
    const words = useWords();
    const [asking, setAsking] = useState<Asking | null>(null);
    const left = useSecondsUntil(info.user.FreshProofUntil);
    const prove = () =>
        setAsking({
            why: new Refusal("FreshProofNeeded"),
            finish: () => {
                setAsking(null);
                void host.store.reload();
            },
        });
    const canProve = info.methods.some((method) => method.Purposes.includes("sign-in"));
    return (
        <div className="secinfo-foot">
            <details>
                <summary>{words.say("lost-title")}</summary>
                <p>{words.say("lost-text")}</p>
            </details>
            {canProve && (
                <p className="secinfo-subtle">
                    {left > 0
                        ? words.say("fresh-until", { when: hour(words, info.user.FreshProofUntil) })
                        : words.say("fresh-none")}{" "}
                    <Button variant="link" isInline onClick={prove}>
                        {words.say("fresh-prove")}
                    </Button>
                </p>
            )}
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
        </div>
    );
}
