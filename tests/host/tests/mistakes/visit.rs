//! Somebody who tries to get in, and answers whatever is asked.

use secinfo_host_tests::{Dialogue, Machine, Pty};
use std::thread;
use std::time::{Duration, Instant};

/// How often the screen is looked at. What stands there unchanged twice, without the end of a line, asks
/// for an answer.
const LOOK: Duration = Duration::from_millis(40);
/// For how long nothing may happen.
const PATIENCE: Duration = Duration::from_secs(45);
/// The most that is answered.
const MOST_PROMPTS: usize = 16;
/// What a shell or a command says of a user who got in; typed so, the echo of it is something else.
const TYPED: &str = "echo A sess''ion of $(id -un).";

/// A way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// Over SSH.
    Ssh,
    /// At a terminal of the host.
    Login,
    /// Becoming root, as who is signed in.
    Sudo,
    /// Becoming this user, as `bob` who is signed in.
    Su,
}

impl Way {
    /// The name of the PAM service.
    pub(crate) const fn service(self) -> &'static str {
        match self {
            Self::Ssh => "sshd",
            Self::Login => "login",
            Self::Sudo => "sudo",
            Self::Su => "su",
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    /// Whether it ended with a shell or a command of the user's.
    pub(crate) is_in: bool,
    /// The screen.
    pub(crate) said: String,
}

/// Tries one way in as a user. `answer` is given each prompt with what stands above it since the last, and
/// the answer to it; none gives up.
pub(crate) fn visit(
    machine: &Machine,
    way: Way,
    user: &str,
    mut answer: impl FnMut(&str) -> Option<String>,
) -> Visit {
    let pty = if way == Way::Ssh {
        Pty::open()
    } else {
        machine.pty()
    };
    let mut client = start(machine, &pty, way, user);
    // Of root's shell, what sudo asks for is to become root.
    let mark = format!(
        "A session of {}.",
        if way == Way::Sudo { "root" } else { user }
    );
    let mut read = 0;
    let mut answered = 0;
    let mut before = String::new();
    let mut changed = Instant::now();
    loop {
        let running = client.is_running();
        let screen = client.rest();
        if screen.contains(&mark) {
            return Visit {
                is_in: true,
                said: screen,
            };
        }
        if !running {
            let (_, said) = client.ended();
            return Visit {
                is_in: said.contains(&mark),
                said,
            };
        }
        if changed.elapsed() > PATIENCE || answered > MOST_PROMPTS {
            return Visit {
                is_in: false,
                said: screen + "\n(it goes on)",
            };
        }
        let new = screen.get(read..).unwrap_or_default().to_owned();
        if screen != before {
            before = screen;
            changed = Instant::now();
        } else if is_prompt(&new) {
            read = before.len();
            let reply = if is_of_a_shell(&new) {
                Some(format!("{TYPED}; exit"))
            } else if new.ends_with("login: ") {
                // It begins again after a refusal.
                None
            } else {
                answer(&new)
            };
            let Some(reply) = reply else {
                return Visit {
                    is_in: false,
                    said: before,
                };
            };
            client.answer(&reply);
            answered += 1;
            changed = Instant::now();
        }
        thread::sleep(LOOK);
    }
}

fn start<'p>(machine: &Machine, pty: &'p Pty, way: Way, user: &str) -> Dialogue<'p> {
    match way {
        Way::Ssh => machine.ssh_with(pty, user, &["-tt"], Some(TYPED)),
        Way::Login => pty.run(&machine.command(["login", user])),
        Way::Sudo => {
            let words = ["sudo", "--reset-timestamp", "sh", "-c", TYPED];
            pty.run(&machine.command_as(user, words))
        }
        Way::Su => pty.run(&machine.command_as("bob", ["su", user, "-c", TYPED])),
    }
}

fn is_prompt(new: &str) -> bool {
    let last = new.rsplit('\n').next().unwrap_or_default();
    last.ends_with(": ") || last.ends_with("? ") || is_of_a_shell(new)
}

fn is_of_a_shell(new: &str) -> bool {
    new.ends_with("$ ") || new.ends_with("# ")
}

/// Whether a prompt asks for the password.
pub(crate) fn asks_for_password(prompt: &str) -> bool {
    let last = prompt.rsplit('\n').next().unwrap_or_default();
    last.to_lowercase().contains("password") && !last.contains("code")
}
