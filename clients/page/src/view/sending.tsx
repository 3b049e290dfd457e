/** A code that is sent: where it went, how far it has come, and sending another. */

import { useCallback, useEffect, useRef, useState } from "react";
import { isRefusal, refusalOf } from "../bus/errors";
import type { Delivery, SentCode, Session } from "../bus/session";
import { length, now } from "../words/times";
import { useAction, type Action } from "./action";
import { Button } from "./patternfly";
import { Problem, Status } from "./parts";
import { useSecondsUntil } from "./time";
import { useWords } from "./words";

/** How often the delivery is looked at, in milliseconds. */
const LOOK_AGAIN = 2000;

export interface Sending {
    newest: SentCode | null;
    delivery: Delivery | null;
    action: Action;
    send(): void;
}

/** Sends a code at once, and follows it. */
export function useSending(session: Session, isSent: boolean): Sending {
    const [newest, setNewest] = useState<SentCode | null>(null);
    const [delivery, setDelivery] = useState<Delivery | null>(null);
    const action = useAction();
    const { run } = action;
    const send = useCallback(() => {
        void run(async () => {
            const sent = await session.sendCode();
            setDelivery({ state: sent.state, problem: "" });
            setNewest(sent);
        });
    }, [run, session]);
    const begun = useRef<Session | null>(null);
    useEffect(() => {
        if (isSent && begun.current !== session) {
            begun.current = session;
            send();
        }
    }, [isSent, session, send]);
    const state = delivery?.state;
    useEffect(() => {
        if (state !== "waiting" && state !== "sent") {
            return undefined;
        }
        const timer = setInterval(() => {
            session.delivery().then(setDelivery, (error) => {
                // A session that is over says so when a code is submitted.
                if (!isRefusal(refusalOf(error), "NotFound", "SessionExpired", "Unreachable")) {
                    throw error;
                }
                clearInterval(timer);
            });
        }, LOOK_AGAIN);
        return () => clearInterval(timer);
    }, [session, state, newest]);
    return { newest, delivery, action, send };
}

export function SentCodeNote({ sending, kind, destination }: { sending: Sending; kind: string; destination: string }) {
    const words = useWords();
    const { newest, delivery, action, send } = sending;
    const wait = useSecondsUntil(newest?.resend_at ?? 0);
    const failed = delivery?.state === "failed";
    const problem = failed
        ? words.say("sent-failed", {
              problem: words.sayOr(`undelivered-${delivery.problem}`, words.say("undelivered-provider")),
          })
        : null;
    const by = words.sayOr(`kind-${kind}.by`, "");
    return (
        <div className="secinfo-sent">
            <Problem refusal={action.refusal} text={problem} />
            <Status>
                {action.isBusy && words.say("sent-sending", { destination })}
                {!action.isBusy && newest && !failed && (
                    <p>
                        {words.say("sent", {
                            state: delivery?.state ?? newest.state,
                            digits: newest.digits,
                            destination: newest.destination,
                            by,
                            length: length(words, newest.code_expires - now()),
                        })}
                    </p>
                )}
            </Status>
            <Button variant="link" isInline isDisabled={action.isBusy || wait > 0} onClick={send}>
                {wait > 0 ? words.say("sent-again-in", { count: wait }) : words.say("sent-again")}
            </Button>
        </div>
    );
}
