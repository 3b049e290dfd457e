// A browser in which somebody has signed in to Cockpit, and the page there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { chromium } from "playwright-core";
import { shell, until } from "./machine.mjs";
import { areNotIn } from "./secrets.mjs";
import { words } from "./words.mjs";

/** Cockpit as browsers on the host itself know it: they take `localhost` for as safe as https. */
export const ORIGIN = "http://localhost:9090";

/** Cockpit's own names of our languages. */
const COCKPIT_LANGUAGES = { en: "en-us", de: "de-de", fr: "fr-fr" };

/** The language of a person whose test chooses none. */
const LANGUAGE = process.env.SECINFO_PAGE_LANGUAGE ?? "en";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** WCAG 2.2 AA and what goes beyond it. */
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The widths, in pixels, at which nothing may be cut off: 1280 at 200 % and at 400 %, which is a small phone as well. */
const NARROW = { "at 200 %": 640, "on a phone": 320 };

/** Starts a browser. */
export function launch() {
    return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}

/** Everybody who has signed in. */
const everybody = [];

/**
 * Ends it, once nothing secret of the whole run is where a browser keeps something, in an address, in what
 * the pages said to the console, or in the journal of the host. Where tests are to leave pictures, there is
 * one of how each tab was left.
 */
export async function close(browser) {
    const directory = process.env.SECINFO_PICTURES;
    if (directory) {
        const tabs = browser.contexts().flatMap((context) => context.pages());
        const name = basename(process.argv[1], ".test.mjs");
        await Promise.all(tabs.map((tab, index) => tab.screenshot({ path: `${directory}/${name}-end-${index}.png` })));
    }
    try {
        for (const person of everybody) {
            areNotIn(await person.kept());
        }
        areNotIn({ "the journal": shell("journalctl --boot --no-pager --output=cat") });
    } finally {
        await browser.close();
    }
}

/** What stands in the place of a prompt that was answered. */
const ANSWERED = "(answered)";

/** Whether Cockpit's page for signing in asks for something that was not answered yet. */
function isAsked(answered) {
    const [input, prompt] = ["input", "prompt"].map((part) => document.getElementById(`conversation-${part}`));
    return input.offsetParent !== null && prompt.textContent !== answered;
}

/** Waits, in the page, until no colour changes any more; what turns until something comes is not waited for. */
async function isAtRest() {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const ends = document
        .getAnimations()
        .filter((animation) => animation.effect?.getTiming().iterations !== Infinity)
        .map((animation) => animation.finished.catch(() => undefined));
    await Promise.all(ends);
}

/** Somebody who has signed in: `tab` is the whole tab, `page` the frame of our page once it is opened. */
export class Person {
    /** What the browser's console said. */
    said = [];
    /** Where its frames have been. */
    addresses = [];
    /** The page's frame. */
    page = null;

    /**
     * Signs somebody in. `answers` are what they type at each prompt after the password; each may be a
     * function that takes the prompt.
     */
    static async signIn(browser, user, { language = LANGUAGE, width = 1280, height = 900, dark = false, origin = ORIGIN, password = `${user}-password`, answers = [] } = {}) {
        const context = await browser.newContext({
            viewport: { width, height },
            colorScheme: dark ? "dark" : "light",
            locale: COCKPIT_LANGUAGES[language],
            reducedMotion: "reduce",
            acceptDownloads: true,
        });
        const person = new Person(context, await context.newPage(), user, password, origin);
        await person.speak(language);
        await person.enter(answers);
        return person;
    }

    constructor(context, tab, user, password, origin) {
        Object.assign(this, { context, tab, user, password, origin });
        everybody.push(this);
        tab.on("console", (message) => this.said.push(message.text()));
        tab.on("framenavigated", (frame) => this.addresses.push(frame.url()));
        tab.on("pageerror", (error) => this.said.push(`page error: ${error.stack}`));
        tab.setDefaultTimeout(20_000);
    }

    /** Chooses the language of all that is opened from now on. */
    async speak(language) {
        const name = COCKPIT_LANGUAGES[language];
        await this.context.addCookies([{ name: "CockpitLang", value: name, url: this.origin }]);
        Object.assign(this, { language, words: words(language) });
    }

    /** Gives the password, and answers each prompt that follows it. */
    async enter(answers = []) {
        const { tab } = this;
        await tab.goto(`${this.origin}/`);
        await tab.fill("#login-user-input", this.user);
        await tab.fill("#login-password-input", this.password);
        await tab.click("#login-button");
        for (const answer of answers) {
            // The former prompt stays until the next one comes.
            await until("the next prompt", () => tab.evaluate(isAsked, ANSWERED));
            const prompt = await tab.textContent("#conversation-prompt");
            await tab.fill("#conversation-input", typeof answer === "function" ? await answer(prompt) : answer);
            await tab.evaluate((answered) => {
                document.getElementById("conversation-prompt").textContent = answered;
            }, ANSWERED);
            await tab.click("#login-button");
        }
        await tab.waitForSelector("#host-apps, #nav-system", { state: "attached" });
    }

    /** Signs out of Cockpit. */
    async signOut() {
        await this.tab.evaluate(() => cockpit.logout(false));
    }

    /** Begins to open the page, or to open it anew; its frame, in which there may be nothing yet. */
    async load() {
        await this.tab.goto(`${this.origin}/secinfo`);
        this.page = await until("the frame of the page", () =>
            this.tab.frames().find((frame) => frame.url().includes("/secinfo/index.html")),
        );
        return this.page;
    }

    /** Opens the page, or opens it anew. */
    async open() {
        await this.load();
        await this.page.waitForSelector("h1");
        return this.page;
    }

    /** An element with this role whose name is what the page says for `id`, whatever stands in its place. */
    role(role, id) {
        return this.page.getByRole(role, { name: this.words.whole(id) });
    }

    /** A button, likewise. */
    button(id) {
        return this.role("button", id).first();
    }

    /** Clicks a button. */
    async click(id) {
        await this.button(id).click();
    }

    /** Waits until the page says this. */
    async sees(id, options = {}) {
        await this.page.getByText(this.words.like(id)).first().waitFor(options);
    }

    /** Begins to add a method of this kind. */
    async add(kind) {
        await this.click("list-add");
        await this.page.locator(`.secinfo-choice[data-kind="${kind}"]`).click();
    }

    /** The field for the code of a method that is added, or that proves who somebody is. */
    get codeField() {
        return this.page.locator("#secinfo-code:visible, #secinfo-verify-code:visible");
    }

    /** Types a code and submits it. */
    async enterCode(code, button = "add-submit") {
        await this.codeField.fill(code);
        await this.click(button);
    }

    /** Waits until the field for the code has the focus, because it is asked for or was wrong. */
    async isAtCode() {
        await this.page.waitForFunction(() => /^secinfo-(verify-)?code$/.test(document.activeElement?.id ?? ""));
    }

    /** The rows of the list that are of this kind. */
    rows(kind) {
        return this.page.locator(`.secinfo-method[data-kind="${kind}"]`);
    }

    /** Chooses what is done with the only method of a kind. */
    async act(kind, action) {
        await this.rows(kind).getByRole("button", { name: this.words.like("list-actions") }).click();
        await this.page.getByRole("menuitem", { name: this.words.whole(`action-${action}`) }).click();
    }

    /** Takes a picture where the tests are to leave some, for people to look at. */
    async keepPicture(name) {
        const directory = process.env.SECINFO_PICTURES;
        if (directory) {
            await this.picture(`${directory}/${name}.png`);
        }
    }

    /** A picture of the whole tab. */
    picture(path) {
        return this.tab.screenshot(path ? { path } : {});
    }

    /**
     * What axe finds wrong with the page as it is, in the light and in the dark, and whether it fits where
     * there is little room; with a picture of each.
     */
    async axe(where) {
        await this.page.evaluate(`${AXE}; undefined`);
        for (const colorScheme of ["light", "dark"]) {
            await this.tab.emulateMedia({ colorScheme });
            await this.page.evaluate(isAtRest);
            const { violations } = await this.page.evaluate(
                (tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }),
                AXE_TAGS,
            );
            const told = violations.flatMap(({ id, help, nodes }) =>
                nodes.map((node) => `${id}: ${help}: ${node.html} ${node.failureSummary}`),
            );
            assert.equal(told.length, 0, `axe, ${where}, ${colorScheme}: ${told.join("\n")}`);
            await this.keepPicture(`${where.replaceAll(" ", "-")}-${colorScheme}`);
        }
        await this.fits(where);
    }

    /** Nothing has to be scrolled to the side, on a phone or magnified. */
    async fits(where) {
        const size = this.tab.viewportSize();
        for (const [how, width] of Object.entries(NARROW)) {
            await this.tab.setViewportSize({ ...size, width });
            await this.page.evaluate(isAtRest);
            const [needed, given] = await this.page.evaluate(() => {
                const { scrollWidth, clientWidth } = document.documentElement;
                return [scrollWidth, clientWidth];
            });
            assert.ok(needed <= given, `${where}, ${how}: ${needed} of ${given} px`);
            await this.keepPicture(`${where.replaceAll(" ", "-")}-${width}`);
        }
        await this.tab.setViewportSize(size);
        await this.page.evaluate(isAtRest);
    }

    /** What the browser keeps, and where it has been; of a tab that was closed what can still be asked. */
    async kept() {
        const kept = { console: this.said.join("\n"), addresses: this.addresses.join("\n") };
        if (!this.tab.isClosed()) {
            kept.cookies = JSON.stringify(await this.context.cookies());
            const stored = await this.tab.evaluate(() => ({
                "local storage": JSON.stringify({ ...localStorage }),
                "session storage": JSON.stringify({ ...sessionStorage }),
            }));
            Object.assign(kept, stored);
        }
        return kept;
    }

    /** None of these is kept, or is still in the page. */
    async hasLeftNowhere(secrets) {
        const page = await this.page.evaluate(() => document.documentElement.outerHTML);
        for (const [place, text] of Object.entries({ page, ...(await this.kept()) })) {
            for (const secret of secrets) {
                assert.ok(!text.includes(secret), `${secret} is in ${place}`);
            }
        }
    }

    /** Nothing went wrong in the page that only its console tells. */
    isUntroubled() {
        const troubles = this.said.filter((text) => /page error|Content Security Policy|Refused to/.test(text));
        assert.deepEqual(troubles, []);
    }
}
