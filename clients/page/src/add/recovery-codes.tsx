/** Recovery codes: shown this once, to be copied, kept in a file or printed. */

import { useEffect, useState } from "react";
import { useAction } from "../view/action";
import { CopyButton } from "../view/copy";
import { Buttons, Notice, Problem, Status, StepHeading } from "../view/parts";
import { Button, Checkbox } from "../view/patternfly";
import { useWords } from "../view/words";
import type { StepsProps } from "./steps";

export function RecoveryCodes(steps: StepsProps) {
    const words = useWords();
    const { host, info, proof, close, hold } = steps;
    const issuing = useAction();
    const [codes, setCodes] = useState<string[] | null>(null);
    const former = info.methods.find((method) => method.Kind === "recovery-codes");
    const call = async () => {
        // From here on former codes may be void, and the new ones are shown once.
        hold(true);
        try {
            return await host.bus.call(info.path, "User", "IssueRecoveryCodes");
        } catch (error) {
            hold(false);
            throw error;
        }
    };
    const issue = () =>
        void issuing.run(async () => {
            const [issued] = await proof.proved(call);
            setCodes(issued);
        });
    if (codes) {
        const finish = () => {
            setCodes(null);
            close();
        };
        return <Codes steps={steps} codes={codes} finish={finish} />;
    }
    return (
        <>
            <StepHeading>{words.say("codes-title")}</StepHeading>
            <p>{words.say("codes-text")}</p>
            {former && <Notice look="warning" text={words.say("codes-former", { count: former.Remaining })} />}
            <Problem refusal={issuing.refusal} />
            <Buttons>
                <Button variant="primary" isLoading={issuing.isBusy} isDisabled={issuing.isBusy} onClick={issue}>
                    {words.say("codes-issue")}
                </Button>
                <Button variant="link" onClick={steps.back}>
                    {words.say("add-other")}
                </Button>
            </Buttons>
        </>
    );
}

function Codes({ steps, codes, finish }: { steps: StepsProps; codes: string[]; finish(): void }) {
    const words = useWords();
    const { user } = steps.info;
    const [isKept, setKept] = useState(false);
    const [said, setSaid] = useState("");
    const hostName = useHostName();
    const heading = words.say("codes-heading", { user: user.Name, host: hostName });
    const numbered = codes.map((code, index) => `${index + 1}. ${code}`).join("\n");
    const download = () => {
        const url = URL.createObjectURL(new Blob([`${heading}\n\n${numbered}\n`], { type: "text/plain" }));
        const link = document.createElement("a");
        link.href = url;
        link.download = `${hostName}-${user.Name}-recovery-codes.txt`.replace(/[^\w.@-]+/g, "_");
        link.click();
        URL.revokeObjectURL(url);
        setSaid(words.say("codes-downloaded"));
    };
    const print = () => {
        window.print();
        setSaid(words.say("codes-printed"));
    };
    return (
        <>
            <StepHeading>{words.say("codes-shown")}</StepHeading>
            <p>{words.say("codes-shown-text")}</p>
            <div className="secinfo-print">
                <p className="secinfo-print-heading">{heading}</p>
                <ol className="secinfo-codes" data-secret>
                    {codes.map((code) => (
                        <li key={code}>{code}</li>
                    ))}
                </ol>
            </div>
            <div className="secinfo-keep">
                <CopyButton text={codes.join("\n")}>{words.say("codes-copy")}</CopyButton>
                <Button variant="secondary" size="sm" onClick={download}>
                    {words.say("codes-download")}
                </Button>
                <Button variant="secondary" size="sm" onClick={print}>
                    {words.say("codes-print")}
                </Button>
                <Status>{said}</Status>
            </div>
            <Checkbox
                id="secinfo-kept"
                label={words.say("codes-kept")}
                isChecked={isKept}
                onChange={(_event, isChecked) => setKept(isChecked)}
            />
            <Buttons>
                <Button variant="primary" isDisabled={!isKept} onClick={finish}>
                    {words.say("page-done")}
                </Button>
            </Buttons>
        </>
    );
}

/** The name of the host that the codes are for. */
function useHostName(): string {
    const [name, setName] = useState(window.location.hostname);
    useEffect(() => {
        cockpit
            .file("/etc/hostname")
            .read()
            .then(
                (text) => setName(text?.trim() || window.location.hostname),
                () => undefined,
            );
    }, []);
    return name;
}
