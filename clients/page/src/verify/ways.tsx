/** The ways to prove who one is, to choose from. */

import type { Askable } from "../bus/session";
import { StepHeading } from "../view/parts";
import { Button } from "../view/patternfly";
import { useWords } from "../view/words";
import { methodName } from "../words/describe";

export function Ways({ ways, choose }: { ways: Askable[]; choose(way: Askable): void }) {
    const words = useWords();
    return (
        <>
            <StepHeading>{words.say("verify-choose")}</StepHeading>
            <ul className="secinfo-choices">
                {ways.map((way) => (
                    <li key={way.method}>
                        <Button variant="secondary" isBlock onClick={() => choose(way)}>
                            {methodName(words, { Kind: way.kind, Label: way.label, Hint: way.hint })}
                        </Button>
                    </li>
                ))}
            </ul>
        </>
    );
}
