//! `secinfo-notices`: tells a user on the desktop what happened to their security info.
//!
//! One runs for each user, in their own service manager, as long as they have a desktop open. It asks the
//! daemon for nothing but the user's own security info, and only when the daemon says that it changed.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

mod agent;
mod daemon;
mod desktop;
mod failure;
mod journal;
mod news;
mod open;
mod security_info;
mod told;

use std::process::ExitCode;

fn main() -> ExitCode {
    // One thread is enough, and each further one costs memory in every session.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(agent::run()),
        Err(error) => Err(failure::Failure::Runtime(error)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            journal::say(&failure);
            ExitCode::FAILURE
        }
    }
}
