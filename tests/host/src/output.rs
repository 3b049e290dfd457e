//! What a command in a machine left.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a command may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a command left.
#[derive(Debug)]
pub struct Output {
    /// The command.
    pub words: Vec<String>,
    /// Its exit code; 128 and the signal if one ended it.
    pub code: i32,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Output {
    /// Asserts that it ended with success; answers with its standard output.
    #[track_caller]
    #[allow(
        clippy::must_use_candidate,
        reason = "that it succeeded may be all that matters"
    )]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:#?}");
        self.stdout
    }

    /// Asserts that it failed; answers with its standard error.
    #[track_caller]
    #[allow(
        clippy::must_use_candidate,
        reason = "that it failed may be all that matters"
    )]
    pub fn fails(self) -> String {
        assert_ne!(self.code, 0, "{self:#?}");
        self.stderr
    }

    /// Asserts that it ended with success; answers with its standard output as JSON.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        let text = self.ok();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The first line of its standard output as JSON, however it ended.
    #[track_caller]
    pub fn first_json(&self) -> serde_json::Value {
        let line = self.stdout.lines().next().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Runs a command with this standard input to its end, which is waited for with patience, but
    /// not for ever.
    pub(crate) fn of(command: &mut Command, words: Vec<String>, input: Vec<u8>) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut stdin = process.stdin.take().unwrap();
        // That it reads no more is no error.
        thread::spawn(move || drop(stdin.write_all(&input)));
        let stdout = reader(process.stdout.take().unwrap());
        let stderr = reader(process.stderr.take().unwrap());
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = process.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                let _ = process.kill();
                let _ = process.wait();
                panic!("it does not end: {words:?}");
            }
            thread::sleep(Duration::from_millis(2));
        };
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        Self {
            words,
            code: status.code().unwrap_or(128 + signal.unwrap_or_default()),
            stdout: stdout.join().unwrap(),
            stderr: stderr.join().unwrap(),
        }
    }
}

fn reader(mut source: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
