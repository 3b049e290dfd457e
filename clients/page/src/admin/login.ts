/** What this login of Cockpit may, beside what everybody may for themselves. */

import { connect, type Bus } from "../bus/client";
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
    return {
        connect,
        async allows(action) {
            try {
                await polkit.wait();
                const subject = ["system-bus-name", { name: { t: "s", v: polkit.unique_name } }];
                const [result] = await polkit.call(
                    AUTHORITY,
                    AUTHORITY_INTERFACE,
                    "CheckAuthorization",
                    [subject, polkitName(action), {}, 0, ""],
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
