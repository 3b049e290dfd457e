/** Light or dark, as the person has chosen in Cockpit's own menu, or else as the browser says. */

const DARK = "pf-v6-theme-dark";

export function followLook(): void {
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const apply = (chosen: string | null) => {
        const isDark = chosen === "dark" || (chosen !== "light" && system.matches);
        document.documentElement.classList.toggle(DARK, isDark);
    };
    const stored = () => apply(localStorage.getItem("shell:style"));
    // The first comes from other frames, the second from the shell to this one.
    window.addEventListener("storage", (event) => {
        if (event.key === "shell:style") {
            stored();
        }
    });
    window.addEventListener("cockpit-style", (event) => {
        if (event instanceof CustomEvent && typeof event.detail?.style === "string") {
            apply(event.detail.style);
        }
    });
    system.addEventListener("change", stored);
    stored();
}
