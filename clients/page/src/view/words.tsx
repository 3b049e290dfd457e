/** The words of the person's language, for every part of the page. */

import { createContext, useContext } from "react";
import type { Words } from "../words/words";

export const WordsContext = createContext<Words | null>(null);

/** The words. */
export function useWords(): Words {
    const words = useContext(WordsContext);
    if (!words) {
        throw new Error("no words were given to this part of the page");
    }
    return words;
}
