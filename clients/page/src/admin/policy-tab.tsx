/** Policy, as it applies to one user at one service: to be read here, and to be changed in config.toml. */

import { useState, type FormEvent } from "react";
import { ROOT, type Bus } from "../bus/client";
import type { Policy } from "../bus/store";
import { plain } from "../bus/values";
import { useAction } from "../view/action";
import { Field, Problem } from "../view/parts";
import { Button, Form, Title } from "../view/patternfly";
import { useWords } from "../view/words";
import { kindName } from "../words/describe";
import { length } from "../words/times";
import { Facts, type TabProps } from "./shown";
import { uidOf } from "./users/find";

/** Policy, and the sections of config.toml that it comes from. */
type Applied = Policy & { sections: string[] };

/** Policy for a user of this name; null where there is none. */
export async function policyOf(bus: Bus, user: string, service: string): Promise<Applied | null> {
    const uid = await uidOf(bus, user);
    if (uid === null) {
        return null;
    }
    const [policy] = await bus.call(ROOT, "Manager", "GetPolicy", uid, service);
    return plain(policy) as unknown as Applied;
}

export function PolicyOfUser({ access }: TabProps) {
    const words = useWords();
    const action = useAction();
    const [user, setUser] = useState("");
    const [service, setService] = useState("");
    const [unknown, setUnknown] = useState<string | null>(null);
    const [shown, setShown] = useState<{ user: string; service: string; policy: Applied } | null>(null);
    const look = (event: FormEvent) => {
        event.preventDefault();
        const [name, at] = [user.trim(), service.trim()];
        void action.run(async () => {
            const policy = await policyOf(access.bus, name, at);
            setUnknown(policy ? null : words.say("admin-users-unknown", { user: name }));
            setShown(policy && { user: name, service: at, policy });
        });
    };
    return (
        <>
            <p>{words.say("admin-policy-text")}</p>
            <Form className="secinfo-finder" onSubmit={look}>
                <Field
                    id="admin-policy-user"
                    label={words.say("admin-user")}
                    value={user}
                    change={(text) => {
                        setUser(text);
                        setUnknown(null);
                    }}
                    problem={unknown}
                />
                <Field
                    id="admin-policy-service"
                    label={words.say("admin-policy-service")}
                    hint={words.say("admin-policy-service-hint")}
                    value={service}
                    change={setService}
                />
                <div className="secinfo-buttons">
                    <Button variant="primary" type="submit" isDisabled={action.isBusy || user.trim() === ""}>
                        {words.say("admin-policy-show")}
                    </Button>
                </div>
            </Form>
            <Problem refusal={action.refusal} />
            <div role="status">{shown && <Shown {...shown} />}</div>
        </>
    );
}

function Shown({ user, service, policy }: { user: string; service: string; policy: Applied }) {
    const words = useWords();
    const title = service ? words.say("admin-policy-at", { user, service }) : words.say("admin-policy-of", { user });
    return (
        <>
            <Title headingLevel="h2" className="secinfo-part">
                {title}
            </Title>
            <Facts
                facts={[
                    [
                        words.say("admin-policy-allowed"),
                        policy.allowed.map((kind) => kindName(words, kind)).join(", ") || words.say("admin-no-kind"),
                    ],
                    [words.say("admin-policy-required"), policy.required],
                    [words.say("admin-policy-grace"), words.say("admin-days", { count: policy.grace_days })],
                    [
                        words.say("admin-policy-first"),
                        words.sayOr(`admin-first-${policy.first_method}`, policy.first_method),
                    ],
                    [words.say("admin-policy-gates"), policy.reset_gates],
                    [words.say("admin-policy-wait"), length(words, policy.deletion_wait)],
                    [words.say("admin-policy-fresh"), length(words, policy.fresh_proof)],
                    [
                        words.say("admin-policy-sessions"),
                        words.say(policy.end_sessions_on_lock ? "admin-policy-sessions-yes" : "admin-policy-sessions-no"),
                    ],
                    [
                        words.say("admin-policy-sections"),
                        <span className="secinfo-mono" translate="no">
                            {policy.sections.map((name) => `[${name}]`).join(" ")}
                        </span>,
                    ],
                ]}
            />
        </>
    );
}
