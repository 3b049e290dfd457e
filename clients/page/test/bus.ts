/** A daemon of the tests: it answers from tables, and its signals are sent by hand. */

import type { Bus, Signal } from "../src/bus/client";
import { Refusal } from "../src/bus/errors";

/** What is answered to a call, by "Interface.Method" or by "path Interface" for properties. */
export type Replies = Record<string, (...takes: unknown[]) => unknown>;

export class TestBus {
    /** Every call, as "path Interface.Method". */
    readonly calls: string[] = [];
    #signal: (signal: Signal) => void = () => undefined;
    #owner: (isThere: boolean) => void = () => undefined;

    constructor(public replies: Replies) {}

    get bus(): Bus {
        const answer = async (name: string, takes: unknown[]) => {
            const reply = this.replies[name];
            if (!reply) {
                throw new Refusal("NotFound", name);
            }
            return reply(...takes);
        };
        return {
            call: (async (path: string, on: string, method: string, ...takes: unknown[]) => {
                this.calls.push(`${path} ${on}.${method}`);
                return answer(`${on}.${method}`, takes);
            }) as Bus["call"],
            properties: (async (path: string, on: string) => answer(`${path} ${on}`, [])) as Bus["properties"],
            onSignal: (heard) => {
                this.#signal = heard;
                return () => undefined;
            },
            onOwner: (heard) => {
                this.#owner = heard;
                return () => undefined;
            },
        };
    }

    signal(name: string, path = "/user"): void {
        this.#signal({ path, name, values: [] });
    }

    owner(isThere: boolean): void {
        this.#owner(isThere);
    }
}
