//! The terminal of the demo: runs `secinfo`, shows its output at once and answers its questions.

use super::account::{self, OwnAccounts};
use super::user::SimulatedUser;
use crate::failure::{Context, Failure, Result};
use crate::workspace::line;
use crate::{interrupt, screen};
use std::ffi::OsStr;
use std::io::{self, PipeReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the answers to a command's questions come from.
pub(super) enum Answers<'a> {
    /// The simulated user, who reads each question.
    User(&'a mut SimulatedUser),
    /// A fixed list, in order; then standard input is closed.
    List(&'a [&'a str]),
}

/// Runs commands with the bus of the demo.
pub(super) struct Terminal {
    secinfo: PathBuf,
    bus_address: String,
}

impl Terminal {
    /// A terminal whose commands use this bus.
    pub(super) fn new(programs: &Path, bus_address: String) -> Self {
        Self {
            secinfo: programs.join("secinfo"),
            bus_address,
        }
    }

    /// The address of the bus.
    pub(super) fn bus_address(&self) -> &str {
        &self.bus_address
    }

    /// Runs `secinfo` with these arguments, and fails on an unexpected exit code. Returns its output.
    pub(super) fn secinfo(
        &self,
        arguments: &[&str],
        answers: Answers<'_>,
        expected: i32,
    ) -> Result<String> {
        let mut command = self.command(arguments);
        self.show(&mut command, answers, expected)
    }

    /// Runs `secinfo` as the account of the demo's own.
    pub(super) fn secinfo_as_sam(
        &self,
        accounts: &OwnAccounts,
        arguments: &[&str],
        answers: Answers<'_>,
    ) -> Result<()> {
        let mut command = accounts.command_as_sam(&self.secinfo);
        command.args(arguments);
        let typed = format!("secinfo {}", arguments.join(" "));
        self.show_as((account::NAME, &typed), &mut command, answers, 0)
            .map(|_| ())
    }

    /// Does the same for another program.
    pub(super) fn show(
        &self,
        command: &mut Command,
        answers: Answers<'_>,
        expected: i32,
    ) -> Result<String> {
        let typed = line(command);
        self.show_as(("", &typed), command, answers, expected)
    }

    /// The same; a person of this name has typed this.
    fn show_as(
        &self,
        (person, typed): (&str, &str),
        command: &mut Command,
        mut answers: Answers<'_>,
        expected: i32,
    ) -> Result<String> {
        screen::say(&screen::typed(&format!("\n{person}$ {typed}")));
        let is_secinfo = command.get_program() == self.secinfo
            || command.get_args().any(|word| word == self.secinfo);
        if screen::is_terminal() && is_secinfo {
            command.args(["--color", "always"]);
        }
        let failed = || format!("run {typed}");
        // A single pipe keeps the order of both outputs.
        let (output, errors) = io::pipe().context(failed)?;
        let mut process = command
            .env("SECINFO_BUS_ADDRESS", &self.bus_address)
            // Over SSH, a reset would ask for a terminal.
            .env_remove("SSH_CONNECTION")
            .stdin(Stdio::piped())
            .stdout(errors.try_clone().context(failed)?)
            .stderr(errors)
            .spawn()
            .context(failed)?;
        // This drops our copies of the pipe's writing end, without which reading would never end.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut input = process.stdin.take();
        // On a real terminal, the Enter key ends the line. secinfo itself ends it where there is none.
        let echoes_newline = !is_secinfo;
        let dialogue = run_dialogue(output, &mut answers, |answer| {
            match answer {
                Some(answer) => {
                    if echoes_newline {
                        screen::write(b"\n");
                    }
                    if let Some(input) = &mut input {
                        // If the command has exited meanwhile, its output says why.
                        let _ = writeln!(input, "{answer}");
                    }
                }
                None => drop(input.take()),
            }
        });
        if dialogue.is_err() {
            drop(input.take());
            let _ = process.kill();
        }
        let status = process.wait().context(failed)?;
        interrupt::check()?;
        let seen = dialogue?;
        if status.code() == Some(expected) {
            return Ok(seen);
        }
        Err(Failure::Wrong(format!(
            "{typed} ended with {status}, expected was exit code {expected}"
        )))
    }

    /// Returns what `secinfo --json` prints, without showing it.
    pub(super) fn json(&self, arguments: &[&str]) -> Result<serde_json::Value> {
        let mut command = self.command(arguments);
        let output = command
            .arg("--json")
            .env("SECINFO_BUS_ADDRESS", &self.bus_address)
            .stdin(Stdio::null())
            .output()
            .context(|| "run secinfo".into())?;
        interrupt::check()?;
        serde_json::from_slice(&output.stdout).map_err(|error| {
            Failure::Wrong(format!(
                "{} did not answer in JSON: {error}: {}",
                line(&command),
                String::from_utf8_lossy(&output.stderr)
            ))
        })
    }

    fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(&self.secinfo);
        command.args(arguments);
        command
    }
}

/// Shows the output and answers the questions until the command closes its output. Calls `reply`
/// with `None` when there are no more answers.
fn run_dialogue(
    mut output: PipeReader,
    answers: &mut Answers<'_>,
    mut reply: impl FnMut(Option<&str>),
) -> Result<String> {
    let mut seen = String::new();
    let mut pending = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = output
            .read(&mut buffer)
            .context(|| "read what the command writes".into())?;
        interrupt::check()?;
        screen::write(&buffer[..read]);
        pending.extend_from_slice(&buffer[..read]);
        let length = complete_prefix(&pending);
        let text: Vec<u8> = pending.drain(..length).collect();
        seen.push_str(&String::from_utf8_lossy(&text));
        if read == 0 {
            return Ok(seen);
        }
        let Some(question) = pending_question(&seen) else {
            continue;
        };
        let answer = match answers {
            Answers::User(user) => Some(user.answer(question, &seen)?),
            Answers::List(list) => list.split_first().map(|(first, rest)| {
                let first = (*first).to_owned();
                *list = rest;
                first
            }),
        };
        if let Some(answer) = &answer {
            screen::write(answer.as_bytes());
        }
        // End the line, so that the question is not found again.
        seen.push('\n');
        reply(answer.as_deref());
    }
}

/// The length of the prefix that does not end within a character: its rest may still arrive.
fn complete_prefix(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    }
}

/// The question that waits for an answer: a last line without a line break that ends in `:` or `]`.
fn pending_question(seen: &str) -> Option<&str> {
    let last = seen.rsplit('\n').next()?;
    let unpainted = last.strip_suffix(' ')?.trim_end_matches("\x1b[0m");
    (unpainted.ends_with(':') || unpainted.ends_with(']')).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unfinished_line_that_ends_in_a_colon_or_a_bracket_is_a_question() {
        assert_eq!(pending_question("Hello\nCode: "), Some("Code: "));
        assert_eq!(
            pending_question("\x1b[1mSure? [y/N]\x1b[0m "),
            Some("\x1b[1mSure? [y/N]\x1b[0m ")
        );
        assert_eq!(pending_question("Code:\n"), None);
        assert_eq!(pending_question("half a li"), None);
        assert_eq!(pending_question(""), None);
    }

    #[test]
    fn a_character_that_arrives_in_two_pieces_is_kept_until_it_is_complete() {
        let block = "ab█".as_bytes();
        assert_eq!(complete_prefix(&block[..3]), 2);
        assert_eq!(complete_prefix(block), 5);
    }
}
