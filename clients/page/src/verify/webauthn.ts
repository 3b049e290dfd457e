/** Security keys, through the browser. */

/** Whether this page can use security keys, and if not, why. */
export type Availability =
    | "available"
    /** Browsers offer them to https only. */
    | "insecure"
    /** Browsers do not take an IP address for the name that keys are bound to. */
    | "address"
    /** This browser knows none. */
    | "missing";

/** What of the browser's window counts for that. */
export interface Surroundings {
    isSecureContext: boolean;
    hasCredentials: boolean;
    hostname: string;
}

/** Tells whether security keys can be used. */
export function availability({ isSecureContext, hasCredentials, hostname }: Surroundings = here()): Availability {
    if (isAddress(hostname)) {
        return "address";
    }
    if (!isSecureContext) {
        return "insecure";
    }
    return hasCredentials ? "available" : "missing";
}

function here(): Surroundings {
    return {
        isSecureContext: window.isSecureContext,
        hasCredentials: "PublicKeyCredential" in window,
        hostname: window.location.hostname,
    };
}

function isAddress(hostname: string): boolean {
    return hostname.startsWith("[") || /^\d+(\.\d+){3}$/.test(hostname);
}

/** The keys are bound to another name than that of this page. */
export class OtherName extends Error {
    constructor(readonly keysOf: string) {
        super(`security keys are bound to ${keysOf}`);
    }
}

/** The person or the browser has ended it, or the key took too long. */
export class NotDone extends Error {}

/** The key is registered already. */
export class KnownKey extends Error {}

/** Registers a key by creation options; its credential as JSON. */
export async function register(json: string, hostname = window.location.hostname): Promise<string> {
    const options = JSON.parse(json) as CreationOptions;
    if (!isOf(options.rp.id, hostname)) {
        throw new OtherName(options.rp.id);
    }
    const publicKey = {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: (options.excludeCredentials ?? []).map(withBytes),
    } as unknown as PublicKeyCredentialCreationOptions;
    const credential = await asked(() => navigator.credentials.create({ publicKey }));
    const response = credential.response as AuthenticatorAttestationResponse;
    return JSON.stringify({
        ...named(credential),
        response: {
            clientDataJSON: base64url(response.clientDataJSON),
            attestationObject: base64url(response.attestationObject),
            authenticatorData: base64url(response.getAuthenticatorData()),
            transports: response.getTransports(),
            publicKeyAlgorithm: response.getPublicKeyAlgorithm(),
        },
    });
}

/** Has a key sign those of these request options that are for this page; its assertion as JSON. */
export async function sign(requests: string[], hostname = window.location.hostname): Promise<string> {
    const all = requests.map((json) => JSON.parse(json) as RequestOptions);
    const options = all.find((one) => isOf(one.rpId, hostname));
    if (!options) {
        throw new OtherName(all[0]?.rpId ?? "");
    }
    const publicKey = {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: (options.allowCredentials ?? []).map(withBytes),
    } as unknown as PublicKeyCredentialRequestOptions;
    const credential = await asked(() => navigator.credentials.get({ publicKey }));
    const response = credential.response as AuthenticatorAssertionResponse;
    return JSON.stringify({
        ...named(credential),
        response: {
            clientDataJSON: base64url(response.clientDataJSON),
            authenticatorData: base64url(response.authenticatorData),
            signature: base64url(response.signature),
            ...(response.userHandle ? { userHandle: base64url(response.userHandle) } : {}),
        },
    });
}

/** Descriptors and bytes as WebAuthn's JSON has them (Level 3, section 5.1). */
interface Descriptor {
    id: string;
}

interface CreationOptions {
    rp: { id: string };
    user: { id: string };
    challenge: string;
    excludeCredentials?: Descriptor[];
}

interface RequestOptions {
    rpId: string;
    challenge: string;
    allowCredentials?: Descriptor[];
}

/** Whether a page of this host may use keys that are bound to a name. */
function isOf(name: string, hostname: string): boolean {
    return hostname === name || hostname.endsWith(`.${name}`);
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
    let credential;
    try {
        credential = await ask();
    } catch (error) {
        if (error instanceof DOMException && error.name === "InvalidStateError") {
            throw new KnownKey();
        }
        if (error instanceof DOMException) {
            throw new NotDone(error.message);
        }
        throw error;
    }
    if (!credential) {
        throw new NotDone("no credential");
    }
    return credential as PublicKeyCredential;
}

function named(credential: PublicKeyCredential) {
    return {
        id: credential.id,
        rawId: base64url(credential.rawId),
        type: credential.type,
        authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
        clientExtensionResults: credential.getClientExtensionResults(),
    };
}

const withBytes = (descriptor: Descriptor) => ({ ...descriptor, id: bytes(descriptor.id) });

/** The bytes of base64url. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** Bytes as base64url, without padding. */
export function base64url(buffer: ArrayBuffer): string {
    const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
