/** The frame of every dialog: its title, and a way out of it in the person's language. */

import CloseIcon from "@patternfly/react-icons/dist/esm/icons/rh-microns-close-icon";
import { useId, type ReactNode } from "react";
import { Button, Modal, ModalBody, ModalHeader } from "./patternfly";
import { useWords } from "./words";

export interface FrameProps {
    title: string;
    close(): void;
    size?: "small" | "medium";
    children: ReactNode;
}

export function Frame({ title, close, size = "small", children }: FrameProps) {
    const words = useWords();
    const id = useId();
    return (
        // PatternFly's own button to close says so in English.
        <Modal isOpen variant={size} onEscapePress={close} aria-labelledby={`${id}-title`}>
            <Button
                variant="plain"
                className="secinfo-close"
                aria-label={words.say("page-close")}
                icon={<CloseIcon />}
                onClick={close}
            />
            <ModalHeader title={title} labelId={`${id}-title`} className="secinfo-dialog-head" />
            <ModalBody className="secinfo-dialog" tabIndex={-1}>
                {children}
            </ModalBody>
        </Modal>
    );
}
