// What the page uses of Cockpit's own library, which the host serves as ../base1/cockpit.js. The library has
// no types of its own that could be depended on: these are of what 287 and newer have.

/** An error of a call on the bus. */
interface CockpitError {
    /** Why Cockpit could not make the call, such as "not-found"; null where the callee has answered. */
    problem: string | null;
    /** The name of the error on the bus; null where there was none. */
    name: string | null;
    message: string;
}

interface CockpitSubscription {
    remove(): void;
}

type CockpitSignalHandler = (path: string, interfaceName: string, signal: string, values: unknown[]) => void;

interface CockpitBusClient {
    call(
        path: string,
        interfaceName: string,
        method: string,
        values: unknown[],
        options: { type: string; timeout?: number },
    ): Promise<unknown[]>;
    subscribe(
        match: { path?: string; path_namespace?: string; interface?: string; member?: string },
        handler: CockpitSignalHandler,
    ): CockpitSubscription;
    addEventListener(event: "owner", handler: (event: Event, owner: string | null) => void): void;
    addEventListener(event: "close", handler: (event: Event, options: { problem?: string }) => void): void;
    close(): void;
}

interface CockpitUser {
    id: number;
    name: string;
    full_name: string;
    groups: string[];
}

/** A command that has failed. */
interface CockpitProcessError {
    /** Why Cockpit could not run it; null where it has run. */
    problem: string | null;
    exit_status: number | null;
}

interface CockpitProcess extends Promise<Uint8Array> {
    close(): void;
    /** Writes to standard input, and ends that unless there is more. */
    input(data: Uint8Array, more?: boolean): CockpitProcess;
    /** Takes what it writes to standard output, piece by piece. */
    stream(heard: (bytes: Uint8Array) => void): CockpitProcess;
}

interface CockpitFile {
    /** null where there is no such file. */
    read(): Promise<string | null>;
    close(): void;
}

interface CockpitLocation {
    path: string[];
    options: Record<string, string | string[]>;
    go(path: string[] | string, options?: Record<string, string>): void;
    replace(path: string[] | string, options?: Record<string, string>): void;
}

interface CockpitPermission extends EventTarget {
    /** null until it is known. */
    allowed: boolean | null;
    addEventListener(event: "changed", handler: () => void): void;
    close(): void;
}

declare const cockpit: {
    /** Such as "de" or "pt-br". */
    language: string;
    hidden: boolean;
    location: CockpitLocation;
    transport: { host: string };
    dbus(
        name: string,
        options: ({ bus: "system" } | { bus: "none"; address: string }) & { superuser?: "require" | "try" },
    ): CockpitBusClient;
    user(): Promise<CockpitUser>;
    file(path: string): CockpitFile;
    spawn(
        command: string[],
        options: {
            superuser?: "require" | "try";
            err?: "message" | "out" | "ignore";
            environ?: string[];
            binary: true;
        },
    ): CockpitProcess;
    permission(options: { admin: true }): CockpitPermission;
    addEventListener(event: "visibilitychange" | "locationchanged", handler: () => void): void;
    removeEventListener(event: "visibilitychange" | "locationchanged", handler: () => void): void;
};
