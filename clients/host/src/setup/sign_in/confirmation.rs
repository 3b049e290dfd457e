//! Waits for a person to confirm that sign-in works, or for a signal, a closed terminal or the deadline.

use super::super::questions::Questions;
use rustix::termios::{QueueSelector, tcflush};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::interruption::leave_to_others;
use std::io::{BufRead, stdin};
use std::time::Instant;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A single key that is pressed by mistake must not say yes.
const PROMPT: &str = "Does it work? [yes/No]";

/// The answer, or what happened instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// Sign-in works.
    Yes,
    /// It does not.
    No,
    /// No answer before the deadline.
    Late,
    /// A signal ended the wait.
    Interrupted,
    /// The terminal was closed.
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

/// Where the confirmation comes from.
pub(crate) trait Confirmation {
    /// Waits for an answer until a deadline.
    async fn wait(&mut self, deadline: Instant) -> Confirmed;
}

/// The person at the terminal. Once it exists, signals no longer end the process.
pub(crate) struct Terminal<'a> {
    questions: &'a Questions<'a>,
    signals: [Signal; 4],
}

impl<'a> Terminal<'a> {
    pub(crate) fn new(questions: &'a Questions<'a>) -> Result<Self, Failure> {
        let signals = [
            signal(SignalKind::interrupt())?,
            signal(SignalKind::quit())?,
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
        // Discards what was typed before the question. Without a terminal there is nothing to discard.
        let _ = tcflush(stdin(), QueueSelector::IFlush);
        let mut lines = lines();
        let [interrupt, quit, terminate, hangup] = &mut self.signals;
        loop {
            if self.questions.prompt(PROMPT).is_err() {
                return Confirmed::Gone;
            }
            let line = tokio::select! {
                biased;
                _ = interrupt.recv() => return Confirmed::Interrupted,
                _ = quit.recv() => return Confirmed::Interrupted,
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

/// Lines from standard input, read in a thread that ends with the process.
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
