//! The Debian packages that tasks need, and installing those that are missing.

use crate::failure::{Failure, Result};
use crate::{screen, workspace};
use std::path::Path;
use std::process::Command;

/// What shows that a package, or its equivalent, is installed.
enum Sign {
    /// A program of this name.
    Program(&'static str),
    /// This file.
    File(&'static str),
}

/// One package.
struct Package {
    name: &'static str,
    sign: Sign,
    /// What it is needed for.
    purpose: &'static str,
}

const fn program(name: &'static str, program: &'static str, purpose: &'static str) -> Package {
    Package {
        name,
        sign: Sign::Program(program),
        purpose,
    }
}

/// What the demo needs. It builds no plugin but the one that writes to a directory.
const DEMO: &[Package] = &[
    program("dbus-daemon", "dbus-daemon", "the message bus"),
    program(
        "oathtool",
        "oathtool",
        "codes, computed by another program than ours",
    ),
    program(
        "libglib2.0-bin",
        "gdbus",
        "another program that calls the daemon over the bus",
    ),
    Package {
        name: "libpam0g-dev",
        sign: Sign::File("/usr/include/security/pam_modules.h"),
        purpose: "building the PAM module",
    },
    program("pamtester", "pamtester", "shows what a PAM service answers"),
    Package {
        name: "libpam-wrapper",
        sign: Sign::File("/usr/share/doc/libpam-wrapper/copyright"),
        purpose: "a directory of one's own in place of pam.d",
    },
];

/// What the tests need beyond that. The programs that they call are not among it: those are in a root
/// file system of their own.
const TEST: &[Package] = &[
    program("pkg-config", "pkg-config", "finds libraries while building"),
    Package {
        name: "libssl-dev",
        sign: Sign::File("/usr/include/openssl/ssl.h"),
        purpose: "building twilio-async, whose own client is on OpenSSL",
    },
    program("git", "git", "which files belong to the project"),
    program(
        "mmdebstrap",
        "mmdebstrap",
        "makes the Debian root file systems that tests run in",
    ),
];

/// What the benches need beyond what the demo does.
const BENCH: &[Package] = &[
    program(
        "libpam-google-authenticator",
        "google-authenticator",
        "a PAM module to measure ours beside",
    ),
    Package {
        name: "libpam-oath",
        sign: Sign::File("/usr/share/doc/libpam-oath/copyright"),
        purpose: "another",
    },
];

/// What fuzzing needs beyond what the tests do.
const FUZZ: &[Package] = &[program("g++", "c++", "compiles libFuzzer")];

/// What building and checking the page needs.
const PAGE: &[Package] = &[
    program("nodejs", "node", "builds the page in Cockpit"),
    program("npm", "npm", "installs what the page is built with"),
];

/// What the Debian packages need.
const DEB: &[Package] = &[
    program("pkg-config", "pkg-config", "finds libraries while building"),
    Package {
        name: "libssl-dev",
        sign: Sign::File("/usr/include/openssl/ssl.h"),
        purpose: "building twilio-async, whose own client is on OpenSSL",
    },
    Package {
        name: "libpam0g-dev",
        sign: Sign::File("/usr/include/security/pam_modules.h"),
        purpose: "building the PAM module",
    },
    program("dpkg-dev", "dpkg-buildpackage", "makes packages"),
    program("debhelper", "dh", "does what every package needs"),
    program(
        "po-debconf",
        "po2debconf",
        "translated questions of packages",
    ),
    program("lintian", "lintian", "finds mistakes in packages"),
];

/// Which packages a task needs.
#[derive(Clone, Copy)]
pub(crate) enum Needs {
    /// Those of the Debian packages.
    Deb,
    /// Those of the demo and the benches.
    Bench,
    /// Those of the demo.
    Demo,
    /// Those of the tests, and of the fuzzer.
    Fuzz,
    /// Those of the page.
    Page,
    /// Those of the demo and the tests.
    Test,
}

/// Installs what is missing.
pub(crate) fn install(needs: Needs) -> Result<()> {
    let needed: &[&[Package]] = match needs {
        Needs::Bench => &[DEMO, BENCH],
        Needs::Deb => &[DEB, PAGE],
        Needs::Demo => &[DEMO],
        Needs::Fuzz => &[TEST, FUZZ],
        Needs::Page => &[PAGE],
        Needs::Test => &[DEMO, TEST],
    };
    let missing: Vec<&Package> = needed
        .iter()
        .copied()
        .flatten()
        .filter(|package| !is_there(&package.sign))
        .collect();
    if missing.is_empty() {
        screen::say("System packages: all there.");
        return Ok(());
    }
    screen::say("System packages that are missing:");
    for package in &missing {
        screen::say(&format!("  {:<16}{}", package.name, package.purpose));
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let by_hand = format!("install by hand: {}", names.join(" "));
    if find("apt-get").is_none() {
        return Err(Failure::Wrong(format!(
            "there is no apt-get to install packages with; {by_hand}"
        )));
    }
    let explain = |failure| match failure {
        Failure::Wrong(text) => Failure::Wrong(format!("{text}; {by_hand}")),
        other => other,
    };
    workspace::run(as_root()?.args(["apt-get", "update", "--quiet"])).map_err(explain)?;
    workspace::run(
        as_root()?
            .args(["apt-get", "install", "--yes", "--no-install-recommends"])
            // No package that is installed is removed for one of these.
            .arg("--no-remove")
            .args(&names),
    )
    .map_err(explain)?;
    match missing.iter().find(|package| !is_there(&package.sign)) {
        None => Ok(()),
        Some(package) => Err(Failure::Wrong(format!(
            "{} is installed, but what it is needed for is still not there: {}",
            package.name, package.purpose
        ))),
    }
}

/// The start of a command that runs as root, with installers that ask no questions.
fn as_root() -> Result<Command> {
    let mut command = if rustix::process::geteuid().is_root() {
        Command::new("env")
    } else if find("sudo").is_some() {
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    } else {
        return Err(Failure::Wrong(
            "packages are installed as root, and there is no sudo".into(),
        ));
    };
    command.arg("DEBIAN_FRONTEND=noninteractive");
    Ok(command)
}

fn is_there(sign: &Sign) -> bool {
    match sign {
        Sign::Program(name) => find(name).is_some(),
        Sign::File(path) => Path::new(path).exists(),
    }
}

/// Finds a program, also in the directories of administrators' programs, which not every PATH has.
pub(crate) fn find(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|directory| directory.join(program))
        .find(|file| file.is_file())
}
