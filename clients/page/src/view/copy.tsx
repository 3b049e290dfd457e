/** Copies a text, and says that it did. */

import { useState } from "react";
import { Button } from "./patternfly";
import { Status } from "./parts";
import { useWords } from "./words";

export function CopyButton({ text, children }: { text: string; children: React.ReactNode }) {
    const words = useWords();
    const [said, setSaid] = useState("");
    const copy = async (near: Element) => {
        const isCopied = await write(text, near);
        setSaid(words.say(isCopied ? "copy-done" : "copy-failed"));
    };
    return (
        <span className="secinfo-copy">
            <Button variant="secondary" size="sm" onClick={(event) => void copy(event.currentTarget)}>
                {children}
            </Button>
            <Status>{said}</Status>
        </span>
    );
}

/** Whether it was copied. On plain http browsers have no clipboard but that of a selection. */
async function write(text: string, near: Element): Promise<boolean> {
    if (navigator.clipboard) {
        try {
            await navigator.clipboard.writeText(text);
            return true;
        } catch {
            return false;
        }
    }
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "secinfo-offscreen";
    field.setAttribute("aria-hidden", "true");
    // A dialog keeps the focus inside of it.
    near.parentElement?.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    if (near instanceof HTMLElement) {
        near.focus();
    }
    return isCopied;
}
