//! `secinfo add`: adding a method.

use crate::client::Client;
use crate::methods::{self, Adding, KINDS};
use clap::error::ErrorKind;
use clap::{ArgMatches, Command, Error, FromArgMatches, Subcommand};
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::purpose;
use secinfo_words::message;

/// Add a method
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    kind: Kind,
}

/// The kind to add, with its arguments.
struct Kind {
    name: &'static str,
    add: Adding,
}

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
        let kind = kind.ok_or_else(missing)?;
        let add = kind.parse(matches)?;
        Ok(Self {
            name: kind.name,
            add,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    let Kind { name, add } = arguments.kind;
    is_allowed(client, name).await?;
    add(client).await
}

/// Refuses a kind that policy forbids before anything is asked about it, and says what is allowed.
async fn is_allowed(client: &Client, kind: &str) -> Result<(), Failure> {
    let manager = client.manager().await?;
    let allowed = manager.get_policy(client.uid, "").await?.allowed;
    let is_in = |kinds: &[String], kind: &str| kinds.iter().any(|allowed| allowed == kind);
    if is_in(&allowed, kind) {
        return Ok(());
    }
    let mut open = Vec::new();
    for purpose in [purpose::SIGN_IN, purpose::PASSWORD_RESET] {
        open.extend(manager.list_kinds(client.uid, purpose, "").await?);
    }
    let names: Vec<&str> = KINDS
        .iter()
        .map(|kind| kind.name)
        .filter(|name| is_in(&open, name))
        .collect();
    let words = client.screen.words;
    let sentence = if names.is_empty() {
        words.say(message::AddNothingAllowed)
    } else {
        let kinds = names.join(", ").into();
        let kind = kind.into();
        words.say(message::AddNotAllowed { kind, kinds })
    };
    Err(Failure::KindNotAllowed(sentence.to_string()))
}
