/** Why a call failed, by the name of its error. */

const PREFIX = "org.secinfo.SecurityInfo1.Error.";

/** Errors of the bus itself that the daemon has a name for. */
const OF_THE_BUS: Record<string, string> = {
    "org.freedesktop.DBus.Error.AccessDenied": "NotAuthorized",
    "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired": "NotAuthorized",
    "org.freedesktop.DBus.Error.UnknownObject": "NotFound",
    "org.freedesktop.DBus.Error.LimitsExceeded": "LimitsExceeded",
    "org.freedesktop.DBus.Error.InvalidArgs": "InvalidArgument",
};

/** Errors that come of a daemon of another version than the page's. */
const UNKNOWN_MEMBERS = [
    "org.freedesktop.DBus.Error.UnknownMethod",
    "org.freedesktop.DBus.Error.UnknownInterface",
    "org.freedesktop.DBus.Error.UnknownProperty",
];

/** The daemon cannot be reached. */
export const UNREACHABLE = "Unreachable";
/** The daemon has no such call: it is of another version. */
export const UNSUPPORTED = "Unsupported";
/** Cockpit does not let this login call as root. */
export const ACCESS_DENIED = "AccessDenied";

/** A call that failed. */
export class Refusal extends Error {
    /** The last part of the error's name, such as "WrongCode", or one of the constants above. */
    readonly reason: string;

    constructor(reason: string, message = reason) {
        super(message);
        this.name = "Refusal";
        this.reason = reason;
    }
}

/** What a failed call says. */
export function refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) {
        return error;
    }
    if (typeof error !== "object" || error === null || !("problem" in error)) {
        throw error;
    }
    const { problem, name, message } = error as CockpitError;
    if (name?.startsWith(PREFIX)) {
        return new Refusal(name.slice(PREFIX.length), message);
    }
    const known = name ? OF_THE_BUS[name] : undefined;
    if (known) {
        return new Refusal(known, message);
    }
    if (name && UNKNOWN_MEMBERS.includes(name)) {
        return new Refusal(UNSUPPORTED, message);
    }
    if (problem === "access-denied") {
        return new Refusal(ACCESS_DENIED, message);
    }
    return new Refusal(UNREACHABLE, message);
}

/** Whether a call failed for one of these reasons. */
export function isRefusal(error: unknown, ...reasons: string[]): error is Refusal {
    return error instanceof Refusal && reasons.includes(error.reason);
}
