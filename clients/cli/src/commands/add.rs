//! `secinfo add`: adding a method.

use crate::client::Client;
use crate::methods::{self, Adding, KINDS};
use clap::error::ErrorKind;
use clap::{ArgMatches, Command, Error, FromArgMatches, Subcommand};
use secinfo_terminal::failure::Failure;

/// Add a method
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    kind: Kind,
}

/// The kind to add, with its arguments.
struct Kind(Adding);

impl Subcommand for Kind {
    fn augment_subcommands(command: Command) -> Command {
        command
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommands(KINDS.iter().map(methods::Kind::command))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        KINDS.iter().any(|kind| kind.name == name)
    }
}

impl FromArgMatches for Kind {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let missing = || Error::new(ErrorKind::MissingSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        let kind = KINDS.iter().find(|kind| kind.name == name);
        kind.ok_or_else(missing)?.parse(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    (arguments.kind.0)(client).await
}
