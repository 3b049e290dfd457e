//! `secinfod`: keeps every user's security info, and verifies them with it.

use clap::{Parser, Subcommand};
use secinfod::config::{Config, DEFAULT_PATH};
use secinfod::logging;
use secinfod::run::{self, Ended};
use std::path::PathBuf;
use std::process::ExitCode;

/// The exit status that asks the service manager to start the daemon again: what sysexits.h calls a
/// temporary failure.
const START_AGAIN: u8 = 75;

/// The daemon that keeps every user's security info.
#[derive(Parser)]
#[command(name = "secinfod", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,

    /// The configuration file.
    #[arg(long, default_value = DEFAULT_PATH)]
    config: PathBuf,

    /// Read the configuration, say what is wrong with it, and stop.
    #[arg(long)]
    check_config: bool,
}

/// What else the program does.
#[derive(Subcommand)]
enum Task {
    /// Load the plugin of one channel and deliver messages with it
    ///
    /// The daemon starts it, or systemd when a channel has a socket.
    ChannelHost(secinfo_channel_host::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Task::ChannelHost(host)) = arguments.task {
        return match secinfo_channel_host::run(host) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        };
    }
    logging::start();
    let config = match Config::load(&arguments.config) {
        Ok(config) => config,
        Err(error) => return fail(&error),
    };
    if arguments.check_config {
        say(&format!("{} is right.", arguments.config.display()));
        for unknown in config.unknown_names() {
            say(&format!("warning: {unknown}"));
        }
        return ExitCode::SUCCESS;
    }
    match run::run(&arguments.config, config) {
        Ok(Ended::Stopped) => ExitCode::SUCCESS,
        Ok(Ended::Restored) => ExitCode::from(START_AGAIN),
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    say(&format!("secinfod: {error}"));
    ExitCode::FAILURE
}

/// Writes to standard error, for a person who started the daemon by hand; the journal gets it too.
#[expect(
    clippy::print_stderr,
    reason = "this is the one place where the daemon speaks to a terminal"
)]
fn say(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_option_is_in_the_manual() {
        let page = include_str!("../../../docs/man/secinfod.8").replace("\\-", "-");
        let mut options = 0;
        for argument in Arguments::command().get_arguments() {
            let name = argument.get_long().expect("every option has a long name");
            assert!(page.contains(&format!(" --{name}")), "{name}");
            options += 1;
        }
        assert!(options > 1);
        assert!(page.contains("secinfod channel-host"));
    }
}
