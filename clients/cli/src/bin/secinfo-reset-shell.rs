//! The login shell of accounts that people use for password resets only. Whatever it is asked to run, by `ssh`, `su` or
//! `login`, it runs `secinfo reset`.

use std::env;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

const SECINFO: &str = "/usr/bin/secinfo";

/// What it takes from the environment, which may be a stranger's: the language, the terminal, and where the person is.
const TAKEN: [&str; 7] = [
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "SSH_CONNECTION",
    "TERM",
];

fn main() -> ExitCode {
    let taken = TAKEN
        .into_iter()
        .filter_map(|name| Some((name, env::var_os(name)?)));
    let error = Command::new(SECINFO)
        .arg("reset")
        .env_clear()
        .envs(taken)
        .exec();
    let why = format!("{SECINFO} does not run: {error}. Ask an administrator for a new password.");
    // There is no other place to say it.
    let _ = writeln!(io::stderr(), "{why}");
    ExitCode::FAILURE
}
