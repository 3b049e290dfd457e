// What users read of what happened in their accounts, in each language.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signInAdministrator } from "./support/administrator.mjs";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser } from "./support/machine.mjs";
import { keepSecret } from "./support/secrets.mjs";
import { Ssh } from "./support/ssh.mjs";
import { addApp, done, prove } from "./support/steps.mjs";

let browser;
let adele;
let lena;

before(async () => {
    browser = await launch();
    const first = await signInAdministrator(browser, "adele");
    await first.open();
    const app = await addApp(first, "Tablet");
    await done(first);
    await first.context.close();

    const stranger = await Ssh.start(first.user);
    await stranger.isAsked(/Code/);
    stranger.answer("000000");
    await stranger.isAsked(/Code/);
    await stranger.close();
    const ssh = await Ssh.signIn(first.user, app.code());
    const user = addUser("lena");
    ssh.start(`sudo -k; sudo secinfo access-pass issue ${user}`);
    await ssh.sees(`password for ${first.user}`);
    ssh.type(`${first.user}-password`);
    await ssh.sees("Authenticator app");
    ssh.type(app.code());
    const { code, said } = await ssh.finish();
    assert.equal(code, 0, said);
    await ssh.close();
    const [pass] = /[\w]{4}(-[\w]{4})+/.exec(said) ?? assert.fail(said);

    adele = await Person.signIn(browser, first.user, { answers: [() => app.code()] });
    await adele.open();
    await adele.click("fresh-prove");
    await prove(adele, app);
    await adele.sees("fresh-until");
    lena = await Person.signIn(browser, user, { answers: [keepSecret(pass)] });
});
after(() => browser && close(browser));

/** The lines, the newest first: what happened, and how, where from and by whom. */
async function lines(person, language) {
    await person.speak(language);
    await person.open();
    await person.role("link", "activity-heading").click();
    const list = person.page.getByRole("listitem").filter({ has: person.page.locator("time") });
    await list.first().waitFor();
    for (const when of await list.locator("time").allInnerTexts()) {
        assert.match(when, TODAY[language]);
    }
    await person.axe(`activity in ${language}`);
    const [what, how] = await Promise.all(["strong", "strong ~ div"].map((part) => list.locator(part).allInnerTexts()));
    return what.map((text, index) => [text, how[index]].filter(Boolean).join(": "));
}

const TODAY = {
    en: /^(today|yesterday) at \d{1,2}:\d\d( [AP]M)?$/,
    de: /^(heute|gestern) um \d{1,2}:\d\d$/,
    fr: /^(aujourd’hui|hier) à \d{1,2}:\d\d$/,
};

/** Where browsers on the host itself come from, in the words of a line. */
const HERE = /(::1|127\.0\.0\.1)$/;

/** What an administrator reads who has proved on the page who they are, having signed in there, at sudo and over SSH, where a stranger had tried before. */
const OWN = {
    en: [
        "Proved: Authenticator app “Tablet”",
        "Signed in: Authenticator app “Tablet” · at cockpit · from HERE",
        "Signed in: Authenticator app “Tablet” · at sudo · from pts/0",
        "Signed in: Authenticator app “Tablet” · at sshd · from HERE",
        "Refused, wrong code: Authenticator app “Tablet” · at sshd · from HERE",
        "Default method changed: Authenticator app “Tablet”",
        "Added: Authenticator app “Tablet”",
    ],
    de: [
        "Nachweis erbracht: Authenticator-App „Tablet“",
        "Angemeldet: Authenticator-App „Tablet“ · bei cockpit · von HERE",
        "Angemeldet: Authenticator-App „Tablet“ · bei sudo · von pts/0",
        "Angemeldet: Authenticator-App „Tablet“ · bei sshd · von HERE",
        "Abgelehnt, falscher Code: Authenticator-App „Tablet“ · bei sshd · von HERE",
        "Standardmethode geändert: Authenticator-App „Tablet“",
        "Hinzugefügt: Authenticator-App „Tablet“",
    ],
    fr: [
        "Preuve apportée: Application d’authentification « Tablet »",
        "Connexion: Application d’authentification « Tablet » · par cockpit · depuis HERE",
        "Connexion: Application d’authentification « Tablet » · par sudo · depuis pts/0",
        "Connexion: Application d’authentification « Tablet » · par sshd · depuis HERE",
        "Refus, code erroné: Application d’authentification « Tablet » · par sshd · depuis HERE",
        "Méthode par défaut modifiée: Application d’authentification « Tablet »",
        "Ajout: Application d’authentification « Tablet »",
    ],
};

/** What somebody reads to whom that administrator, by sudo, has issued an access pass. */
const OF_ANOTHER = {
    en: ["Signed in: Access pass · at cockpit · from HERE", "Issued by an administrator: Access pass · by root (ADMIN)"],
    de: [
        "Angemeldet: Zugangspass · bei cockpit · von HERE",
        "Von der Administration ausgestellt: Zugangspass · durch root (ADMIN)",
    ],
    fr: [
        "Connexion: Passe d’accès · par cockpit · depuis HERE",
        "Émission par un administrateur: Passe d’accès · de root (ADMIN)",
    ],
};

for (const language of ["en", "de", "fr"]) {
    test(`it reads right in ${language}, and names who was behind a sudo`, async () => {
        const read = async (person) =>
            (await lines(person, language)).map((line) =>
                line.replaceAll("\u00a0", " ").replace(HERE, "HERE").replace(adele.user, "ADMIN"),
            );
        assert.deepEqual(await read(adele), OWN[language]);
        assert.deepEqual(await read(lena), OF_ANOTHER[language]);
    });
}

test("a line is proved to be in the log, by the command", async () => {
    await lena.page.getByRole("button", { name: lena.words.like("line-proof-of") }).first().click();
    await lena.sees("proof-right");
    await lena.axe("a proof of a line");
    lena.isUntroubled();
    adele.isUntroubled();
});
