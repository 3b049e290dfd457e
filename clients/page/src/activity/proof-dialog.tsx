/** The event behind a line, and that it is in the log: checked by the command, not by this page. */

import { useEffect, useState } from "react";
import { useAction } from "../view/action";
import { CopyButton } from "../view/copy";
import { Dialog } from "../view/dialog";
import type { OwnDialog } from "../view/own-dialog";
import { Buttons, Notice, Problem, Status } from "../view/parts";
import { Button, Spinner } from "../view/patternfly";
import { useProof } from "../view/proof";
import { useWords } from "../view/words";
import type { Entry } from "./entries";
import { inclusionOf, type Inclusion } from "./inclusion";
import { whatText } from "./line";

export function ProofDialog({ host, info, close, entry }: OwnDialog & { entry: Entry }) {
    const words = useWords();
    const proof = useProof();
    const reading = useAction();
    const [inclusion, setInclusion] = useState<Inclusion | null>(null);
    // null while it is not known.
    const [isProved, setProved] = useState<boolean | null>(null);
    const { run } = reading;
    useEffect(() => {
        void run(async () => {
            const [event, hashes, checkpoint] = await host.bus.call(info.path, "User", "GetActivityProof", entry.seq);
            setInclusion(inclusionOf(event, hashes, checkpoint));
        });
        let isThere = true;
        void verify(entry.seq).then((verified) => isThere && setProved(verified));
        return () => {
            isThere = false;
        };
    }, [run, host.bus, info.path, entry.seq]);
    const title = words.say("proof-title", { number: String(entry.seq) });
    return (
        <Dialog host={host} info={info} proof={proof} close={close} size="medium" title={title}>
            <p>{whatText(words, entry)}</p>
            <Problem refusal={reading.refusal} />
            <Status>
                {isProved === null && <Spinner size="md" aria-label={words.say("proof-checking")} />}
                {isProved === true && <Notice look="success" text={words.say("proof-right")} />}
                {isProved === false && <Notice look="danger" text={words.say("proof-wrong")} />}
            </Status>
            {inclusion && (
                <>
                    <Part title={words.say("proof-event")} text={inclusion.event} />
                    <Part title={words.say("proof-hashes")} text={inclusion.hashes.join("\n")} />
                    <Part title={words.say("proof-checkpoint")} text={inclusion.checkpoint} />
                    <CopyButton text={JSON.stringify(inclusion, null, 2)}>{words.say("proof-copy")}</CopyButton>
                </>
            )}
            <Buttons>
                <Button variant="primary" onClick={close}>
                    {words.say("page-close")}
                </Button>
            </Buttons>
        </Dialog>
    );
}

function Part({ title, text }: { title: string; text: string }) {
    return (
        <section aria-label={title}>
            <h2 className="secinfo-proof-title">{title}</h2>
            <pre className="secinfo-proof" tabIndex={0}>
                {text}
            </pre>
        </section>
    );
}

/** Has the command prove that a line is in the log; whether it did. */
async function verify(seq: number): Promise<boolean> {
    const before = String(seq + 1);
    const command = ["secinfo", "--json", "activity", "--verify", "--before", before, "--limit", "1"];
    try {
        const written = await cockpit.spawn(command, { err: "message", binary: true });
        const [line] = JSON.parse(new TextDecoder().decode(written));
        return line?.seq === seq && line.proved === true;
    } catch {
        return false;
    }
}
