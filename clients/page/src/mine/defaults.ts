/** Which methods can be the default, and where it falls. */

import type { Method, SecurityInfo } from "../bus/store";

/** The methods that can be the default. */
export function choices({ methods }: Pick<SecurityInfo, "methods">): Method[] {
    return methods.filter(
        (method) => method.Purposes.includes("sign-in") && method.IsAllowed && FALLBACK.includes(method.Kind),
    );
}

/** The method that becomes the default when another is deleted; null for none. */
export function nextDefault(info: Pick<SecurityInfo, "methods">, deleted: Method): Method | null {
    const left = choices(info).filter((method) => method.path !== deleted.path);
    const rank = (method: Method) => FALLBACK.indexOf(method.Kind);
    return left.sort((one, other) => rank(one) - rank(other))[0] ?? null;
}

/** The kinds that can be the default, in the order in which it falls to them. */
const FALLBACK = ["security-key", "push", "authenticator-app", "hardware-token", "text", "call"];
