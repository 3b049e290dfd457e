/** The security info of one user, kept as it is on the host. */

import { ROOT, type Bus } from "./client";
import { UNREACHABLE, isRefusal, refusalOf, type Refusal } from "./errors";
import type { Properties } from "./generated";
import { plain, type ObjectPath } from "./values";

/** What a method can be told from others by, masked. */
export interface Hint {
    digits?: number;
    period?: number;
    place?: string;
    number?: string;
    address?: string;
    serial?: string;
    mode?: string;
    once?: boolean;
}

/** An enrolled method. */
export type Method = Omit<Properties["Method"], "Hint"> & { path: ObjectPath; Hint: Hint };

/** The user. */
export type User = Properties["User"];

/** Policy as it applies to the user. */
export interface Policy {
    allowed: string[];
    required: number;
    grace_days: number;
    first_method: string;
    reset_gates: number;
    deletion_wait: number;
    fresh_proof: number;
    end_sessions_on_lock: boolean;
}

/** All of it. */
export interface SecurityInfo {
    path: ObjectPath;
    user: User;
    methods: Method[];
    policy: Policy;
    /** How push stands on this host: "off", "making-key", "unreachable" or "ready". */
    push: string;
}

/** How far the page has come. */
export type State =
    | { stage: "loading" }
    /** The daemon is not there. */
    | { stage: "away" }
    | { stage: "failed"; refusal: Refusal }
    | { stage: "ready"; info: SecurityInfo };

/** Reads the security info, and reads it anew whenever something may have changed. */
export class Store {
    readonly #bus: Bus;
    readonly #uid: number;
    readonly #listeners = new Set<() => void>();
    #state: State = { stage: "loading" };
    #reading: Promise<void> | null = null;
    #isStale = false;

    constructor(bus: Bus, uid: number) {
        this.#bus = bus;
        this.#uid = uid;
    }

    /** The newest state; another object once it has changed. */
    get state(): State {
        return this.#state;
    }

    /** Calls back after each change; the answer ends that. */
    subscribe = (changed: () => void): (() => void) => {
        this.#listeners.add(changed);
        return () => void this.#listeners.delete(changed);
    };

    /** Begins to read and to listen; the answer ends that. */
    start(): () => void {
        // The daemon tells a connection of changes from its first call on: listen, then read.
        const endSignals = this.#bus.onSignal(({ name }) => {
            if (CHANGES.includes(name)) {
                void this.reload();
            }
        });
        const endOwner = this.#bus.onOwner((isThere) => {
            if (isThere) {
                void this.reload();
            } else if (this.#state.stage === "ready") {
                this.#become({ stage: "away" });
            }
        });
        void this.reload();
        return () => {
            endSignals();
            endOwner();
        };
    }

    /** Reads all of it. What changes meanwhile is read as well before this is done. */
    reload(): Promise<void> {
        this.#isStale = true;
        this.#reading ??= this.#read().finally(() => {
            this.#reading = null;
        });
        return this.#reading;
    }

    async #read(): Promise<void> {
        while (this.#isStale) {
            this.#isStale = false;
            let state: State;
            try {
                state = { stage: "ready", info: await read(this.#bus, this.#uid) };
            } catch (error) {
                const refusal = refusalOf(error);
                state = isRefusal(refusal, UNREACHABLE) ? { stage: "away" } : { stage: "failed", refusal };
            }
            // What was deleted between two calls has been told by a signal.
            if (!this.#isStale || state.stage === "ready") {
                this.#become(state);
            }
        }
    }

    #become(state: State): void {
        this.#state = state;
        this.#listeners.forEach((changed) => changed());
    }
}

/** Signals after which something may be different. */
const CHANGES = [
    "org.freedesktop.DBus.Properties.PropertiesChanged",
    "org.freedesktop.DBus.ObjectManager.InterfacesAdded",
    "org.freedesktop.DBus.ObjectManager.InterfacesRemoved",
];

async function read(bus: Bus, uid: number): Promise<SecurityInfo> {
    const [path] = await bus.call(ROOT, "Manager", "GetUser", uid);
    const [user, [policy], [status]] = await Promise.all([
        bus.properties(path, "User"),
        bus.call(ROOT, "Manager", "GetPolicy", uid, ""),
        bus.call(ROOT, "Manager", "GetStatus"),
    ]);
    const methods = await Promise.all(user.Methods.map((method) => readMethod(bus, method)));
    return {
        path,
        user,
        methods,
        policy: plain(policy) as unknown as Policy,
        push: String(plain(status).push),
    };
}

async function readMethod(bus: Bus, path: ObjectPath): Promise<Method> {
    const properties = await bus.properties(path, "Method");
    return { ...properties, path, Hint: properties.Hint as Hint };
}
