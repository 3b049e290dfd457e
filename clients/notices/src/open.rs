//! Opening security info: the page where there is one, else the command in a terminal.

use crate::journal;
use std::path::Path;
use std::process::{Command, Stdio};
use zbus::{Connection, OwnedObjectPath, Variant};

/// The page, as its package has it.
const PAGE: &str = "/usr/share/cockpit/secinfo/manifest.json";
/// The program of Cockpit that shows a page to the user whose desktop it is, without a login.
const DESKTOP: &str = "/usr/lib/cockpit/cockpit-desktop";
/// The same where distributions have such programs elsewhere.
const DESKTOP_ELSEWHERE: &str = "/usr/libexec/cockpit-desktop";
/// The terminal that the user or the administrator chose.
const TERMINAL: &str = "/usr/bin/x-terminal-emulator";
/// The command.
const COMMAND: &str = "/usr/bin/secinfo";
/// What the terminal runs: it stays open behind the list.
const IN_TERMINAL: &str = "secinfo; exec \"${SHELL:-/bin/sh}\"";

const SYSTEMD: &str = "org.freedesktop.systemd1";
const SYSTEMD_PATH: &str = "/org/freedesktop/systemd1";
const SYSTEMD_MANAGER: &str = "org.freedesktop.systemd1.Manager";

/// The program that opens security info here, with its arguments; none where nothing does.
pub(crate) fn program() -> Option<Vec<&'static str>> {
    let is_there = |path: &&str| Path::new(path).exists();
    let desktop = [DESKTOP, DESKTOP_ELSEWHERE].into_iter().find(is_there);
    match desktop {
        Some(desktop) if is_there(&PAGE) => Some(vec![desktop, "secinfo"]),
        _ if is_there(&TERMINAL) && is_there(&COMMAND) => {
            Some(vec![TERMINAL, "-e", "sh", "-c", IN_TERMINAL])
        }
        _ => None,
    }
}

/// Opens security info. The user's service manager starts the program: one that this process started would
/// live in its sandbox, in which `sudo` asks nobody.
pub(crate) async fn open(session: &Connection) {
    let Some(program) = program() else {
        return;
    };
    if let Err(error) = start_unit(session, &program).await {
        journal::say(&format!(
            "the service manager does not open security info, so this process does: {error}"
        ));
        start(&program);
    }
}

async fn start_unit(session: &Connection, program: &[&str]) -> zbus::Result<()> {
    let name = format!("app-secinfo-{:016x}.service", number());
    let execute = vec![(program[0], program, false)];
    let properties = vec![
        ("Description", Variant::from("Security info")),
        ("CollectMode", Variant::from("inactive-or-failed")),
        ("ExecStart", Variant::from(execute)),
    ];
    let auxiliary: Vec<(&str, Vec<(&str, Variant<'_>)>)> = Vec::new();
    let body = (name, "fail", properties, auxiliary);
    let reply = session
        .call_method(
            Some(SYSTEMD),
            SYSTEMD_PATH,
            Some(SYSTEMD_MANAGER),
            "StartTransientUnit",
            &body,
        )
        .await?;
    reply.body().deserialize::<OwnedObjectPath>().map(drop)
}

/// A number that no unit has yet.
fn number() -> u64 {
    getrandom::u64().unwrap_or_default()
}

fn start(program: &[&str]) {
    let child = Command::new(program[0])
        .args(&program[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match child {
        // It ends when the user closes it, and is to be no zombie then.
        Ok(mut child) => drop(tokio::task::spawn_blocking(move || child.wait())),
        Err(error) => journal::say(&format!("{}: {error}", program[0])),
    }
}
