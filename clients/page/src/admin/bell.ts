/** Tells that something may be different: signals about others reach nobody but themselves, so the log is the bell. */

import { useEffect, useState } from "react";
import { ROOT, type Bus } from "../bus/client";
import { isRefusal } from "../bus/errors";
import type { Access } from "../access/access";

const APPENDED = "org.secinfo.SecurityInfo1.Audit.Appended";
/** How soon after an event all is read anew, in milliseconds: several often come together. */
const QUIET = 300;
/** How often it is read by whom may not read the log, in milliseconds. */
const LOOK_AGAIN = 10_000;

/** Another number after each change that was told. */
export function useBell(access: Access): number {
    const [rung, setRung] = useState(0);
    const mayListen = access.may("read-log");
    useEffect(() => {
        const ring = () => setRung((former) => former + 1);
        return mayListen ? listen(access.busFor("read-log"), ring) : whileVisible(ring, LOOK_AGAIN);
    }, [access, mayListen]);
    return rung;
}

/** Calls back after events, until it is ended. */
export function listen(bus: Bus, ring: () => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
        timer ??= setTimeout(() => {
            timer = undefined;
            ring();
        }, QUIET);
    };
    const endSignals = bus.onSignal(({ name }) => {
        if (name === APPENDED) {
            soon();
        }
    });
    // A daemon that was started anew knows of no listeners.
    const endOwner = bus.onOwner((isThere) => {
        if (isThere) {
            void subscribe(bus);
            soon();
        }
    });
    return () => {
        clearTimeout(timer);
        endSignals();
        endOwner();
    };
}

/** Calls back again and again, while the page is looked at. */
export function whileVisible(look: () => void, milliseconds: number): () => void {
    const timer = setInterval(() => {
        if (!cockpit.hidden) {
            look();
        }
    }, milliseconds);
    const shown = () => {
        if (!cockpit.hidden) {
            look();
        }
    };
    cockpit.addEventListener("visibilitychange", shown);
    return () => {
        clearInterval(timer);
        cockpit.removeEventListener("visibilitychange", shown);
    };
}

async function subscribe(bus: Bus): Promise<void> {
    try {
        await bus.call(ROOT, "Audit", "Subscribe");
    } catch (error) {
        // The tab says why when it reads; without the bell it is read anew by hand.
        if (!isRefusal(error, "NotAuthorized", "AccessDenied", "Unreachable", "ShuttingDown")) {
            throw error;
        }
    }
}
