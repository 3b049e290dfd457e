//! The program that tries, and what came of it.

use secinfo_host_tests::Machine;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// What an attempt says that succeeded.
const ALLOWED: &str = "allowed";

/// What came of the attempts, by the name of each.
pub(crate) struct Report {
    outcomes: BTreeMap<String, String>,
    /// The directories in which it could make files.
    pub(crate) writable: BTreeSet<String>,
    /// Its network interfaces.
    pub(crate) interfaces: Vec<String>,
}

impl Report {
    fn parse(text: &str) -> Self {
        let mut report = Self {
            outcomes: BTreeMap::new(),
            writable: BTreeSet::new(),
            interfaces: Vec::new(),
        };
        for (name, what) in text.lines().filter_map(|line| line.split_once(": ")) {
            match name {
                "writes to" => drop(report.writable.insert(what.to_owned())),
                "interface" => report.interfaces.push(what.to_owned()),
                _ => drop(report.outcomes.insert(name.to_owned(), what.to_owned())),
            }
        }
        assert_eq!(report.what_of("probe"), "ended", "{text}");
        report
    }

    /// What came of it.
    #[track_caller]
    pub(crate) fn what_of(&self, name: &str) -> &str {
        let outcome = self.outcomes.get(name);
        outcome.unwrap_or_else(|| panic!("the probe has not tried to {name}: {:#?}", self.outcomes))
    }

    /// Asserts that these succeeded.
    #[track_caller]
    pub(crate) fn could(&self, names: &[&str]) {
        for name in names {
            assert_eq!(self.what_of(name), ALLOWED, "{name}");
        }
    }

    /// Asserts that these failed, each with an error that says that it is forbidden rather than
    /// impossible.
    #[track_caller]
    pub(crate) fn could_not(&self, names: &[&str]) {
        for name in names {
            let outcome = self.what_of(name);
            let is_forbidden = ["EACCES", "EPERM", "EROFS", "EAFNOSUPPORT"].contains(&outcome);
            assert!(is_forbidden, "{name}: {outcome}");
        }
    }

    /// The directories that it could write to, without those below others.
    pub(crate) fn writable_roots(&self) -> Vec<&str> {
        let is_below = |path: &str, other: &str| {
            path.strip_prefix(other)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let paths = self.writable.iter().map(String::as_str);
        paths
            .filter(|path| !self.writable.iter().any(|other| is_below(path, other)))
            .collect()
    }
}

/// A machine on which the program has taken the place of ours; nothing of ours runs.
pub(crate) fn machine() -> Machine {
    let machine = Machine::boot_for_people("");
    let units = [
        "secinfo-channel@text.socket",
        "secinfo-channel@text.service",
        "secinfod",
    ];
    let stop = ["systemctl", "stop"].into_iter().chain(units);
    machine.run(stop).ok();
    take_the_place_of(&machine, "/usr/sbin/secinfod");
    machine
}

/// Puts the program in the place of one of ours.
pub(crate) fn take_the_place_of(machine: &Machine, program: &str) {
    machine.write(program, compiled(), 0o755);
}

/// The same on whose units these lines are in force as well.
pub(crate) fn drop_in(machine: &Machine, unit: &str, lines: &str) {
    let directory = format!("/etc/systemd/system/{unit}.service.d");
    machine.run(["mkdir", "-p", &directory]).ok();
    let lines = format!("[Service]\n{lines}\n");
    machine.write(&format!("{directory}/probe.conf"), lines, 0o644);
    machine.run(["systemctl", "daemon-reload"]).ok();
}

/// What it can do inside of a unit, with these files to read.
pub(crate) fn inside(machine: &Machine, unit: &str, files: &[&str]) -> Report {
    let files = files.join(":");
    let environment = format!("PROBE_READ={files}");
    drop_in(machine, unit, &format!("Environment={environment}"));
    machine.run(["systemctl", "start", unit]).ok();
    machine.wait_for("the attempts to end", || {
        machine.journal(unit).contains("probe: ended")
    });
    Report::parse(&machine.journal(unit))
}

/// What it can do as root outside of all units.
pub(crate) fn outside(machine: &Machine, files: &[&str]) -> Report {
    let files = format!("PROBE_READ={}", files.join(":"));
    Report::parse(&machine.run(["env", &files, "/usr/sbin/secinfod"]).ok())
}

/// The program, which needs no library.
fn compiled() -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("probe");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sandbox/probe.c");
    let compiler = Command::new("cc")
        .args(["-static", "-O1", "-Wall", "-Werror", "-o"])
        .arg(&program)
        .arg(source)
        .output()
        .expect("cc is installed (Debian package gcc)");
    assert!(
        compiler.status.success(),
        "{}",
        String::from_utf8_lossy(&compiler.stderr)
    );
    std::fs::read(program).unwrap()
}
