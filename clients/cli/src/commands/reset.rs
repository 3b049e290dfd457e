//! `secinfo reset`: a new password for a user who forgot theirs.

use crate::reset_socket::ResetSocket;
use secinfo_terminal::environment;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_wire::password_reset::{Decision, Outcome, Start, Step};
use secinfo_words::message;
use serde::Serialize;
use std::path::PathBuf;

const JSON: &str =
    r#"JSON: {"outcome":"set"} or {"outcome":"unlocked"}. Prompts go to standard error."#;

/// Set a new password when you forgot yours
///
/// You are asked to prove by your methods who you are, then for the new password. No message bus is
/// needed, and any account may run it for any user, so that it can be offered to people who cannot
/// sign in.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// Whose password; asked for if not given
    #[arg(value_name = "USER")]
    name: Option<String>,
    /// The daemon's socket
    #[arg(long, value_name = "PATH", default_value = secinfo_wire::sign_in::SOCKET, hide_short_help = true)]
    socket: PathBuf,
}

#[derive(Serialize)]
struct ResetJson {
    outcome: Outcome,
}

pub(crate) fn run(screen: &Screen, arguments: Arguments) -> Result<(), Failure> {
    let words = screen.words;
    // Its owner sits elsewhere, at a terminal that shows everything.
    if !screen.interactive && std::env::var_os("SSH_CONNECTION").is_some() {
        return Err(Failure::Usage(
            words.say(message::ResetNeedsTerminal).to_string(),
        ));
    }
    let nothing = || Failure::NotVerified(words.say(message::ResetCancelled).to_string());
    let name = match arguments.name {
        Some(name) => name,
        None => match screen.ask_as_typed(&words.say(message::ResetName), true)? {
            Some(name) if !name.trim().is_empty() => name.trim().to_owned(),
            _ => return Err(nothing()),
        },
    };
    // Only now: a connection takes up room of the account, which many people may use.
    let mut socket = ResetSocket::connect(&arguments.socket, words)?;
    let mut step = socket.start(&Start {
        name,
        language: environment::locale(),
        remote_host: remote_host(),
        ..Start::default()
    })?;
    loop {
        let prompt = match step {
            Step::Ask(prompt) => prompt,
            Step::End(decision) => return report(screen, &decision),
        };
        let Some(answer) = screen.ask_as_typed(&prompt.text, prompt.echo)? else {
            socket.cancel();
            return Err(nothing());
        };
        step = socket.answer(&answer)?;
    }
}

/// The address that the person comes from over SSH. The daemon believes it of kiosks.
fn remote_host() -> Option<String> {
    let connection = std::env::var("SSH_CONNECTION").ok()?;
    connection.split(' ').next().map(str::to_owned)
}

fn report(screen: &Screen, decision: &Decision) -> Result<(), Failure> {
    match decision.outcome {
        Outcome::Set | Outcome::Unlocked => {
            screen.json(&ResetJson {
                outcome: decision.outcome,
            })?;
            for message in &decision.messages {
                screen.paragraph(message)?;
            }
            Ok(())
        }
        Outcome::Refused => Err(Failure::NotVerified(decision.messages.join(" "))),
    }
}
