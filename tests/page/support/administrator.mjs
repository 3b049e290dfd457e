// What administrators do again and again, in Cockpit and in the tabs that the page has for them.

import { Person } from "./browser.mjs";
import { addUser, ok } from "./machine.mjs";

/** Signs in a new account that may turn on administrative access, with limited access. */
export function signInAdministrator(browser, beginning) {
    const user = addUser(beginning);
    ok(["usermod", "--append", "--groups", "sudo", user]);
    return Person.signIn(browser, user);
}

/** Opens a tab, such as "users" or "users/alice". */
export async function openTab(person, name) {
    await person.open();
    await person.page.evaluate((hash) => {
        window.location.hash = hash;
    }, `/admin/${name}`);
    await person.page.getByRole("heading", { level: 1, name: person.words.whole("admin-title") }).waitFor();
}

/** Turns on administrative access with the password, in Cockpit's own dialog. */
export async function turnOn({ tab, user }) {
    await tab.locator("#super-user-indicator button:visible, button.ct-locked:visible").first().click();
    const password = tab.locator("[role=dialog] input[type=password]");
    await password.fill(`${user}-password`);
    await password.press("Enter");
    await password.waitFor({ state: "detached" });
}

/** The names of the tabs that there are. */
export async function tabs({ page, words }) {
    const links = page.getByRole("navigation", { name: words.whole("admin-title") }).getByRole("link");
    await links.first().waitFor();
    return links.allInnerTexts();
}

/** The row of a table that is known by this. */
export function row({ page }, name) {
    return page.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
}

/** Clicks a button of the dialog that is open. */
export async function confirm({ page, words }, id) {
    await page.getByRole("dialog").getByRole("button", { name: words.whole(id) }).click();
}

/** What axe finds, where colours change at once: a link's words change theirs only after the link has. */
export async function axe(person, where) {
    await person.page.evaluate(() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync("* { transition: none !important; }");
        document.adoptedStyleSheets = [sheet];
    });
    await person.axe(where);
}
