//! A program that signs users in through PAM, controlled by the test.

use crate::sign_in::SignInHost;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// An event in the program's PAM conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PamEvent {
    /// A prompt.
    Prompt {
        /// The text of the prompt.
        text: String,
        /// Whether the answer may be visible.
        echo: bool,
    },
    /// An information or error message.
    Message(String),
    /// The end: the PAM return code, and its meaning.
    End(i32, String),
}

/// A running program `tests/pam/host.c`, killed on drop.
pub struct PamHost {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl SignInHost {
    /// Starts the program, as root, to authenticate this user at a service.
    pub fn pam_host(&self, service: &str, user: &str) -> PamHost {
        let program = self.directory().join("pam-host");
        if !program.exists() {
            compile("pam/host.c", &program, &["-lpam"]);
        }
        let program = program.to_str().expect("paths of tests are text");
        let mut process = self
            .command(&[program, service, user])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        PamHost {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }
}

impl PamHost {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Sends it a command of `tests/pam/host.c`.
    pub fn send(&mut self, lines: &str) {
        writeln!(self.input, "{lines}").unwrap();
    }

    /// Its next event.
    pub fn next_event(&mut self) -> PamEvent {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let (word, text) = line
            .trim_end_matches('\n')
            .split_once(' ')
            .unwrap_or_else(|| panic!("the PAM host ended: {line:?}"));
        let text = text.replace('\u{c}', "\n");
        match word {
            "hidden" | "shown" => PamEvent::Prompt {
                text,
                echo: word == "shown",
            },
            "info" | "error" => PamEvent::Message(text),
            "end" => {
                let (code, meaning) = text.split_once(' ').unwrap();
                PamEvent::End(code.parse().unwrap(), meaning.to_owned())
            }
            other => panic!("the PAM host says {other:?}"),
        }
    }

    /// The next prompt; messages are skipped.
    pub fn prompt(&mut self) -> String {
        loop {
            match self.next_event() {
                PamEvent::Prompt { text, .. } => return text,
                PamEvent::Message(_) => {}
                end @ PamEvent::End(..) => panic!("{end:?} instead of a prompt"),
            }
        }
    }

    /// Its return code; messages and prompts are skipped.
    pub fn end(&mut self) -> i32 {
        loop {
            if let PamEvent::End(code, _) = self.next_event() {
                return code;
            }
        }
    }
}

impl Drop for PamHost {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Compiles a source of these tests, with further arguments of the compiler.
pub(crate) fn compile(source: &str, output: &Path, more: &[&str]) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    let compiled = Command::new("gcc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-o"])
        .args([output, &source])
        .args(more)
        .output()
        .expect("gcc is installed");
    assert!(
        compiled.status.success(),
        "gcc on {} (libpam0g-dev is needed):\n{}",
        source.display(),
        String::from_utf8_lossy(&compiled.stderr)
    );
}
