/** Links to what is shown in turn, in one line or, where there is no room, in several. */

import { useWords } from "./words";

export interface Tab {
    /** Its words, by the name of their message. */
    words: string;
    path: string[];
    isShown: boolean;
}

export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
    const words = useWords();
    return (
        <nav aria-label={label}>
            <ul className="secinfo-tabs">
                {tabs.map(({ words: name, path, isShown }) => (
                    <li key={name}>
                        <a
                            href={`#/${path.join("/")}`}
                            aria-current={isShown ? "page" : undefined}
                            onClick={(event) => {
                                event.preventDefault();
                                cockpit.location.go(path);
                            }}
                        >
                            {words.say(name)}
                        </a>
                    </li>
                ))}
            </ul>
        </nav>
    );
}
