/** A dialog. Where it takes a proof first, that is asked for in its place, and what was entered stays. */

import type { ReactNode } from "react";
import type { Host } from "../bus/host";
import type { SecurityInfo } from "../bus/store";
import { VerificationPanel } from "../verify/verification";
import { Frame } from "./frame";
import type { Proof } from "./proof";
import { useWords } from "./words";

export interface DialogProps {
    host: Host;
    info: SecurityInfo;
    title: string;
    proof: Proof;
    close(): void;
    size?: "small" | "medium";
    children: ReactNode;
}

export function Dialog({ host, info, title, proof, close, size = "small", children }: DialogProps) {
    const words = useWords();
    const { asking } = proof;
    const leave = () => {
        asking?.finish(false);
        close();
    };
    return (
        <Frame title={asking ? words.say("verify-title") : title} close={leave} size={size}>
            {asking && <VerificationPanel host={host} info={info} asking={asking} />}
            <div hidden={asking !== null}>{children}</div>
        </Frame>
    );
}
