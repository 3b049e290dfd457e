//! `secinfo-password`: sets the password of a user who has proved who they are without the old one.
//!
//! systemd starts it for each connection to its socket, with the connection as standard input.

use std::process::ExitCode;

fn main() -> ExitCode {
    match secinfo_password::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            secinfo_password::journal::fault(&error);
            ExitCode::FAILURE
        }
    }
}
