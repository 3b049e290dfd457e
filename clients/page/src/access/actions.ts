/** What polkit decides about, and which call of the daemon takes what, as its table of the bus says. */

import type { Calls } from "../bus/generated";

/** The actions, without the beginning that they have in common. */
export const ACTIONS = [
    "read-users",
    "manage-users",
    "unlock-users",
    "import-tokens",
    "manage-channels",
    "read-log",
] as const;
export type Action = (typeof ACTIONS)[number];

/** The name of an action at polkit. */
export function polkitName(action: Action): string {
    return `org.secinfo.SecurityInfo1.${action}`;
}

/** The action that a call takes of others than root; null where anyone may. */
export function actionOf(on: keyof Calls, method: string): Action | null {
    return TAKES[on]?.[method] ?? null;
}

/** The calls that the page makes for administrators. */
export const TAKES: Partial<Record<keyof Calls, Record<string, Action>>> = {
    Manager: {
        GetUser: "read-users",
        GetUserByName: "read-users",
        ListUsers: "read-users",
        GetPolicy: "read-users",
        GetPushState: "read-users",
        GetStatistics: "read-users",
    },
    User: {
        IssueAccessPass: "manage-users",
        RevokeAccessPass: "manage-users",
        Unlock: "unlock-users",
        Erase: "manage-users",
    },
    Method: {
        Delete: "manage-users",
        CancelDeletion: "manage-users",
    },
    Tokens: {
        ImportTokens: "import-tokens",
        ListTokens: "import-tokens",
        RemoveToken: "import-tokens",
    },
    Channels: {
        ListChannels: "manage-channels",
        TestChannel: "manage-channels",
    },
    Audit: {
        Read: "read-log",
        Names: "read-users",
        Subscribe: "read-log",
        Unsubscribe: "read-log",
    },
};
