// What tests do again and again on the way to what they are about.

import assert from "node:assert/strict";
import { App, readQrCode } from "./authenticator.mjs";
import { code, codes } from "./machine.mjs";

/** Adds an authenticator app of this name; a user who has a method proves it by one of these apps first. */
export async function addApp(person, name) {
    await person.add("authenticator-app");
    await person.page.locator("#secinfo-name").fill(name);
    await person.click("page-continue");
    const app = new App(await person.page.locator("[data-secret]").first().innerText());
    await person.click("page-continue");
    await person.enterCode(app.code());
    await person.sees("done-added");
    return app;
}

/** Adds a mobile phone for texts, of a number of its own: what is sent to one is limited. */
export async function addText(person) {
    const before = codes().length;
    const number = `+49 151 3${String(process.pid).padStart(7, "0").slice(-7)}`;
    await person.add("text");
    await person.page.locator("#secinfo-destination").fill(number);
    await person.click("code-send");
    await person.enterCode(await code(before + 1));
    await person.sees("done-added");
}

/** Adds a phone that approves. */
export async function addPhone(person, phone) {
    await person.add("push");
    await person.click("page-continue");
    await person.page.locator(".secinfo-qr").waitFor();
    assert.equal(await phone.does(`register ${readQrCode(await person.picture())}`), "registered");
    await person.sees("push-test-text");
    await person.enterCode(await phone.does("approve"));
    await person.sees("done-added");
}

/** Ends the dialog. */
export async function done(person) {
    await person.click("page-done");
    await person.page.getByRole("dialog").waitFor({ state: "detached" });
}

/** Proves who somebody is, where the page asks for it. */
export async function prove(person, app) {
    await person.sees("verify-lead");
    await person.enterCode(app.code(), "verify-submit");
}
