// A security key, by the virtual authenticator of the browser.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, close, launch } from "./support/browser.mjs";
import { addUser } from "./support/machine.mjs";
import { addApp, done } from "./support/steps.mjs";

let browser;
let person;
let app;
before(async () => {
    browser = await launch();
    person = await Person.signIn(browser, addUser("kira"));
    await person.open();
    app = await addApp(person, "Tablet");
    await done(person);
    await plugIn(person);
});
after(() => browser && close(browser));

/** Plugs a key in that has a PIN, and whose user touches it whenever it asks. */
async function plugIn({ context, tab }) {
    const devices = await context.newCDPSession(tab);
    await devices.send("WebAuthn.enable");
    await devices.send("WebAuthn.addVirtualAuthenticator", {
        options: {
            protocol: "ctap2",
            transport: "usb",
            hasUserVerification: true,
            isUserVerified: true,
            automaticPresenceSimulation: true,
        },
    });
}

test("a key registers, proves that it works, and is in the list", async () => {
    await person.add("security-key");
    await person.page.locator("#secinfo-name").fill("Key ring");
    await person.axe("before the key");
    await person.click("page-continue");
    await person.click("add-key-register");
    await person.sees("add-key-again-text");
    await person.axe("the key is registered");
    await person.click("key-use");
    await person.sees("done-added");
    await person.sees("add-key-another");
    await person.axe("the key is added");
    await done(person);
    await person.rows("security-key").getByText("Key ring").waitFor();
});

test("the key proves its user", async () => {
    await person.click("fresh-prove");
    await person.click("verify-other");
    await person.page.getByRole("button", { name: /Key ring/ }).last().click();
    await person.axe("the key is asked for");
    await person.click("key-use");
    await person.page.getByRole("dialog").waitFor({ state: "detached" });
    person.isUntroubled();
});

test("by an IP address browsers offer no key, and the page says why", async () => {
    const other = await Person.signIn(browser, person.user, {
        origin: "http://127.0.0.1:9090",
        answers: [() => app.code()],
    });
    await other.open();
    await other.add("security-key");
    await other.sees("key-address");
    await other.axe("no key by an IP address");
    assert.equal(await other.button("add-key-register").count(), 0);
    await other.context.close();
});
