//! The page in Cockpit, used with a real browser on a booted host on which both packages are installed.
//!
//! What people do in the browser is written in JavaScript, in the files `*.test.mjs` of this directory.
//! Each gets a host of its own. `cargo xtask test page` makes the hosts and runs all files on each;
//! `cargo xtask test page NAME` those with NAME in the names of their tests in `tests/scenarios.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

use secinfo_host_tests::{Authority, Machine};
use std::io::{self, Write};
use std::path::Path;
use std::process::Stdio;
use tempfile::NamedTempFile;

/// What Cockpit needs beyond what its package brings: browsers on the host itself need no TLS.
const COCKPIT: &str = "[WebService]\nAllowUnencrypted = true\n";

/// Boots a host with Cockpit on which secinfo is switched on for all services, with these sections in
/// `config.toml`.
pub fn boot(sections: &str) -> Machine {
    with_cockpit(Machine::boot_for_people(sections))
}

/// Lets people sign in to Cockpit there.
fn with_cockpit(machine: Machine) -> Machine {
    machine.write("/etc/cockpit/cockpit.conf", COCKPIT, 0o644);
    machine
        .run(["systemctl", "enable", "--quiet", "--now", "cockpit.socket"])
        .ok();
    machine
}

/// The channel for calls, which come to a directory like texts and emails.
const CALLS: &str = "[channel.call]\nkind = \"call\"\nplugin = \"spool\"\n\
                     socket = \"/run/secinfo/channels/call.sock\"\n";
const CALLS_SETTINGS: &str = "directory = \"/var/lib/secinfo-spool-call\"\n";
const CALLS_UNIT: &str = "[Service]\nStateDirectory=secinfo-spool-call\nEnvironment=PLUGIN=spool \
                          \"ARGUMENTS=--writable /var/lib/secinfo-spool-call\"\n";

/// The same where emails and calls can be sent, too.
pub fn boot_with_all_channels(sections: &str) -> Machine {
    let machine = Machine::boot_for_people_with_emails(&format!("{CALLS}{sections}"));
    machine.write("/etc/secinfo/channels/call.toml", CALLS_SETTINGS, 0o600);
    let drop_ins = "/etc/systemd/system/secinfo-channel@call.service.d";
    machine.run(["mkdir", "-p", drop_ins]).ok();
    machine.write(&format!("{drop_ins}/spool.conf"), CALLS_UNIT, 0o644);
    let script = "systemctl daemon-reload && \
                  systemctl enable --quiet --now secinfo-channel@call.socket && \
                  systemctl restart secinfod";
    machine.shell(script).ok();
    with_cockpit(machine)
}

/// Where phones reach the host.
const PUSH: &str = "https://127.0.0.1:8443/push";

/// The same with approval on phones, for which the certificate of an authority is good.
pub fn boot_with_push(authority: &Authority, sections: &str) -> Machine {
    let machine = boot(&format!("[push]\nurl = \"{PUSH}\"\n{sections}"));
    machine.write_certificate(authority, "127.0.0.1");
    machine
        .run(["systemctl", "enable", "--now", "secinfo-push.socket"])
        .ok();
    machine
}

/// The certificate of an authority, in DER, in a file that goes with this value.
pub fn certificate_file(authority: &Authority) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&authority.der()).unwrap();
    file
}

/// Runs the tests of a file in the network of a host.
///
/// # Panics
/// When one of them fails; with what failed, in short.
#[track_caller]
pub fn run(machine: &Machine, file: &str) {
    run_with(machine, file, &[]);
}

/// The same with these variables in the environment.
///
/// # Panics
/// When one of them fails.
#[track_caller]
pub fn run_with(machine: &Machine, file: &str, variables: &[(&str, &Path)]) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = tempfile::tempdir().unwrap();
    let mut node = machine.command_on_its_network();
    node.args(["node", "--test-reporter=./support/failures.mjs", file])
        .current_dir(directory)
        .env("SECINFO_MACHINE", machine.leader().to_string())
        // The browser keeps its files there.
        .env("HOME", home.path())
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    let output = node.output().expect("nsenter is installed");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{file}:\n{said}{errors}");
    tell_figures(&said);
}

/// Shows what was measured, also where all goes well: the test runner keeps back what tests print.
fn tell_figures(said: &str) {
    for line in said.lines().filter(|line| line.starts_with("measured: ")) {
        let line = format!("{line}\n");
        io::stdout().write_all(line.as_bytes()).unwrap();
    }
}
