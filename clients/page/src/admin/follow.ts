/** Begins to follow what this login of Cockpit may do for others. */

import type { Bus } from "../bus/client";
import { Access } from "./access";
import { cockpitLogin } from "./login";

export function follow(own: Bus): { access: Access; end(): void } {
    const access = new Access(cockpitLogin(), own);
    return { access, end: access.start() };
}
