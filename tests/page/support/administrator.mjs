// What administrators do again and again, in Cockpit and in the tabs that the page has for them.

import { Person } from "./browser.mjs";
import { addUser, ok, until } from "./machine.mjs";

/** Signs in a new account that may turn on administrative access, with limited access. */
export function signInAdministrator(browser, beginning) {
    const user = addUser(beginning);
    ok(["usermod", "--append", "--groups", "sudo", user]);
    return Person.signIn(browser, user);
}

/** What polkit lets the help desk do, and nothing else. */
const HELP_DESK = `
polkit.addRule(function (action, subject) {
    var allowed = ["org.secinfo.SecurityInfo1.read-users", "org.secinfo.SecurityInfo1.unlock-users"];
    if (allowed.indexOf(action.id) >= 0 && subject.isInGroup("help-desk")) {
        return polkit.Result.YES;
    }
});
`;

/** Gives a user one task of administrators by a rule of polkit: to see users and to unlock them. */
export function allowHelpDesk(user) {
    ok(["groupadd", "--force", "help-desk"]);
    ok(["usermod", "--append", "--groups", "help-desk", user]);
    ok(["sh", "-c", "cat >/etc/polkit-1/rules.d/50-help-desk.rules"], HELP_DESK);
    ok(["systemctl", "try-restart", "polkit"]);
}

/** Opens a tab, such as "users" or "users/alice". */
export async function openTab(person, name) {
    await person.open();
    await person.page.evaluate((hash) => {
        window.location.hash = hash;
    }, `/admin/${name}`);
    await person.page.getByRole("heading", { level: 1, name: person.words.whole("admin-title") }).waitFor();
}

/**
 * Turns on administrative access in Cockpit's own dialog, with the password and with what is answered to
 * each prompt after it; those prompts.
 */
export async function turnOn({ tab, user, password = `${user}-password` }, answers = []) {
    await tab.locator("#super-user-indicator button:visible, button.ct-locked:visible").first().click();
    const dialog = tab.getByRole("dialog");
    const field = dialog.locator("input");
    await field.fill(password);
    await field.press("Enter");
    const prompts = [];
    for (const answer of answers) {
        const former = prompts.at(-1);
        const label = dialog.locator("label");
        const isNew = (text) => /code/i.test(text) && text !== former;
        prompts.push(await until("the next prompt", async () => [await label.innerText()].find(isNew)));
        await field.fill(answer);
        await field.press("Enter");
    }
    await dialog.waitFor({ state: "detached" });
    return prompts;
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
