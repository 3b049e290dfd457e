/** Parts that the tabs have in common. */

import { useCallback, useEffect, useId, useRef, useState, type ReactNode } from "react";
import { refusalOf, type Refusal } from "../bus/errors";
import { Problem } from "../view/parts";
import { Button, Modal, ModalBody, ModalHeader, Spinner } from "../view/patternfly";
import { useWords } from "../view/words";
import type { Access } from "../access/access";

/** What every tab is given. */
export interface TabProps {
    access: Access;
    /** Another number whenever the log has grown, so that something may be different. */
    bell: number;
    /** What stands behind the name of the tab in the address. */
    path: string[];
    go(path: string[]): void;
}

/** Something that is read from the host. */
export interface Loaded<T> {
    value: T | null;
    refusal: Refusal | null;
    isBusy: boolean;
    reload(): void;
}

/** Reads something: at first, when one of `deps` is another, and on demand. What is older never replaces what is newer. */
export function useLoaded<T>(load: () => Promise<T>, deps: unknown[]): Loaded<T> {
    const [state, setState] = useState<{ value: T | null; refusal: Refusal | null }>({ value: null, refusal: null });
    const [isBusy, setBusy] = useState(true);
    const newest = useRef(0);
    const loader = useRef(load);
    loader.current = load;
    const reload = useCallback(async () => {
        newest.current += 1;
        const mine = newest.current;
        setBusy(true);
        let next: (former: { value: T | null }) => { value: T | null; refusal: Refusal | null };
        try {
            const value = await loader.current();
            next = () => ({ value, refusal: null });
        } catch (error) {
            const refusal = refusalOf(error);
            next = ({ value }) => ({ value, refusal });
        }
        if (mine === newest.current) {
            setState(next);
            setBusy(false);
        }
    }, []);
    useEffect(() => {
        void reload();
        return () => {
            newest.current += 1;
        };
        // The caller says of what the reading depends.
    }, [reload, ...deps]);
    return { ...state, isBusy, reload: () => void reload() };
}

/** What was read, or why it could not be. */
export function Reading<T>({ of, children }: { of: Loaded<T>; children: (value: T) => ReactNode }) {
    const words = useWords();
    return (
        <>
            {of.value === null && !of.refusal && <Spinner aria-label={words.say("admin-reading")} />}
            <Problem refusal={of.refusal} />
            {of.refusal && (
                <Button variant="secondary" onClick={of.reload}>
                    {words.say("page-again")}
                </Button>
            )}
            {of.value !== null && children(of.value)}
        </>
    );
}

/** A table, whose rows are cards where there is no room for columns: the roles stay when the style takes its own away. */
export function Table({ label, columns, children }: { label: string; columns: string[]; children: ReactNode }) {
    return (
        <table role="table" className="secinfo-table" aria-label={label}>
            <thead role="rowgroup">
                <tr role="row">
                    {columns.map((column) => (
                        <th key={column} role="columnheader" scope="col">
                            {column}
                        </th>
                    ))}
                </tr>
            </thead>
            <tbody role="rowgroup">{children}</tbody>
        </table>
    );
}

/** A row. */
export function Row({ isChosen, className, children }: { isChosen?: boolean; className?: string; children: ReactNode }) {
    return (
        <tr role="row" className={className} data-chosen={isChosen}>
            {children}
        </tr>
    );
}

/** The cell that a row is known by. */
export function Head({ children }: { children: ReactNode }) {
    return (
        <th role="rowheader" scope="row">
            {children}
        </th>
    );
}

/** A cell; `of` is the title of its column. */
export function Cell({ of, children }: { of: string; children: ReactNode }) {
    return (
        <td role="cell" data-label={of}>
            {children}
        </td>
    );
}

/** Facts: each a word, and what is to be said of it. */
export function Facts({ facts }: { facts: [name: string, value: ReactNode][] }) {
    return (
        <dl className="secinfo-facts">
            {facts.map(([name, value]) => (
                <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            ))}
        </dl>
    );
}

/** A dialog of an administrator. */
export function AdminDialog({ title, close, children }: { title: string; close(): void; children: ReactNode }) {
    const id = useId();
    return (
        <Modal isOpen variant="small" onClose={close} aria-labelledby={`${id}-title`}>
            <ModalHeader title={title} labelId={`${id}-title`} />
            <ModalBody className="secinfo-dialog" tabIndex={-1}>
                {children}
            </ModalBody>
        </Modal>
    );
}

/** Words of the host that are there in English only. */
export function English({ children }: { children: ReactNode }) {
    return <span lang="en">{children}</span>;
}
