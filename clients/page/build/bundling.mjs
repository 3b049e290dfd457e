// How sources become programs, for the page and for its tests alike.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { words } from "./words.mjs";

export function bundling(here) {
    return {
        absWorkingDir: here,
        bundle: true,
        format: "esm",
        target: ["es2022"],
        jsx: "automatic",
        // Cockpit serves the fonts that the page names; the pictures of PatternFly are not used.
        external: ["*.woff2", "*.svg", "*.jpg", "*.png"],
        plugins: [
            words(join(here, "src/words"), join(here, "../../schemas/words/messages")),
            withoutFonts,
        ],
        logLevel: "warning",
    };
}

/** Leaves out PatternFly's fonts: src/view/fonts.css names those that Cockpit has. */
const withoutFonts = {
    name: "without-fonts",
    setup(build) {
        build.onLoad({ filter: /react-core\/dist\/styles\/base\.css$/ }, async ({ path }) => {
            const text = await readFile(path, "utf8");
            return { contents: text.replace(/@font-face\s*\{[^}]*\}/g, ""), loader: "css" };
        });
    },
};
