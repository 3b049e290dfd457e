//! `secinfo-push`: the process that phones talk to.
//!
//! systemd starts it with its sockets, of which one is the daemon's.

use std::process::ExitCode;

#[allow(clippy::print_stderr, reason = "systemd takes it to the journal")]
fn main() -> ExitCode {
    match secinfo_push::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("secinfo-push: {error}");
            ExitCode::FAILURE
        }
    }
}
