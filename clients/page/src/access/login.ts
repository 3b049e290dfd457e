/** What this login of Cockpit may, beside what everybody may for themselves. */

import { connect, type Bus } from "../bus/client";
import type { Variant } from "../bus/values";
import { polkitName, type Action } from "./actions";

/** A login of Cockpit. */
export interface Login {
    connect(as: "oneself" | "root"): Bus;
    /** Whether polkit lets the person do this as themselves, without asking for a password. */
    allows(action: Action): Promise<boolean>;
    /** Whether the person is in one of the groups whose members may turn on administrative access. */
    isAdministrator(): Promise<boolean>;
    /** Tells whether administrative access is on: once that is known, and each time it changes. */
    onAdministrativeAccess(heard: (isOn: boolean) => void): () => void;
}

/** The groups whose members distributions let use sudo. */
const ADMINISTRATORS = ["sudo", "wheel", "admin", "root"];

const AUTHORITY = "/org/freedesktop/PolicyKit1/Authority";
const AUTHORITY_INTERFACE = "org.freedesktop.PolicyKit1.Authority";

/** The login that the page is in. */
export function cockpitLogin(): Login {
    const polkit = cockpit.dbus("org.freedesktop.PolicyKit1", { bus: "system" });
    const subject = bridge();
    return {
        connect,
        async allows(action) {
            try {
                const [result] = await polkit.call(
                    AUTHORITY,
                    AUTHORITY_INTERFACE,
                    "CheckAuthorization",
                    [await subject, polkitName(action), {}, 0, ""],
                    { type: "(sa{sv})sa{ss}us" },
                );
                return Array.isArray(result) && result[0] === true;
            } catch (error) {
                // A host without polkit lets root alone do what goes beyond oneself.
                if (typeof error === "object" && error !== null && "problem" in error) {
                    return false;
                }
                throw error;
            }
        },
        async isAdministrator() {
            const { groups } = await cockpit.user();
            return groups.some((group) => ADMINISTRATORS.includes(group));
        },
        onAdministrativeAccess(heard) {
            const permission = cockpit.permission({ admin: true });
            const tell = () => {
                if (permission.allowed !== null) {
                    heard(permission.allowed);
                }
            };
            permission.addEventListener("changed", tell);
            tell();
            return () => permission.close();
        },
    };
}

/** Cockpit's bridge, which makes the calls of this login, as polkit knows a process. */
async function bridge(): Promise<[string, Record<string, Variant>]> {
    const read = cockpit.spawn(["sh", "-c", 'cat "/proc/$PPID/stat"'], { binary: true });
    const [{ id }, bytes] = await Promise.all([cockpit.user(), read]);
    const { pid, started } = processIn(new TextDecoder().decode(bytes));
    return [
        "unix-process",
        { pid: { t: "u", v: pid }, "start-time": { t: "t", v: started }, uid: { t: "i", v: id } },
    ];
}

/** The process of a line of /proc/PID/stat, and when it was started. Its name may have anything in it. */
export function processIn(line: string): { pid: number; started: number } {
    const behindName = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return { pid: Number.parseInt(line, 10), started: Number(behindName[19]) };
}
