/** Makes each call of an administrator as the person, where polkit lets them, and otherwise as root. */

import type { Bus } from "../bus/client";
import { ACCESS_DENIED, Refusal, isRefusal } from "../bus/errors";
import { ACTIONS, actionOf, type Action } from "./actions";
import type { Login } from "./login";

/** What of the tabs a person gets. */
export type Standing =
    /** Not known yet. */
    | "unknown"
    /** Nothing: there is no tab. */
    | "stranger"
    /** Nothing, until they turn on administrative access. */
    | "limited"
    /** Something, or all of it. */
    | "administrator";

/** What this login may do for others. */
export class Access {
    readonly #login: Login;
    readonly #own: Bus;
    readonly #listeners = new Set<() => void>();
    #root: Bus | null = null;
    #allowed: ReadonlySet<Action> = new Set();
    #standing: Standing = "unknown";
    #revision = 0;
    #looks = 0;

    constructor(login: Login, own: Bus) {
        this.#login = login;
        this.#own = own;
    }

    get standing(): Standing {
        return this.#standing;
    }

    /** Grows each time that something has changed. */
    get revision(): number {
        return this.#revision;
    }

    /** Calls back after each change; the answer ends that. */
    subscribe = (changed: () => void): (() => void) => {
        this.#listeners.add(changed);
        return () => void this.#listeners.delete(changed);
    };

    /** Begins to follow what the login may; the answer ends that. */
    start(): () => void {
        return this.#login.onAdministrativeAccess((isOn) => void this.#look(isOn));
    }

    /** Whether the login may do something. */
    may(action: Action): boolean {
        return this.#root !== null || this.#allowed.has(action);
    }

    /** Whether a command that does this has to run as root. */
    asRoot(action: Action): boolean {
        return this.#root !== null && !this.#allowed.has(action);
    }

    /** Whether administrative access is on. */
    get isRoot(): boolean {
        return this.#root !== null;
    }

    /** The connection over which something may be done. */
    busFor(action: Action): Bus {
        if (this.#allowed.has(action)) {
            return this.#own;
        }
        if (this.#root === null) {
            throw new Refusal(ACCESS_DENIED);
        }
        return this.#root;
    }

    /** The daemon, each call over the connection that may make it. */
    readonly bus: Bus = {
        call: async (path, on, method, ...takes) => {
            const action = actionOf(on, method);
            if (action === null) {
                return this.#own.call(path, on, method, ...takes);
            }
            const first = this.busFor(action);
            try {
                return await first.call(path, on, method, ...takes);
            } catch (error) {
                // polkit may have changed its mind since it was asked.
                if (this.#root !== null && first !== this.#root && isRefusal(error, "NotAuthorized")) {
                    return this.#root.call(path, on, method, ...takes);
                }
                throw error;
            }
        },
        properties: async (path, on) => this.busFor("read-users").properties(path, on),
        onSignal: (heard) => (this.#root ?? this.#own).onSignal(heard),
        onOwner: (heard) => this.#own.onOwner(heard),
    };

    async #look(isOn: boolean): Promise<void> {
        this.#looks += 1;
        const mine = this.#looks;
        const isAdministrator = await this.#login.isAdministrator();
        const answers = await Promise.all(
            ACTIONS.map(async (action) => ((await this.#login.allows(action)) ? [action] : [])),
        );
        if (mine !== this.#looks) {
            // It was turned on or off meanwhile.
            return;
        }
        this.#allowed = new Set(answers.flat());
        if (!isOn) {
            this.#root = null;
        } else {
            this.#root ??= this.#login.connect("root");
        }
        if (isOn || this.#allowed.size > 0) {
            this.#standing = "administrator";
        } else {
            this.#standing = isAdministrator ? "limited" : "stranger";
        }
        this.#revision += 1;
        this.#listeners.forEach((changed) => changed());
    }
}
