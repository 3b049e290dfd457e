//! `secinfo-key`: talks to one security key, for one request.
//!
//! The command starts it as the user, and systemd for the daemon, with the connection as standard input.

use std::process::ExitCode;

fn main() -> ExitCode {
    match secinfo_key::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            secinfo_key::say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
