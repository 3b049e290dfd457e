//! Waiting for a person to say that sign-in works, while anything may happen to them and to us.

use super::super::questions::Questions;
use rustix::termios::{QueueSelector, tcflush};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::interruption::leave_to_others;
use std::io::{BufRead, stdin};
use std::time::Instant;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A key that somebody presses in passing must not say yes.
const PROMPT: &str = "Does it work? [yes/No]";

/// What was said, or what happened instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// Sign-in works.
    Yes,
    /// It does not.
    No,
    /// Nothing in time.
    Late,
    /// We were told to end.
    Interrupted,
    /// Nobody can say anything any more.
    Gone,
}

impl Confirmed {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Yes => "it was confirmed",
            Self::No => "you said no",
            Self::Late => "nobody has confirmed in time that sign-in works",
            Self::Interrupted => "it was interrupted",
            Self::Gone => "the terminal is gone",
        }
    }
}

/// Whoever confirms.
pub(crate) trait Confirmation {
    /// Waits for an answer until a moment.
    async fn wait(&mut self, deadline: Instant) -> Confirmed;
}

/// The person at the terminal. From its making on, signals that would end us are only noted.
pub(crate) struct Terminal<'a> {
    questions: &'a Questions<'a>,
    signals: [Signal; 3],
}

impl<'a> Terminal<'a> {
    pub(crate) fn new(questions: &'a Questions<'a>) -> Result<Self, Failure> {
        let signals = [
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ];
        leave_to_others();
        Ok(Self { questions, signals })
    }
}

impl Confirmation for Terminal<'_> {
    async fn wait(&mut self, deadline: Instant) -> Confirmed {
        let deadline = tokio::time::sleep_until(deadline.into());
        tokio::pin!(deadline);
        // What was typed before this question was no answer to it. Where there is no terminal,
        // nobody has typed.
        let _ = tcflush(stdin(), QueueSelector::IFlush);
        let mut lines = lines();
        let [interrupt, terminate, hangup] = &mut self.signals;
        loop {
            if self.questions.prompt(PROMPT).is_err() {
                return Confirmed::Gone;
            }
            let line = tokio::select! {
                biased;
                _ = interrupt.recv() => return Confirmed::Interrupted,
                _ = terminate.recv() => return Confirmed::Interrupted,
                _ = hangup.recv() => return Confirmed::Gone,
                () = &mut deadline => return Confirmed::Late,
                line = lines.recv() => line,
            };
            match line
                .as_deref()
                .map(|line| line.trim().to_lowercase())
                .as_deref()
            {
                None => return Confirmed::Gone,
                Some("yes") => return Confirmed::Yes,
                Some("" | "n" | "no") => return Confirmed::No,
                Some(_) => {
                    if self
                        .questions
                        .hint("Write yes in full if you have signed in anew; no takes it back.")
                        .is_err()
                    {
                        return Confirmed::Gone;
                    }
                }
            }
        }
    }
}

/// Lines from standard input, until there are no more. Who reads them waits in a thread of its own,
/// which ends with the process.
fn lines() -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        for line in stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
