/** One method in the list: what it is, what it serves, and how it stands. */

import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import type { Method } from "../bus/store";
import { useWords } from "../view/words";
import { methodName } from "../words/describe";
import { day } from "../words/times";

export function MethodRow({ method }: { method: Method }) {
    const words = useWords();
    const purposes = method.Purposes.map((purpose) => words.sayOr(`list-serves-${purpose}`, purpose));
    return (
        <li className="secinfo-method" data-kind={method.Kind}>
            <div className="secinfo-method-name">
                <strong>{methodName(words, method)}</strong>
                {method.IsDefault && <Label isCompact>{words.say("list-is-default")}</Label>}
            </div>
            <dl className="secinfo-method-facts">
                <div>
                    <dt>{words.say("list-serves")}</dt>
                    <dd>{purposes.join(", ") || words.say("list-serves-nothing")}</dd>
                </div>
                <div>
                    <dt>{words.say("list-added")}</dt>
                    <dd>{day(words, method.Created)}</dd>
                </div>
                <div>
                    <dt>{words.say("list-used")}</dt>
                    <dd>{day(words, method.LastUsed)}</dd>
                </div>
            </dl>
        </li>
    );
}
