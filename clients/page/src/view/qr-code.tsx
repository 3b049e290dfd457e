/** A QR code, dark on white in dark mode too, or phones do not see it. */

import { encode } from "uqr";
import { useWords } from "./words";

/** How many modules wide the margin is. */
const MARGIN = 4;

export function QrCode({ text }: { text: string }) {
    const words = useWords();
    const { data, size } = encode(text, { ecc: "L", border: MARGIN });
    const path = data
        .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")))
        .join("");
    return (
        <svg
            className="secinfo-qr"
            role="img"
            aria-label={words.say("qr-label")}
            viewBox={`0 0 ${size} ${size}`}
            shapeRendering="crispEdges"
        >
            <rect width={size} height={size} fill="#fff" />
            <path d={path} fill="#000" />
        </svg>
    );
}
