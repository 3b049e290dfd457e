// What is bundled into the page, for the list of licences that the Debian package has.

/** The folders of all packages that have come into what was built. */
export function bundledIn(metafile) {
    const folders = new Set();
    for (const input of Object.keys(metafile.inputs)) {
        const parts = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
        if (parts) {
            folders.add(parts[1]);
        }
    }
    return [...folders].sort();
}
