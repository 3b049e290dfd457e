// Written by "cargo xtask page types" from schemas/dbus; do not edit.

import type { Base64, Descriptor, Dictionary, ObjectPath } from "./values";

/** What each method takes and answers. */
export interface Calls {
    Audit: {
        Read: { takes: [from: number, limit: number]; answers: [next: number, events: Base64[]] };
        Checkpoint: { takes: []; answers: [note: string] };
        VerifierKey: { takes: []; answers: [key: string] };
        InclusionProof: { takes: [index: number, size: number]; answers: [hashes: Base64[]] };
        ConsistencyProof: { takes: [old_size: number, new_size: number]; answers: [hashes: Base64[]] };
        Names: { takes: [users: string[]]; answers: [names: Record<string, [number, string]>] };
        Subscribe: { takes: []; answers: [] };
        Unsubscribe: { takes: []; answers: [] };
    };
    Backups: {
        Backup: { takes: [pipe: Descriptor]; answers: [backup: Dictionary] };
        Restore: { takes: [pipe: Descriptor, options: Dictionary]; answers: [restored: Dictionary] };
    };
    Channels: {
        ListChannels: { takes: []; answers: [channels: Dictionary[]] };
        TestChannel: { takes: [channel: string, destination: string, options: Dictionary]; answers: [outcome: Dictionary] };
    };
    Enrollment: {
        Submit: { takes: [response: Dictionary]; answers: [submitted: Dictionary] };
        SendCode: { takes: []; answers: [sent: Dictionary] };
        Cancel: { takes: []; answers: [] };
    };
    Manager: {
        GetUser: { takes: [uid: number]; answers: [user: ObjectPath] };
        GetUserByName: { takes: [name: string]; answers: [user: ObjectPath] };
        ListUsers: { takes: [after: string, limit: number]; answers: [users: [number, string, number, string, string, boolean, number][]] };
        ListDeparted: { takes: [after: string, limit: number]; answers: [users: [number, string, number, string][]] };
        RenameUser: { takes: [former: string, name: string]; answers: [] };
        EraseDeparted: { takes: [uid: number, name: string]; answers: [] };
        ListKinds: { takes: [uid: number, purpose: string, service: string]; answers: [kinds: string[]] };
        GetPolicy: { takes: [uid: number, service: string]; answers: [policy: Dictionary] };
        GetExpectedSignIn: { takes: [uid: number, service: string]; answers: [expected: Dictionary] };
        ListQuestions: { takes: [language: string]; answers: [questions: [string, string][], to_enrol: number, to_answer: number] };
        StartVerification: { takes: [uid: number, purpose: string, service: string, options: Dictionary]; answers: [verification: ObjectPath, challenge: Dictionary] };
        Verify: { takes: [uid: number, purpose: string, service: string, method: ObjectPath, response: Dictionary]; answers: [proof: Dictionary] };
        ImportMethods: { takes: [format: string, pipe: Descriptor, options: Dictionary]; answers: [imported: number, users: [string, number][], problems: [number, string][]] };
        GetPushState: { takes: []; answers: [state: Dictionary] };
        GetStatus: { takes: []; answers: [status: Dictionary] };
        GetStatistics: { takes: []; answers: [statistics: Dictionary] };
    };
    Method: {
        Rename: { takes: [label: string]; answers: [] };
        Delete: { takes: []; answers: [deleted: boolean, due: number] };
        CancelDeletion: { takes: []; answers: [] };
        Resynchronize: { takes: [first: string, second: string]; answers: [] };
        GetOpenSshKey: { takes: []; answers: [public_: string, private_: string] };
    };
    Tokens: {
        ImportTokens: { takes: [format: string, pipe: Descriptor, options: Dictionary]; answers: [imported: number, users: [string, number][], problems: [number, string][]] };
        ListTokens: { takes: []; answers: [tokens: [string, string, string, string, string][]] };
        RemoveToken: { takes: [serial: string]; answers: [] };
    };
    User: {
        StartEnrollment: { takes: [kind: string, options: Dictionary]; answers: [enrollment: ObjectPath, details: Dictionary] };
        SetDefault: { takes: [method: ObjectPath]; answers: [] };
        IssueRecoveryCodes: { takes: []; answers: [codes: string[]] };
        IssueAccessPass: { takes: [valid_seconds: number, once: boolean, begins: number]; answers: [pass: string, expires: number] };
        RevokeAccessPass: { takes: []; answers: [] };
        Unlock: { takes: []; answers: [] };
        LockAccount: { takes: []; answers: [] };
        ReportActivity: { takes: [seq: number]; answers: [] };
        ListActivity: { takes: [before: number, limit: number]; answers: [entries: Dictionary[]] };
        GetActivityProof: { takes: [seq: number]; answers: [event: Base64, hashes: Base64[], checkpoint: string] };
        Erase: { takes: []; answers: [] };
    };
    Verification: {
        ListMethods: { takes: []; answers: [methods: Dictionary[]] };
        ChangeMethod: { takes: [method: ObjectPath]; answers: [challenge: Dictionary] };
        SendCode: { takes: []; answers: [sent: Dictionary] };
        Submit: { takes: [response: Dictionary]; answers: [proof: Dictionary] };
        Cancel: { takes: []; answers: [] };
    };
}

/** What each signal carries. */
export interface Signals {
    Audit: {
        Appended: [size: number];
    };
    Backups: {
    };
    Channels: {
    };
    Enrollment: {
    };
    Manager: {
    };
    Method: {
    };
    Tokens: {
    };
    User: {
    };
    Verification: {
    };
}

/** The properties of each interface. */
export interface Properties {
    Audit: {
    };
    Backups: {
    };
    Channels: {
    };
    Enrollment: {
        Kind: string;
        Expires: number;
        AttemptsLeft: number;
        Delivery: string;
        DeliveryProblem: string;
    };
    Manager: {
    };
    Method: {
        Id: string;
        Kind: string;
        Label: string;
        Hint: Dictionary;
        Purposes: string[];
        Created: number;
        LastUsed: number;
        LastSeen: number;
        LockedUntil: number;
        DeletionDue: number;
        IsDefault: boolean;
        IsAllowed: boolean;
        Remaining: number;
        MayBeCopied: boolean;
        ConfirmDue: number;
        Begins: number;
        Expires: number;
    };
    Tokens: {
    };
    User: {
        Uid: number;
        Name: string;
        DefaultMethod: ObjectPath;
        Methods: ObjectPath[];
        StillRequired: number;
        GraceEnds: number;
        LockedUntil: number;
        PushPausedUntil: number;
        LackingForReset: number;
        AccountLocked: number;
        FreshProofUntil: number;
    };
    Verification: {
        Purpose: string;
        Service: string;
        Expires: number;
        Method: ObjectPath;
        Delivery: string;
        DeliveryProblem: string;
    };
}

/** How the bus writes the types of what each method takes. */
export const SIGNATURES = {
    Audit: {
        Read: "tu",
        Checkpoint: "",
        VerifierKey: "",
        InclusionProof: "tt",
        ConsistencyProof: "tt",
        Names: "as",
        Subscribe: "",
        Unsubscribe: "",
    },
    Backups: {
        Backup: "h",
        Restore: "ha{sv}",
    },
    Channels: {
        ListChannels: "",
        TestChannel: "ssa{sv}",
    },
    Enrollment: {
        Submit: "a{sv}",
        SendCode: "",
        Cancel: "",
    },
    Manager: {
        GetUser: "u",
        GetUserByName: "s",
        ListUsers: "su",
        ListDeparted: "su",
        RenameUser: "ss",
        EraseDeparted: "us",
        ListKinds: "uss",
        GetPolicy: "us",
        GetExpectedSignIn: "us",
        ListQuestions: "s",
        StartVerification: "ussa{sv}",
        Verify: "ussoa{sv}",
        ImportMethods: "sha{sv}",
        GetPushState: "",
        GetStatus: "",
        GetStatistics: "",
    },
    Method: {
        Rename: "s",
        Delete: "",
        CancelDeletion: "",
        Resynchronize: "ss",
        GetOpenSshKey: "",
    },
    Tokens: {
        ImportTokens: "sha{sv}",
        ListTokens: "",
        RemoveToken: "s",
    },
    User: {
        StartEnrollment: "sa{sv}",
        SetDefault: "o",
        IssueRecoveryCodes: "",
        IssueAccessPass: "tbt",
        RevokeAccessPass: "",
        Unlock: "",
        LockAccount: "",
        ReportActivity: "t",
        ListActivity: "tu",
        GetActivityProof: "t",
        Erase: "",
    },
    Verification: {
        ListMethods: "",
        ChangeMethod: "o",
        SendCode: "",
        Submit: "a{sv}",
        Cancel: "",
    },
} as const;
