// How sources become programs, for the page and for its tests alike.

import { join } from "node:path";
import { words } from "./words.mjs";

export function bundling(here) {
    return {
        absWorkingDir: here,
        bundle: true,
        format: "esm",
        target: ["es2022"],
        jsx: "automatic",
        // The style sheets of PatternFly name fonts and pictures that the page does not use.
        external: ["*.woff2", "*.svg", "*.jpg", "*.png"],
        plugins: [words(join(here, "src/words"), join(here, "../../schemas/words/messages"))],
        logLevel: "warning",
    };
}
