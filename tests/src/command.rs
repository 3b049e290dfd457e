//! The `secinfo` command as a process.

use crate::daemon::binary;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

/// The `secinfo` command with these arguments, run as this uid, for the bus at this address.
pub(crate) fn secinfo(bus: &str, uid: u32, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary("secinfo"));
    command
        .args(arguments)
        .env("SECINFO_BUS_ADDRESS", bus)
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .current_dir("/");
    if uid != 0 {
        command.uid(uid).gid(uid);
    }
    command
}

/// The result of a finished command.
#[derive(Debug)]
pub struct CommandOutput {
    /// Its exit code.
    pub code: i32,
    /// What it wrote to standard output, except for lines read before.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl CommandOutput {
    /// Asserts that the command succeeded.
    #[allow(
        clippy::return_self_not_must_use,
        reason = "some callers need only the assertion"
    )]
    pub fn success(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// The last line of standard output as JSON.
    pub fn json(&self) -> Value {
        let line = self.stdout.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A running command, killed on drop.
pub struct RunningCommand {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    errors: Option<JoinHandle<String>>,
}

impl RunningCommand {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut stderr = process.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        Self {
            input: process.stdin.take(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
            errors: Some(errors),
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Writes to its standard input. It is no error if the command does not read it.
    pub fn write(&mut self, text: &str) {
        let input = self.input.as_mut().expect("the input is open");
        let _ = input.write_all(text.as_bytes());
        let _ = input.flush();
    }

    /// The next line of its standard output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    /// The next line of its standard output as JSON.
    pub fn json_line(&mut self) -> Value {
        let line = self.line();
        match serde_json::from_str(&line) {
            Ok(value) => value,
            Err(error) => panic!("{error}: {line:?}: {}", self.stderr()),
        }
    }

    fn stderr(&mut self) -> String {
        drop(self.input.take());
        self.errors
            .take()
            .map(|errors| errors.join().unwrap())
            .unwrap_or_default()
    }

    /// Closes its standard input and waits for its end.
    pub fn finish(mut self) -> CommandOutput {
        drop(self.input.take());
        let mut stdout = String::new();
        self.output.read_to_string(&mut stdout).unwrap();
        let stderr = self.stderr();
        let status = self.process.wait().unwrap();
        CommandOutput {
            code: status.code().unwrap_or(-1),
            stdout,
            stderr,
        }
    }
}

impl Drop for RunningCommand {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
