//! A terminal with `secinfo` in it: shows what the command writes as it comes, and lets the person
//! answer what it asks.

use super::user::SimulatedUser;
use crate::failure::{Context, Failure, Result};
use crate::workspace::line;
use crate::{interrupt, screen};
use std::ffi::OsStr;
use std::io::{self, PipeReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Who answers the questions of a command.
pub(super) enum Answers<'a> {
    /// The person, who reads them.
    User(&'a mut SimulatedUser),
    /// These, whatever is asked; then no more.
    List(&'a [&'a str]),
}

/// The terminal.
pub(super) struct Terminal {
    secinfo: PathBuf,
    bus_address: String,
}

impl Terminal {
    /// A terminal where the command finds the bus.
    pub(super) fn new(programs: &Path, bus_address: String) -> Self {
        Self {
            secinfo: programs.join("secinfo"),
            bus_address,
        }
    }

    /// Where the bus is.
    pub(super) fn bus_address(&self) -> &str {
        &self.bus_address
    }

    /// Types `secinfo` with these arguments, and fails if it ends with another exit code than
    /// expected. Answers with all that it wrote.
    pub(super) fn secinfo(
        &self,
        arguments: &[&str],
        answers: Answers<'_>,
        expected: i32,
    ) -> Result<String> {
        let mut command = self.command(arguments);
        self.show(&mut command, answers, expected)
    }

    /// The same for another program.
    pub(super) fn show(
        &self,
        command: &mut Command,
        mut answers: Answers<'_>,
        expected: i32,
    ) -> Result<String> {
        let typed = line(command);
        screen::say(&screen::typed(&format!("\n$ {typed}")));
        if screen::is_terminal() && command.get_program() == self.secinfo {
            command.args(["--color", "always"]);
        }
        let failed = || format!("run {typed}");
        // One pipe for both outputs keeps their order.
        let (output, errors) = io::pipe().context(failed)?;
        let mut process = command
            .env("SECINFO_BUS_ADDRESS", &self.bus_address)
            .stdin(Stdio::piped())
            .stdout(errors.try_clone().context(failed)?)
            .stderr(errors)
            .spawn()
            .context(failed)?;
        // The command's own copies of the pipe must be the only ones, or it would never end.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut input = process.stdin.take();
        // On a real terminal Enter would have ended the line; secinfo ends it itself.
        let echoes_newline = command.get_program() != self.secinfo;
        let dialogue = run_dialogue(output, &mut answers, |answer| {
            match answer {
                Some(answer) => {
                    if echoes_newline {
                        screen::write(b"\n");
                    }
                    if let Some(input) = &mut input {
                        // A command that has ended meanwhile says why in what it wrote.
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

    /// What `secinfo --json` answers, without showing it.
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

/// Shows what comes and answers what is asked, until the command closes its output. `None` to
/// `reply` means that there are no more answers.
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
        // What was asked is answered: it is not to be taken for a question again.
        seen.push('\n');
        reply(answer.as_deref());
    }
}

/// How many bytes are whole characters, when more may be coming.
fn complete_prefix(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    }
}

/// The question that waits for an answer: a last line that was not ended.
fn pending_question(seen: &str) -> Option<&str> {
    let last = seen.rsplit('\n').next()?;
    let unpainted = last.strip_suffix(' ')?.trim_end_matches("\x1b[0m");
    (unpainted.ends_with(':') || unpainted.ends_with(']')).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unfinished_line_that_asks_is_a_question() {
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
    fn a_character_that_arrives_in_two_pieces_is_waited_for() {
        let block = "ab█".as_bytes();
        assert_eq!(complete_prefix(&block[..3]), 2);
        assert_eq!(complete_prefix(block), 5);
    }
}
