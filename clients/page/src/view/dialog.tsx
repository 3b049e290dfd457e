/** A dialog. Where it takes a proof first, that is asked for in its place, and what was entered stays. */

import { useId, type ReactNode } from "react";
import type { Host } from "../bus/host";
import type { SecurityInfo } from "../bus/store";
import { VerificationPanel } from "../verify/verification";
import { Modal, ModalBody, ModalHeader } from "./patternfly";
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
    const id = useId();
    const { asking } = proof;
    return (
        <Modal
            isOpen
            variant={size}
            onClose={() => {
                asking?.finish(false);
                close();
            }}
            aria-labelledby={`${id}-title`}
        >
            <ModalHeader title={asking ? words.say("verify-title") : title} labelId={`${id}-title`} />
            <ModalBody className="secinfo-dialog" tabIndex={-1}>
                {asking && <VerificationPanel host={host} info={info} asking={asking} />}
                <div hidden={asking !== null}>{children}</div>
            </ModalBody>
        </Modal>
    );
}
