//! `secinfo audit`: reading and checking the log.

pub(crate) mod check;
mod checkpoint;
mod events;
mod export;
mod log;
mod show;
mod verify;

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;

/// Read and check the log of all that happened
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Log(log::Arguments),
    Show(show::Arguments),
    Verify(verify::Arguments),
    /// Print the newest checkpoint, to keep and check the log against later
    #[command(
        after_long_help = r#"JSON: {"checkpoint":"<the signed note>", "key":"<the key to verify it with>"}"#
    )]
    Checkpoint,
    Export(export::Arguments),
}

impl Arguments {
    /// Whether `--user` chooses among events.
    pub(crate) fn filters_by_user(&self) -> bool {
        matches!(self.command, Command::Log(_))
    }

    /// Whether it reads files only, without the daemon.
    pub(crate) fn is_offline(&self) -> bool {
        matches!(&self.command, Command::Verify(arguments) if arguments.file().is_some())
    }
}

pub(crate) async fn run(
    client: &Client,
    user: Option<&str>,
    arguments: Arguments,
) -> Result<(), Failure> {
    match arguments.command {
        Command::Log(arguments) => log::run(client, user, &arguments).await,
        Command::Show(arguments) => show::run(client, &arguments).await,
        Command::Verify(arguments) => verify::run(client, &arguments).await,
        Command::Checkpoint => checkpoint::run(client).await,
        Command::Export(arguments) => export::run(client, &arguments).await,
    }
}

/// Runs what needs no daemon.
pub(crate) fn run_offline(screen: &Screen, arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Verify(arguments) => verify::run_on_file(screen, &arguments),
        _ => unreachable!("only the check of a file needs no daemon"),
    }
}
