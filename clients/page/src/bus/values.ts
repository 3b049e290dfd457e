/** Values as Cockpit writes those of the bus in JSON. */

/** The path of an object; "/" for none. */
export type ObjectPath = string;
/** Bytes, in base64. */
export type Base64 = string;
/** A file descriptor, which a page cannot pass. */
export type Descriptor = never;
/** A value beside its type. */
export interface Variant {
    t: string;
    v: unknown;
}
/** Entries of any type by name. */
export type Dictionary = Record<string, Variant>;

/** The path that stands for no object. */
export const NO_OBJECT: ObjectPath = "/";

/** What a page may put into a dictionary. */
export type Entry = string | boolean | number | string[];

/** A dictionary of these entries; those that are undefined are left out. */
export function dictionary(entries: Record<string, Entry | undefined>): Dictionary {
    const result: Dictionary = {};
    for (const [name, value] of Object.entries(entries)) {
        if (value !== undefined) {
            result[name] = { t: signatureOf(value), v: value };
        }
    }
    return result;
}

/** The path of an object, as an entry of a dictionary. */
export function pathEntry(path: ObjectPath): Variant {
    return { t: "o", v: path };
}

/** The entries of a dictionary without their types, those of dictionaries in it as well. */
export function plain(entries: Dictionary): Record<string, unknown> {
    return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, unwrapped(value)]));
}

function unwrapped(variant: Variant): unknown {
    return variant.t === "a{sv}" ? plain(variant.v as Dictionary) : variant.v;
}

function signatureOf(value: Entry): string {
    if (Array.isArray(value)) {
        return "as";
    }
    switch (typeof value) {
        case "boolean":
            return "b";
        case "number":
            return "u";
        default:
            return "s";
    }
}
