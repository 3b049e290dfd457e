/** One's own security info. */

import { Title } from "@patternfly/react-core/dist/esm/components/Title";
import type { Host } from "../app";
import type { SecurityInfo } from "../bus/store";
import { useWords } from "../view/words";
import { methodName } from "../words/describe";
import { MethodRow } from "./method-row";

export interface MineProps extends Host {
    info: SecurityInfo;
}

export function Mine({ info }: MineProps) {
    const words = useWords();
    const preferred = info.methods.find((method) => method.path === info.user.DefaultMethod);
    return (
        <>
            <Title headingLevel="h1">{words.say("page-title")}</Title>
            <p className="secinfo-default">
                {preferred
                    ? words.say("list-default", { method: methodName(words, preferred) })
                    : words.say("list-no-default")}
            </p>
            <ul className="secinfo-methods" aria-label={words.say("list-methods")}>
                {info.methods.map((method) => (
                    <MethodRow key={method.path} method={method} />
                ))}
            </ul>
        </>
    );
}
