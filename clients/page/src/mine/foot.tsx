/** What stands below the list: whether a proof is fresh, and what to do when something is lost. */

import type { Host } from "../bus/host";
import type { SecurityInfo } from "../bus/store";
import { useSecondsUntil } from "../view/time";
import { useWords } from "../view/words";
import { hour } from "../words/times";
import { ProveButton } from "./prove-button";

export function Foot({ host, info }: { host: Host; info: SecurityInfo }) {
    const words = useWords();
    const left = useSecondsUntil(info.user.FreshProofUntil);
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
                    <ProveButton host={host} info={info} because="FreshProofNeeded">
                        {words.say("fresh-prove")}
                    </ProveButton>
                </p>
            )}
        </div>
    );
}
