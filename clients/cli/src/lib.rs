//! The `secinfo` command: security info from the terminal.
//!
//! # JSON
//! With `--json`, standard output holds lines of JSON and nothing else, in forms that only grow:
//! fields are added, never renamed, moved or given another meaning. Times are Unix seconds in UTC,
//! `null` where there is none. A command that fails ends with
//! `{"error":"<name>","message":"<sentence>","exit":<code>}`, where the name is that of the D-Bus
//! error without its prefix, or `Unreachable`, `Untrusted`, `Protocol`, `Usage`, `Refused`,
//! `NotVerified`, `LogNotVerified`, `Findings`, `File` or `Output`. The form of each command stands
//! in its long help, and so in its manual page.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

mod arguments;
mod client;
mod commands;
mod dialogue;
mod dispatch;
pub mod import;
mod methods;
mod polkit_agent;
mod qr;
mod reset_socket;
mod security_info;
mod selection;
mod suggestion;

use arguments::Arguments;
use clap::Parser;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::memory;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::style::Look;
use secinfo_terminal::text::visible;
use serde::Serialize;
use std::process::ExitCode;

/// Does what the command line says.
pub fn main() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| {
        let words: Vec<_> = std::env::args_os()
            .skip(1)
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        suggestion::suggest(error, &words).exit()
    });
    let (json, color) = (arguments.global.json, arguments.global.color);
    let language = arguments.language();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_closed_pipe() {
                report(&Screen::new(json, color).in_language(language), &failure);
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    // Whichever command it is: nearly all ask for a code, an answer, a PIN or a password.
    memory::protect()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(dispatch::run(arguments))
}

#[derive(Serialize)]
struct FailureJson<'a> {
    error: &'a str,
    message: String,
    exit: u8,
}

fn report(screen: &Screen, failure: &Failure) {
    let message = failure.sentence(screen.words);
    // If the error cannot be written either, the exit code still reports it.
    let _ = screen.json(&FailureJson {
        error: failure.name(),
        message: message.clone(),
        exit: failure.exit_code(),
    });
    let prefix = screen.error_style.paint(Look::Bad, "secinfo:");
    // It may quote names that other users chose.
    for (index, line) in message.lines().map(visible).enumerate() {
        let _ = screen.note(&if index == 0 {
            format!("{prefix} {line}")
        } else {
            line
        });
    }
}
