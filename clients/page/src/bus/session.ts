/** The sessions that this page has opened: each ends in a method or a proof, or is cancelled. */

import type { Bus } from "./client";
import { challengeOf, type Challenge } from "./challenge";
import { Refusal, isRefusal } from "./errors";
import type { Hint } from "./store";
import { dictionary, pathEntry, plain, type Dictionary, type ObjectPath } from "./values";
import { ROOT } from "./client";

/** A code that was sent. */
export interface SentCode {
    /** "waiting", "sent", "delivered" or "failed". */
    state: string;
    destination: string;
    /** Until when it is valid, and from when on another can be asked for, in seconds. */
    code_expires: number;
    resend_at: number;
    digits: number;
}

/** How far the newest code has come. */
export interface Delivery {
    state: string;
    /** Why it was not delivered; empty unless it failed. */
    problem: string;
}

/** What an answer comes to. */
export type Submitted =
    | { end: "method"; method: ObjectPath; becameDefault: boolean; formerDefault: ObjectPath | null }
    | { end: "next"; challenge: Challenge };

/** What a verification asks now, and of which method. */
export interface Asked {
    method: ObjectPath;
    kind: string;
    label: string;
    hint: Hint;
    /** When the session ends, in seconds. */
    expires: number;
    challenge: Challenge;
}

/** A method that a verification could ask. */
export type Askable = Pick<Asked, "method" | "kind" | "label" | "hint">;

/** What the user needs for an enrollment. */
export interface Details {
    expires: number;
    becomes_default: boolean;
    issuer?: string;
    account?: string;
    key?: string;
    uri?: string;
    app_link?: string;
    period?: number;
    algorithm?: string;
    manufacturer?: string;
    model?: string;
    place?: string;
    dropped_extension?: boolean;
}

/** Says of a session that the daemon no longer knows that it is over: by its time, or because the daemon was started anew. */
function over(error: unknown): never {
    throw isRefusal(error, "NotFound") ? new Refusal("SessionExpired") : error;
}

/** What both sessions have. */
export abstract class Session {
    constructor(
        protected readonly bus: Bus,
        readonly path: ObjectPath,
        readonly on: "Enrollment" | "Verification",
    ) {
        open.add(this);
    }

    /** Sends a code, in place of any before it. */
    async sendCode(): Promise<SentCode> {
        const [sent] = await this.bus.call(this.path, this.on, "SendCode").catch(over);
        return plain(sent) as unknown as SentCode;
    }

    /** How far the newest code has come. */
    async delivery(): Promise<Delivery> {
        const { Delivery, DeliveryProblem } = await this.bus.properties(this.path, this.on);
        return { state: Delivery, problem: DeliveryProblem };
    }

    /** Ends it without a result. It may be over already. */
    cancel(): void {
        if (this.ended()) {
            this.bus.call(this.path, this.on, "Cancel").catch(() => undefined);
        }
    }

    /** Forgets it, since the daemon has ended it; whether it was open. */
    protected ended(): boolean {
        return open.delete(this);
    }
}

const open = new Set<Session>();

/** Ends all of them, before the connection goes that they belong to. */
export function cancelAll(): void {
    open.forEach((session) => session.cancel());
}

/** A session that ends in a method. */
export class Enrollment extends Session {
    private constructor(
        bus: Bus,
        path: ObjectPath,
        readonly details: Details,
        readonly challenge: Challenge,
    ) {
        super(bus, path, "Enrollment");
    }

    /** Begins one. */
    static async start(bus: Bus, user: ObjectPath, kind: string, options: Dictionary): Promise<Enrollment> {
        const [path, details] = await bus.call(user, "User", "StartEnrollment", kind, options);
        return new Enrollment(bus, path, plain(details) as unknown as Details, challengeOf(details));
    }

    /** Answers what is asked. */
    async submit(response: Dictionary): Promise<Submitted> {
        const [submitted] = await this.bus.call(this.path, "Enrollment", "Submit", response).catch(over);
        if (!("method" in submitted)) {
            return { end: "next", challenge: challengeOf(submitted) };
        }
        this.ended();
        const { method, became_default, former_default } = plain(submitted);
        return {
            end: "method",
            method: method as ObjectPath,
            becameDefault: became_default === true,
            formerDefault: (former_default as ObjectPath | undefined) ?? null,
        };
    }

    /** How many wrong codes it still takes. */
    async attemptsLeft(): Promise<number> {
        return (await this.bus.properties(this.path, "Enrollment")).AttemptsLeft;
    }
}

/** What to verify, and how. */
export interface VerificationWish {
    uid: number;
    /** The method to ask first; the default where there is none. */
    method: ObjectPath | null;
    /** What it is for; a sign-in where it is not said. */
    purpose?: string;
    /** The forms that this page can present. */
    forms: string[];
    language: string;
}

/** A session that ends in a proof. */
export class Verification extends Session {
    private constructor(
        bus: Bus,
        path: ObjectPath,
        readonly asked: Asked,
    ) {
        super(bus, path, "Verification");
    }

    /** Begins one, of the person who uses this page. */
    static async start(bus: Bus, { uid, method, purpose = "sign-in", forms, language }: VerificationWish): Promise<Verification> {
        const options = dictionary({ forms, language });
        if (method) {
            options.method = pathEntry(method);
        }
        const [path, asked] = await bus.call(ROOT, "Manager", "StartVerification", uid, purpose, "secinfo", options);
        return new Verification(bus, path, askedOf(asked));
    }

    /** The methods that can be asked, the one asked now first. */
    async ways(): Promise<Askable[]> {
        const [methods] = await this.bus.call(this.path, "Verification", "ListMethods").catch(over);
        return methods.map((method) => plain(method) as unknown as Askable);
    }

    /** Asks another method, or the same one anew. */
    async ask(method: ObjectPath): Promise<Asked> {
        const [asked] = await this.bus.call(this.path, "Verification", "ChangeMethod", method).catch(over);
        return askedOf(asked);
    }

    /** Answers what is asked: once that is right, the session is over. */
    async submit(response: Dictionary): Promise<void> {
        await this.bus.call(this.path, "Verification", "Submit", response).catch(over);
        this.ended();
    }
}

function askedOf(entries: Dictionary): Asked {
    const { method, kind, label, hint, expires } = plain(entries);
    return { method, kind, label, hint, expires, challenge: challengeOf(entries) } as Asked;
}
