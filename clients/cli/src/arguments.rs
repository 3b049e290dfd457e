//! The command line. Help, manual pages and completions are made of these definitions.

use crate::commands::{
    access_pass, activity, add, audit, cancel_deletion, completions, default, delete, erase,
    import, lock, man, push, rename, reset, resync, security_key, tokens, unlock, users, verify,
};
use clap::{Args, Parser, Subcommand};
use secinfo_host::{backup, break_glass, channels, doctor, restore, setup, status};
use secinfo_terminal::environment;
use secinfo_terminal::failure::{EXIT_CODES, Failure};
use secinfo_terminal::screen::Color;
use secinfo_words::Language;

const BUS: &str =
    "Use the bus at this address instead of the system bus (or set SECINFO_BUS_ADDRESS)";
const BUS_TRUST: &str = "On the system bus the service must run as root or secinfo. The program that listens at an address given here is trusted.";
const JSON: &str = r#"JSON: {"user":{"uid", "name"}, "host", "default_method", "still_required", "grace_ends", "locked_until", "push_paused_until", "lacking_for_reset", "account_locked", "fresh_proof_until", "methods":[{"id", "kind", "label", "hint", "purposes", "created", "last_used", "locked_until", "deletion_due", "is_default", "is_allowed", "may_be_copied", "remaining", "last_seen", "confirm_due", "begins", "expires"}]}. Times are Unix seconds, null for none. Fields may be added. A command that fails prints {"error", "message", "exit"} last."#;

fn long_help() -> String {
    format!("{JSON}\n\n{EXIT_CODES}")
}

/// See and change how you prove who you are
///
/// Without a command, shows your security info: your methods, which of them is asked first at
/// sign-in, and what policy still requires.
///
/// A METHOD is named by its number on that page, its label, its kind or the beginning of its id.
/// Codes are never arguments: they are asked for, and read from standard input, one a line, when
/// that is not a terminal; prompts go to standard error. When a change needs a fresh proof of who
/// you are, that code is asked for first.
#[derive(Parser)]
#[command(name = "secinfo", version, after_help = EXIT_CODES, after_long_help = long_help())]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// The options of every command.
#[derive(Args)]
pub(crate) struct Global {
    /// Print JSON, in a stable form that each command's --help describes
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[arg(long, global = true, value_name = "ADDRESS", help = BUS, long_help = format!("{BUS}\n\n{BUS_TRUST}"))]
    pub(crate) bus: Option<String>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Act for this user (name or uid); for administrators
    #[arg(long, global = true, value_name = "USER")]
    pub(crate) user: Option<String>,
}

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    Add(add::Arguments),
    Default(default::Arguments),
    Rename(rename::Arguments),
    Delete(delete::Arguments),
    CancelDeletion(cancel_deletion::Arguments),
    Resync(resync::Arguments),
    SecurityKey(security_key::Arguments),
    Verify(verify::Arguments),
    Activity(activity::Arguments),
    Reset(reset::Arguments),
    Status(status::Arguments),
    Users(users::Arguments),
    Push(push::Arguments),
    Lock(lock::Arguments),
    Unlock(unlock::Arguments),
    Erase(erase::Arguments),
    Tokens(tokens::Arguments),
    AccessPass(access_pass::Arguments),
    Channels(channels::Arguments),
    Import(import::Arguments),
    BreakGlass(break_glass::Arguments),
    Setup(Box<setup::Arguments>),
    Doctor(doctor::Arguments),
    Audit(audit::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

impl Arguments {
    /// The language of the command: the person's for what users do, English for what
    /// administrators do.
    pub(crate) fn language(&self) -> Language {
        match self.command {
            None
            | Some(
                Command::Add(_)
                | Command::Default(_)
                | Command::Rename(_)
                | Command::Delete(_)
                | Command::CancelDeletion(_)
                | Command::Resync(_)
                | Command::SecurityKey(_)
                | Command::Verify(_)
                | Command::Activity(_)
                | Command::Reset(_)
                | Command::Lock(_)
                | Command::Unlock(_)
                | Command::AccessPass(_),
            ) => environment::language(),
            Some(
                Command::Status(_)
                | Command::Users(_)
                | Command::Push(_)
                | Command::Erase(_)
                | Command::Tokens(_)
                | Command::Channels(_)
                | Command::Import(_)
                | Command::BreakGlass(_)
                | Command::Setup(_)
                | Command::Doctor(_)
                | Command::Audit(_)
                | Command::Backup(_)
                | Command::Restore(_)
                | Command::Completions(_)
                | Command::Man(_),
            ) => Language::English,
        }
    }

    /// Whether others than root need an administrator's password for it.
    pub(crate) const fn takes_administrator(&self) -> bool {
        let is_of_another = match &self.command {
            Some(Command::Lock(lock)) => lock.is_of_another(),
            Some(Command::Unlock(unlock)) => unlock.is_of_another(),
            _ => self.global.user.is_some(),
        };
        is_of_another
            || matches!(
                self.command,
                Some(
                    Command::Users(_)
                        | Command::Push(_)
                        | Command::Erase(_)
                        | Command::Tokens(_)
                        | Command::AccessPass(_)
                        | Command::Channels(_)
                        | Command::Import(_)
                        | Command::Audit(_)
                )
            )
    }

    /// Refuses `--user` where it has no effect.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let acts_for_user = match &self.command {
            None
            | Some(
                Command::Default(_)
                | Command::Delete(_)
                | Command::CancelDeletion(_)
                | Command::Resync(_)
                | Command::Push(_)
                | Command::Verify(_)
                | Command::Activity(_),
            ) => true,
            Some(Command::Audit(audit)) => audit.filters_by_user(),
            Some(Command::Import(import)) => import.acts_for_user(),
            Some(_) => false,
        };
        if self.global.user.is_some() && !acts_for_user {
            return Err(Failure::Usage(
                "--user has no meaning for this command; leave it out".into(),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_hold_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn user_is_refused_where_it_would_be_ignored() {
        let parse = |line: &str| Arguments::try_parse_from(line.split(' ')).unwrap().check();
        assert!(parse("secinfo --user bob").is_ok());
        assert!(parse("secinfo delete 1 --user bob").is_ok());
        assert!(parse("secinfo audit log --user bob").is_ok());
        assert!(parse("secinfo import google-authenticator file --user bob").is_ok());
        assert!(parse("secinfo import oath-users file --user bob").is_err());
        assert!(parse("secinfo add recovery-codes --user bob").is_err());
        assert!(parse("secinfo audit verify --user bob").is_err());
        assert!(parse("secinfo channels --user bob").is_err());
        assert!(parse("secinfo reset --user bob").is_err());
    }

    #[test]
    fn no_command_takes_a_code_as_an_argument() {
        for line in [
            "secinfo verify 123456",
            "secinfo add authenticator-app 123456",
            "secinfo resync 1 123456 123457",
        ] {
            assert!(
                Arguments::try_parse_from(line.split(' ')).is_err(),
                "{line}"
            );
        }
    }
}
