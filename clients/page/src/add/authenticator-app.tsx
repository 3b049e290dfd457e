/** An authenticator app: get one, scan the code or enter the key, and prove that it works. */

import { useState } from "react";
import { CopyButton } from "../view/copy";
import { Buttons, StepHeading, TimeLeft } from "../view/parts";
import { Button } from "../view/patternfly";
import { QrCode } from "../view/qr-code";
import { useWords } from "../view/words";
import type { Details } from "../bus/session";
import type { Words } from "../words/words";
import type { StepsProps } from "./steps";
import { Done } from "./done";
import { CodeStep, useEnrollment, type Enrolled } from "./enrollment";
import { NameStep } from "./name-step";

export function AuthenticatorApp(steps: StepsProps) {
    const words = useWords();
    const { enrollment, starting, start, reset } = useEnrollment(steps);
    const [isScanned, setScanned] = useState(false);
    const [label, setLabel] = useState("");
    const [enrolled, setEnrolled] = useState<Enrolled | null>(null);
    if (enrolled) {
        return <Done steps={steps} enrolled={enrolled} />;
    }
    const begin = () => {
        setScanned(false);
        void start({ label: label.trim() || undefined, forms: ["code"] });
    };
    if (!enrollment) {
        return (
            <NameStep
                title={words.say("app-get")}
                text={words.say("app-get-text")}
                hint={words.say("add-name-hint-app")}
                {...{ label, setLabel, starting }}
                begin={begin}
                back={steps.back}
            />
        );
    }
    const { details } = enrollment;
    if (isScanned) {
        return (
            <>
                <StepHeading>{words.say("app-test")}</StepHeading>
                <p>{words.say("app-test-text")}</p>
                <CodeStep steps={steps} enrollment={enrollment} done={setEnrolled} startAgain={reset}>
                    <Button variant="link" onClick={() => setScanned(false)}>
                        {words.say("page-back")}
                    </Button>
                </CodeStep>
            </>
        );
    }
    const digits = enrollment.challenge.form === "code" ? enrollment.challenge.digits : 6;
    return (
        <>
            <StepHeading>{words.say("app-scan")}</StepHeading>
            <p>{words.say("app-scan-text")}</p>
            <div className="secinfo-scan">
                <QrCode text={details.uri ?? ""} />
                <Account words={words} details={details} digits={digits} />
            </div>
            <Buttons>
                <Button variant="primary" onClick={() => setScanned(true)}>
                    {words.say("page-continue")}
                </Button>
                <Button variant="link" onClick={steps.back}>
                    {words.say("add-other")}
                </Button>
            </Buttons>
            <TimeLeft until={details.expires} startAgain={begin} />
        </>
    );
}

/** What is typed into an app that cannot see the picture. */
function Account({ words, details, digits }: { words: Words; details: Details; digits: number }) {
    const key = details.key ?? "";
    const isUsual = digits === 6 && details.period === 30 && /^SHA-?1$/i.test(details.algorithm ?? "SHA1");
    return (
        <div>
            <dl className="secinfo-account">
                <dt>{words.say("app-issuer")}</dt>
                <dd>{details.issuer}</dd>
                <dt>{words.say("app-account")}</dt>
                <dd>{details.account}</dd>
                <dt>{words.say("app-key")}</dt>
                <dd className="secinfo-mono" data-secret>
                    {key}
                </dd>
                {!isUsual && (
                    <>
                        <dt>{words.say("app-codes")}</dt>
                        <dd>
                            {words.say("app-parameters", {
                                digits,
                                period: details.period ?? 30,
                                algorithm: details.algorithm ?? "SHA1",
                            })}
                        </dd>
                    </>
                )}
            </dl>
            <CopyButton text={key.replace(/ /g, "")}>{words.say("app-copy-key")}</CopyButton>
            <CopyButton text={details.uri ?? ""}>{words.say("app-copy-link")}</CopyButton>
        </div>
    );
}
