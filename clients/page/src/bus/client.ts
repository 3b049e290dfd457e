/** Calls the daemon over the host's system bus, as the person who signed in to Cockpit. */

import { refusalOf } from "./errors";
import { SIGNATURES, type Calls, type Properties } from "./generated";
import { plain, type Dictionary, type ObjectPath } from "./values";

const NAME = "org.secinfo.SecurityInfo1";
const PROPERTIES = "org.freedesktop.DBus.Properties";

/** The object that Manager, Tokens, Channels and Audit are on. */
export const ROOT: ObjectPath = "/org/secinfo/SecurityInfo1";

/** The daemon, as far as pages talk to it. */
export interface Bus {
    /** Calls a method. A call that fails throws a Refusal. */
    call<I extends keyof Calls, M extends keyof Calls[I] & string>(
        path: ObjectPath,
        on: I,
        method: M,
        ...takes: TakesOf<I, M>
    ): Promise<AnswersOf<I, M>>;

    /** All properties of an object. */
    properties<I extends keyof Properties>(path: ObjectPath, on: I): Promise<Properties[I]>;

    /** Tells of each signal of the daemon; the answer ends that. */
    onSignal(heard: (signal: Signal) => void): () => void;

    /** Tells whether the daemon is there, at once where that is known and each time it changes. */
    onOwner(heard: (isThere: boolean) => void): () => void;
}

/** What a method takes. */
export type TakesOf<I extends keyof Calls, M extends keyof Calls[I]> = Calls[I][M] extends {
    takes: infer T extends unknown[];
}
    ? T
    : never;

/** What a method answers. */
export type AnswersOf<I extends keyof Calls, M extends keyof Calls[I]> = Calls[I][M] extends {
    answers: infer A extends unknown[];
}
    ? A
    : never;

/** A signal of the daemon. */
export interface Signal {
    path: ObjectPath;
    /** Its interface and name, such as "org.secinfo.SecurityInfo1.Audit.Appended". */
    name: string;
    values: unknown[];
}

/**
 * The host's system bus. By this address Cockpit's bridge makes a connection for each page; by its name, one for the
 * whole login, which would keep what a page has begun open after the page was closed.
 */
const SYSTEM_BUS = { bus: "none", address: "unix:path=/run/dbus/system_bus_socket" } as const;

/** Opens a connection: as oneself, or as root where this login of Cockpit may. */
export function connect(as: "oneself" | "root" = "oneself"): Bus {
    const client = cockpit.dbus(NAME, as === "root" ? { ...SYSTEM_BUS, superuser: "require" } : SYSTEM_BUS);
    let isThere: boolean | null = null;
    const listeners = new Set<(isThere: boolean) => void>();
    const tell = (now: boolean) => {
        isThere = now;
        listeners.forEach((heard) => heard(now));
    };
    client.addEventListener("owner", (_event, owner) => tell(owner !== null));
    client.addEventListener("close", () => tell(false));

    const send = async (path: string, on: string, method: string, values: unknown[], type: string) => {
        try {
            return await client.call(path, on, method, values, { type });
        } catch (error) {
            throw refusalOf(error);
        }
    };
    return {
        async call(path, on, method, ...takes) {
            const signatures: Record<string, string> = SIGNATURES[on];
            const answers = await send(path, `${NAME}.${on}`, method, takes, signatures[method] ?? "");
            return answers as AnswersOf<typeof on, typeof method>;
        },
        async properties(path, on) {
            const [entries] = await send(path, PROPERTIES, "GetAll", [`${NAME}.${on}`], "s");
            return plain(entries as Dictionary) as unknown as Properties[typeof on];
        },
        onSignal(heard) {
            const subscription = client.subscribe({ path_namespace: ROOT }, (path, on, member, values) =>
                heard({ path, name: `${on}.${member}`, values }),
            );
            return () => subscription.remove();
        },
        onOwner(heard) {
            listeners.add(heard);
            if (isThere !== null) {
                heard(isThere);
            }
            return () => void listeners.delete(heard);
        },
    };
}
