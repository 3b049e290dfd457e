//! The channel host as a program of its own, for the tests of this crate.

use clap::Parser;
use secinfo_channel_host::{Arguments, run};
use std::process::ExitCode;

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    if run(CommandLine::parse().arguments).is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
