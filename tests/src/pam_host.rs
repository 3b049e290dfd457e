//! A program that signs people in through PAM, of which a test says every word.

use crate::sign_in::SignInHost;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What such a program heard from the PAM service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PamEvent {
    /// A prompt. The answer may be shown, or may not.
    Prompt {
        /// What it says.
        text: String,
        /// Whether the answer may be shown.
        echo: bool,
    },
    /// A message, or an error.
    Message(String),
    /// The end: the code of PAM, and its meaning.
    End(i32, String),
}

/// A running program of `tests/pam/host.c`. Ended with this value.
pub struct PamHost {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl SignInHost {
    /// Starts a program, as root, that authenticates this user at a service.
    pub fn pam_host(&self, service: &str, user: &str) -> PamHost {
        let program = self.directory().join("pam-host");
        if !program.exists() {
            compile(&program);
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

    /// Tells it something, as `tests/pam/host.c` says.
    pub fn tell(&mut self, lines: &str) {
        writeln!(self.input, "{lines}").unwrap();
    }

    /// What it says next.
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

    /// The prompt that comes next, past all messages.
    pub fn prompt(&mut self) -> String {
        loop {
            match self.next_event() {
                PamEvent::Prompt { text, .. } => return text,
                PamEvent::Message(_) => {}
                end @ PamEvent::End(..) => panic!("{end:?} instead of a prompt"),
            }
        }
    }

    /// How it ends, past all messages and prompts.
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

fn compile(program: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("pam/host.c");
    let output = Command::new("gcc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-o"])
        .arg(program)
        .arg(source)
        .arg("-lpam")
        .output()
        .expect("gcc is installed");
    assert!(
        output.status.success(),
        "gcc on host.c (libpam0g-dev is needed):\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
