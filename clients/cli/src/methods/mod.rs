//! The kinds of method, a file for what the command asks and shows while one is added.

mod app_export;
mod authenticator_app;
mod call;
mod delivered;
mod email;
mod google_authenticator;
mod hardware_token;
mod push;
mod recovery_codes;
mod security_key;
mod security_questions;
mod text;

pub(crate) use app_export::Arguments as AppExport;
pub(crate) use google_authenticator::Arguments as GoogleAuthenticator;

use crate::client::Client;
use clap::{ArgMatches, Command, Error};
use futures_util::future::LocalBoxFuture;
use nix::unistd::{Uid, User as Account};
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::kind;

/// The arguments of `secinfo add` for one kind, and the dialogue that they begin.
pub(crate) trait Add: clap::Args + 'static {
    /// Adds a method of the caller.
    async fn add(self, client: &Client) -> Result<(), Failure>;
}

/// The kinds that users add, in the order of the help.
pub(crate) static KINDS: &[Kind] = &[
    Kind::of::<authenticator_app::Arguments>(kind::AUTHENTICATOR_APP),
    Kind::of::<hardware_token::Arguments>(kind::HARDWARE_TOKEN),
    Kind::of::<push::Arguments>(kind::PUSH),
    Kind::of::<text::Arguments>(kind::TEXT),
    Kind::of::<call::Arguments>(kind::CALL),
    Kind::of::<security_key::Arguments>(kind::SECURITY_KEY),
    Kind::of::<email::Arguments>(kind::EMAIL),
    Kind::of::<security_questions::Arguments>(kind::SECURITY_QUESTIONS),
    Kind::of::<recovery_codes::Arguments>(kind::RECOVERY_CODES),
];

/// A kind of method.
pub(crate) struct Kind {
    /// Its name on the bus, and on the command line.
    pub(crate) name: &'static str,
    augment: fn(Command) -> Command,
    parse: fn(&ArgMatches) -> Result<Adding, Error>,
}

/// An addition that the command line asks for.
pub(crate) type Adding =
    Box<dyn for<'a> FnOnce(&'a Client) -> LocalBoxFuture<'a, Result<(), Failure>>>;

impl Kind {
    const fn of<A: Add>(name: &'static str) -> Self {
        Self {
            name,
            augment: A::augment_args,
            parse: |matches| {
                let arguments = A::from_arg_matches(matches)?;
                Ok(Box::new(|client| Box::pin(arguments.add(client))))
            },
        }
    }

    /// The command line of `secinfo add` for it.
    pub(crate) fn command(&self) -> Command {
        (self.augment)(Command::new(self.name))
    }

    /// What a command line asks for.
    pub(crate) fn parse(&self, matches: &ArgMatches) -> Result<Adding, Error> {
        (self.parse)(matches)
    }
}

/// The name of an account that is given by name or uid.
fn account_name(user: &str) -> String {
    let named = || Account::from_name(user).ok().flatten();
    let numbered = || {
        Account::from_uid(Uid::from_raw(user.parse().ok()?))
            .ok()
            .flatten()
    };
    named()
        .or_else(numbered)
        .map_or_else(|| user.to_owned(), |account| account.name)
}
