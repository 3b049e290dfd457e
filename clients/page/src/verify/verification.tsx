/** Proves who one is, by a method that can be asked now. */

import { useCallback, useEffect, useRef, useState } from "react";
import type { Host } from "../bus/host";
import { isRefusal, refusalOf, type Refusal } from "../bus/errors";
import { Verification, type Askable, type Asked } from "../bus/session";
import type { SecurityInfo } from "../bus/store";
import type { ObjectPath } from "../bus/values";
import { Buttons, Problem, StepHeading, TimeLeft } from "../view/parts";
import { Button, Spinner } from "../view/patternfly";
import type { Asking } from "../view/proof";
import { useWords } from "../view/words";
import { methodName, refusalText } from "../words/describe";
import { ApprovalForm } from "./approval-form";
import { AssertionForm } from "./assertion-form";
import { CodeForm } from "./code-form";
import { Ways } from "./ways";
import { strongMethods } from "./choice";
import type { FormProps } from "./form";
import { availability } from "./webauthn";

type Shown =
    | { step: "starting" }
    /** It cannot begin, or has ended. */
    | { step: "stopped"; refusal: Refusal }
    | { step: "asking"; asked: Asked; refusal: Refusal | null }
    | { step: "choosing"; ways: Askable[]; refusal: Refusal | null };

export function VerificationPanel({ host, info, asking }: { host: Host; info: SecurityInfo; asking: Asking }) {
    const words = useWords();
    const [shown, setShown] = useState<Shown>({ step: "starting" });
    const session = useRef<Verification | null>(null);
    // Of what was begun last, if the panel is closed or begins again meanwhile.
    const run = useRef(0);

    const begin = useCallback(async () => {
        const own = ++run.current;
        session.current?.cancel();
        session.current = null;
        setShown({ step: "starting" });
        const forms = ["code", "approval", ...(availability() === "available" ? ["assertion"] : [])];
        const { method: only } = asking;
        const wanted = only ? [only.path] : takesStrong(asking.why) ? strongMethods(info.methods, forms) : [];
        try {
            const purpose = only?.Purposes[0] ?? "sign-in";
            const wish = { uid: info.user.Uid, purpose, forms, language: words.language };
            const verification = await startWith(wanted, (method) => Verification.start(host.bus, { ...wish, method }));
            if (own !== run.current) {
                verification.cancel();
                return;
            }
            session.current = verification;
            setShown({ step: "asking", asked: verification.asked, refusal: null });
        } catch (error) {
            const refusal = refusalOf(error);
            if (own === run.current) {
                // Without a method, the first refusal is the helpful one.
                setShown({ step: "stopped", refusal: isRefusal(refusal, "NoMethod") ? asking.why : refusal });
            }
        }
    }, [asking, host.bus, info, words]);
    // The security info is read anew while this goes on; that begins nothing anew.
    const latest = useRef(begin);
    latest.current = begin;
    useEffect(() => {
        void latest.current();
        return () => {
            run.current++;
            session.current?.cancel();
        };
    }, []);

    const guarded = async (action: (verification: Verification) => Promise<Shown>) => {
        const verification = session.current;
        const own = run.current;
        if (!verification) {
            return;
        }
        let next: Shown;
        try {
            next = await action(verification);
        } catch (error) {
            const refusal = refusalOf(error);
            next = endsSession(refusal)
                ? { step: "stopped", refusal }
                : { step: "choosing", ways: await verification.ways(), refusal };
        }
        if (own === run.current) {
            setShown(next);
        }
    };
    const choose = (refusal: Refusal | null = null) =>
        guarded(async (verification) => ({ step: "choosing", ways: await verification.ways(), refusal }));
    const ask = (way: Pick<Askable, "method">, refusal: Refusal | null = null) =>
        guarded(async (verification) => ({ step: "asking", asked: await verification.ask(way.method), refusal }));
    const giveUp = (
        <Button variant="link" onClick={() => asking.finish(false)}>
            {words.say("page-cancel")}
        </Button>
    );

    if (shown.step === "starting") {
        return <Spinner aria-label={words.say("verify-starting")} />;
    }
    if (shown.step === "stopped") {
        return (
            <>
                <Problem refusal={shown.refusal} />
                <Buttons>
                    {!isRefusal(shown.refusal, "AccessPassNeeded") && (
                        <Button variant="primary" onClick={() => void begin()} autoFocus>
                            {words.say("page-again")}
                        </Button>
                    )}
                    {giveUp}
                </Buttons>
            </>
        );
    }
    const lead = asking.method
        ? words.say("method-confirm")
        : takesStrong(asking.why)
          ? refusalText(words, asking.why)
          : words.say("verify-lead");
    if (shown.step === "choosing") {
        return (
            <>
                <Problem refusal={shown.refusal} />
                <Ways ways={shown.ways} choose={(way) => void ask(way)} />
                <Buttons>{giveUp}</Buttons>
            </>
        );
    }
    const { asked } = shown;
    const verification = session.current;
    if (!verification) {
        return null;
    }
    const named = { Kind: asked.kind, Label: asked.label, Hint: asked.hint };
    const form: FormProps = {
        verification,
        asked,
        done: () => asking.finish(true),
        over: (refusal) => setShown({ step: "stopped", refusal }),
        other: (refusal) =>
            asking.method && refusal ? setShown({ step: "stopped", refusal }) : void choose(refusal),
        anew: (refusal) => void ask(asked, refusal),
    };
    return (
        <>
            <p>{lead}</p>
            <StepHeading key={asked.method}>{methodName(words, named)}</StepHeading>
            <Problem refusal={shown.refusal} />
            <FormOf {...form} />
            <Buttons>
                {!asking.method && (
                    <Button variant="link" onClick={() => void choose()}>
                        {words.say("verify-other")}
                    </Button>
                )}
                {giveUp}
            </Buttons>
            <TimeLeft until={asked.expires} startAgain={() => void begin()} />
        </>
    );
}

function FormOf(form: FormProps) {
    const words = useWords();
    const { challenge, method } = form.asked;
    switch (challenge.form) {
        case "code":
            return <CodeForm key={method} {...form} challenge={challenge} />;
        case "approval":
            return <ApprovalForm key={method + challenge.number} {...form} challenge={challenge} />;
        case "assertion":
            return <AssertionForm key={method} {...form} challenge={challenge} />;
        default:
            return <p>{words.say("verify-unknown")}</p>;
    }
}

/** Begins with the first of these methods that is strong enough; with the default where there is none. */
async function startWith(
    wanted: readonly ObjectPath[],
    start: (method: ObjectPath | null) => Promise<Verification>,
): Promise<Verification> {
    const [first = null, ...others] = wanted;
    try {
        return await start(first);
    } catch (error) {
        if (others.length > 0 && isRefusal(error, "AccountLocked", "MethodLocked")) {
            return startWith(others, start);
        }
        throw error;
    }
}

/** Whether only a strong method is enough. */
function takesStrong(why: Refusal): boolean {
    return isRefusal(why, "StrongerProofNeeded", "AccountLocked");
}

/** Whether a verification is over after a refusal. */
function endsSession(refusal: Refusal): boolean {
    return isRefusal(refusal, "SessionExpired", "TooManyAttempts", "NotFound", "Unreachable", "ShuttingDown", "NoMethod");
}
