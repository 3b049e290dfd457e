//! Whether the dependencies keep to deny.toml, judged by cargo-deny.

use super::Outcome;
use crate::failure::{Context, Result};
use crate::screen;
use crate::workspace::{self, Workspace};
use std::path::PathBuf;
use std::process::Command;

const VERSION: &str = "0.20.2";

/// How long fetching the advisories may take, in seconds, where the network swallows everything.
const PATIENCE: &str = "120";

/// Checks licences, bans and sources always, and known flaws where their list can be had.
pub(super) fn check(place: &Workspace) -> Result<Outcome> {
    let program = cargo_deny(place)?;
    let deny = || {
        let mut command = Command::new(&program);
        command.current_dir(&place.root).arg("--all-features");
        command
    };
    let mut check = deny();
    check.args([
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]);
    workspace::run(&mut check)?;
    if !can_fetch_advisories(place, &program)? {
        let text = "known flaws of dependencies, because the list (github.com/rustsec/advisory-db) cannot be fetched";
        screen::say(&format!("NOT CHECKED: {text}."));
        return Ok(Outcome {
            left_out: Some(text.into()),
            ..Outcome::default()
        });
    }
    let mut check = deny();
    check.args([
        "check",
        "--disable-fetch",
        "--hide-inclusion-graph",
        "advisories",
    ]);
    workspace::run(&mut check)?;
    Ok(Outcome::default())
}

/// Fetches the list of known flaws.
fn can_fetch_advisories(place: &Workspace, program: &PathBuf) -> Result<bool> {
    let mut fetch = Command::new("timeout");
    fetch.arg(PATIENCE).arg(program).args(["fetch", "db"]);
    screen::say(&format!("$ {}", workspace::line(&fetch)));
    let status = fetch
        .current_dir(&place.root)
        .status()
        .context(|| "run cargo-deny".into())?;
    crate::interrupt::check()?;
    Ok(status.success())
}

/// Where cargo-deny is, in the version that deny.toml was written for; built if it is not there.
fn cargo_deny(place: &Workspace) -> Result<PathBuf> {
    let tools = place.target.join("tools");
    let program = tools.join("bin/cargo-deny");
    if version(&program).as_deref() == Some(VERSION) {
        return Ok(program);
    }
    screen::say("Building cargo-deny, once: about a minute on two cores.");
    let mut install = place.cargo();
    // It runs for seconds: the optimisations of its release would take longer than they save.
    for (setting, value) in [("LTO", "off"), ("CODEGEN_UNITS", "16"), ("OPT_LEVEL", "1")] {
        install.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
    }
    install
        .args([
            "install",
            "--locked",
            "cargo-deny",
            "--version",
            VERSION,
            "--root",
        ])
        .arg(&tools);
    workspace::run(&mut install)?;
    Ok(program)
}

fn version(program: &PathBuf) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}
