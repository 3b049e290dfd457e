/** The channels that send codes and notices: how each is, and a test message through one. */

import { useEffect, useState, type FormEvent } from "react";
import { useAction } from "../view/action";
import { Field, Notice, Problem } from "../view/parts";
import { Button, Form, Label } from "../view/patternfly";
import { useMinute } from "../view/time";
import { useWords } from "../view/words";
import { kindName } from "../words/describe";
import { moment } from "../words/times";
import { whileVisible } from "./bell";
import { condition, listChannels, testChannel, type Channel, type Outcome } from "./channels";
import { AdminDialog, English, Facts, Reading, useLoaded, type TabProps } from "./shown";

/** How often channels are looked at, in milliseconds: nothing tells of what they do. */
const LOOK_AGAIN = 10_000;

const COLOURS: Record<string, "green" | "orange" | "red"> = {
    ready: "green",
    ill: "orange",
    starting: "orange",
    down: "red",
};

export function Channels({ access }: TabProps) {
    const words = useWords();
    const [tested, setTested] = useState<Channel | null>(null);
    const channels = useLoaded(() => listChannels(access.bus), [access]);
    const { reload } = channels;
    useEffect(() => whileVisible(reload, LOOK_AGAIN), []);
    return (
        <>
            <p>{words.say("admin-channels-text")}</p>
            <Reading of={channels}>
                {(list) =>
                    list.length === 0 ? (
                        <p>{words.say("admin-channels-none")}</p>
                    ) : (
                        <ul className="secinfo-methods">
                            {list.map((channel) => (
                                <ChannelLine
                                    key={channel.name}
                                    channel={channel}
                                    test={() => setTested(channel)}
                                />
                            ))}
                        </ul>
                    )
                }
            </Reading>
            {tested && (
                <TestDialog
                    access={access}
                    channel={tested}
                    close={() => {
                        setTested(null);
                        reload();
                    }}
                />
            )}
        </>
    );
}

function ChannelLine({ channel, test }: { channel: Channel; test(): void }) {
    const words = useWords();
    const at = useMinute();
    const how = condition(channel);
    const queue = words.say("admin-queue", { waiting: channel.queued, sending: channel.under_way });
    const error = channel.last_error ? (
        <>
            {channel.last_error_at > 0 && `${moment(words, channel.last_error_at, at)}: `}
            <English>{channel.last_error}</English>
        </>
    ) : (
        words.say("admin-no-error")
    );
    return (
        <li className="secinfo-line">
            <div>
                <div className="secinfo-labels">
                    <strong>{channel.name}</strong>
                    <Label isCompact color={COLOURS[how] ?? "grey"}>
                        {words.sayOr(`admin-channel-${how}`, how)}
                    </Label>
                </div>
                <Facts
                    facts={[
                        [words.say("admin-kind"), kindName(words, channel.kind)],
                        [words.say("admin-plugin"), `${channel.plugin} ${channel.version}`.trim()],
                        [words.say("admin-queue-title"), queue],
                        [words.say("admin-last-error"), error],
                        [words.say("admin-confined"), channel.confined.join(", ") || words.say("admin-not-confined")],
                    ]}
                />
            </div>
            <Button
                variant="secondary"
                aria-label={words.say("admin-test-title", { channel: channel.name })}
                onClick={test}
            >
                {words.say("admin-test")}
            </Button>
        </li>
    );
}

interface TestProps extends Pick<TabProps, "access"> {
    channel: Channel;
    close(): void;
}

function TestDialog({ access, channel, close }: TestProps) {
    const words = useWords();
    const action = useAction();
    const [destination, setDestination] = useState("");
    const [outcome, setOutcome] = useState<Outcome | null>(null);
    const send = (event: FormEvent) => {
        event.preventDefault();
        setOutcome(null);
        void action.run(async () => {
            setOutcome(await testChannel(access.bus, channel.name, destination.trim(), words.language));
        });
    };
    const isEmail = channel.kind === "email";
    return (
        <AdminDialog title={words.say("admin-test-title", { channel: channel.name })} close={close}>
            <Form onSubmit={send}>
                <p>{words.say("admin-test-text")}</p>
                <Field
                    id="admin-test-destination"
                    label={words.say(isEmail ? "admin-test-address" : "admin-test-number")}
                    value={destination}
                    change={setDestination}
                    type={isEmail ? "email" : "tel"}
                    inputMode={isEmail ? "email" : "tel"}
                    isFirst
                />
                <div role="status">{action.isBusy && words.say("admin-test-waiting")}</div>
                {outcome && <Told outcome={outcome} />}
                <Problem refusal={action.refusal} />
                <div className="secinfo-buttons">
                    <Button variant="primary" type="submit" isDisabled={action.isBusy}>
                        {words.say("admin-test-send")}
                    </Button>
                    <Button variant="link" onClick={close}>
                        {words.say("page-close")}
                    </Button>
                </div>
            </Form>
        </AdminDialog>
    );
}

function Told({ outcome: { state, problem } }: { outcome: Outcome }) {
    const words = useWords();
    const look = state === "failed" ? "danger" : state === "delivered" ? "success" : "info";
    return (
        <div role="status">
            <Notice
                look={look}
                text={words.sayOr(state === "waiting" ? "admin-test-waiting-still" : `admin-test-${state}`, state)}
            >
                {problem && <English>{problem}</English>}
            </Notice>
        </div>
    );
}
