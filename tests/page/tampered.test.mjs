// A log that somebody has rewritten who became root: administrators see from which event on.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { axe, openTab, signInAdministrator, turnOn } from "./support/administrator.mjs";
import { close, launch } from "./support/browser.mjs";
import { addUser, events, fileOf, ok, shell } from "./support/machine.mjs";

/** More events than are read when the daemon starts. */
const CHECKED_AT_START = 300;

let browser;
let admin;
before(async () => {
    browser = await launch();
    // The newest events are checked whenever the daemon starts. Those before are by their hashes alone.
    const user = addUser("carol");
    while (events().length < CHECKED_AT_START) {
        shell(`for _ in $(seq 50); do secinfo access-pass issue ${user}; done`);
    }
    admin = await signInAdministrator(browser, "adele");
    await openTab(admin, "log");
    await turnOn(admin);
});
after(() => browser && close(browser));

/** Has the events of a time say that they were an hour earlier, while the daemon is stopped. */
function backdate(time) {
    shell("systemctl mask --quiet --runtime secinfod.service && systemctl stop secinfod.socket secinfod.service");
    try {
        const log = fileOf(shell("readlink --canonicalize /var/lib/secinfo/log").trim());
        const words = [log, `"time":${time}`, `"time":${time - 3_600_000}`];
        const { stdout, stderr } = spawnSync(process.env.SECINFO_TAMPER, words, { encoding: "utf8" });
        assert.ok(Number(stdout) > 0, stderr);
        shell("chown --recursive --reference=/var/lib/secinfo/log/. /var/lib/secinfo/log/");
    } finally {
        shell("systemctl unmask --quiet --runtime secinfod.service && systemctl start secinfod.socket secinfod.service");
    }
}

test("a log that is as it was signed verifies", async () => {
    await openTab(admin, "log");
    await admin.click("admin-verify");
    await admin.sees("admin-verified");
});

test("after an event was backdated it does not, and the number of the event is said", async () => {
    const { time } = events("access-pass-issued")[0];
    // What came of the same call is as old.
    const first = events().find((event) => event.time === time);
    backdate(time);
    await openTab(admin, "log");
    await admin.page.getByRole("row").nth(1).waitFor();
    await admin.click("admin-verify");
    const told = admin.page.getByText(admin.words.like("admin-not-verified-from")).first();
    await told.waitFor();
    assert.match(await told.innerText(), new RegExp(`\\b${first.seq}\\b`));
    await axe(admin, "a log that was rewritten");
    admin.isUntroubled();
});
