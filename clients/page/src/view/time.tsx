/** Time that passes while something is shown. */

import { useEffect, useState } from "react";
import { now } from "../words/times";

/** The seconds until a time, counted down; 0 once it has come. */
export function useSecondsUntil(time: number): number {
    const [left, setLeft] = useState(() => Math.max(0, time - now()));
    useEffect(() => {
        const look = () => setLeft(Math.max(0, time - now()));
        look();
        if (time <= now()) {
            return undefined;
        }
        const timer = setInterval(look, 1000);
        return () => clearInterval(timer);
    }, [time]);
    return left;
}

/** The time, anew each minute, for what says "today" or "until". */
export function useMinute(): number {
    const [time, setTime] = useState(now);
    useEffect(() => {
        const timer = setInterval(() => setTime(now()), 60_000);
        return () => clearInterval(timer);
    }, []);
    return time;
}
