//! What waits for the writer, in its order.

use super::batch::PendingCommand;
use super::writer::Appender;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Something to be done between two commits.
pub(super) type Between = Box<dyn FnOnce(&mut Appender) + Send>;

/// Work that waits for the writer.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all of it is commands, which need no memory of their own"
)]
pub(super) enum Work {
    /// A command to decide.
    Command(PendingCommand),
    /// Something else, to be done between two commits.
    Between(Between),
}

/// What waits for the writer, in its order.
pub(super) struct Queue {
    waiting: Receiver<Work>,
    /// Came before all that waits.
    held_back: Option<Between>,
}

impl Queue {
    pub(super) const fn new(waiting: Receiver<Work>) -> Self {
        Self {
            waiting,
            held_back: None,
        }
    }

    /// The next thing to do; waits for it no longer than `patience`.
    pub(super) fn next(&mut self, patience: Duration) -> Result<Work, RecvTimeoutError> {
        match self.held_back.take() {
            Some(work) => Ok(Work::Between(work)),
            None => self.waiting.recv_timeout(patience),
        }
    }

    /// The commands that wait before anything else does, up to so many. Waits for none.
    pub(super) fn commands(&mut self, most: usize) -> Vec<PendingCommand> {
        let mut commands = Vec::new();
        while commands.len() < most && self.held_back.is_none() {
            match self.waiting.try_recv() {
                Ok(Work::Command(command)) => commands.push(command),
                Ok(Work::Between(work)) => self.held_back = Some(work),
                Err(_) => break,
            }
        }
        commands
    }
}
