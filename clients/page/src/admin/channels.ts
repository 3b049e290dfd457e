/** The channels that deliver messages. */

import { ROOT, type Bus } from "../bus/client";
import { dictionary, plain } from "../bus/values";

/** One channel. */
export interface Channel {
    name: string;
    kind: string;
    plugin: string;
    version: string;
    /** "ready", "starting" or "down". */
    state: string;
    healthy: boolean;
    queued: number;
    under_way: number;
    last_error: string;
    last_error_at: number;
    confined: string[];
}

/** What became of a test message. */
export interface Outcome {
    /** "waiting", "sent", "delivered" or "failed". */
    state: string;
    /** Why not; empty unless it failed. */
    problem: string;
}

/** How a channel is, in one word. */
export function condition({ state, healthy }: Pick<Channel, "state" | "healthy">): string {
    return state === "ready" && !healthy ? "ill" : state;
}

export async function listChannels(bus: Bus): Promise<Channel[]> {
    const [channels] = await bus.call(ROOT, "Channels", "ListChannels");
    return channels.map((channel) => plain(channel) as unknown as Channel);
}

/** Sends a message without a code, in a language. */
export async function testChannel(bus: Bus, name: string, destination: string, language: string): Promise<Outcome> {
    const options = dictionary({ language });
    const [outcome] = await bus.call(ROOT, "Channels", "TestChannel", name, destination, options);
    return plain(outcome) as unknown as Outcome;
}
