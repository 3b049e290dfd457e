//! What waits for the writer. Users take turns: one whose commands wait by the hundred delays those of
//! another by a few.

use super::batch::PendingCommand;
use super::writer::Appender;
use secinfo_domain::UserId;
use std::collections::{HashMap, VecDeque};
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

/// The most commands of one user that share a write.
pub(super) const MOST_OF_ONE: usize = 16;

/// How many commands of each user a write has.
#[derive(Default)]
pub(super) struct Taken(HashMap<Option<UserId>, usize>);

/// What waits for the writer.
pub(super) struct Queue {
    arriving: Receiver<Work>,
    /// Came before all that arrives.
    waiting: VecDeque<PendingCommand>,
    /// Came before all that arrives, and after all that waits.
    held_back: Option<Between>,
}

/// What is to be done next.
pub(super) enum Next {
    /// Commands wait.
    Commands,
    /// Something else.
    Between(Between),
}

impl Queue {
    pub(super) const fn new(arriving: Receiver<Work>) -> Self {
        Self {
            arriving,
            waiting: VecDeque::new(),
            held_back: None,
        }
    }

    /// The next thing to do; waits for it no longer than `patience`.
    pub(super) fn next(&mut self, patience: Duration) -> Result<Next, RecvTimeoutError> {
        if self.waiting.is_empty() {
            let next = match self.held_back.take() {
                Some(work) => Work::Between(work),
                None => self.arriving.recv_timeout(patience)?,
            };
            match next {
                Work::Command(command) => self.waiting.push_back(command),
                Work::Between(work) => return Ok(Next::Between(work)),
            }
        }
        Ok(Next::Commands)
    }

    /// The commands that wait before anything else does, up to so many, and of each user no more than
    /// [`MOST_OF_ONE`] for one write, which has `taken` these so far. Waits for none.
    pub(super) fn commands(&mut self, most: usize, taken: &mut Taken) -> Vec<PendingCommand> {
        self.let_in();
        let mut commands = Vec::new();
        for command in std::mem::take(&mut self.waiting) {
            let of_user = taken.0.entry(command.user()).or_insert(0);
            if commands.len() < most && *of_user < MOST_OF_ONE {
                *of_user += 1;
                commands.push(command);
            } else {
                self.waiting.push_back(command);
            }
        }
        commands
    }

    /// Takes in the commands that have arrived before anything else has.
    fn let_in(&mut self) {
        while self.held_back.is_none() {
            match self.arriving.try_recv() {
                Ok(Work::Command(command)) => self.waiting.push_back(command),
                Ok(Work::Between(work)) => self.held_back = Some(work),
                Err(_) => break,
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use crate::core::writer::tests::pending;
    use std::sync::mpsc::{Sender, channel};

    const FLOODER: UserId = UserId::from_bytes([1; 16]);
    const OTHER: UserId = UserId::from_bytes([2; 16]);

    fn arrive(arriving: &Sender<Work>, user: UserId, count: usize) {
        for _ in 0..count {
            arriving.send(Work::Command(pending(user))).unwrap();
        }
    }

    #[test]
    fn one_user_whose_commands_wait_by_the_hundred_delays_another_by_a_few() {
        let (arriving, waiting) = channel();
        arrive(&arriving, FLOODER, 100);
        arrive(&arriving, OTHER, 1);
        let mut queue = Queue::new(waiting);
        let mut taken = Taken::default();
        let first = queue.commands(64, &mut taken);
        assert_eq!(first.len(), MOST_OF_ONE + 1);
        assert_eq!(first.last().unwrap().user(), Some(OTHER));
        // Nor are more of them taken for the same write later.
        assert!(queue.commands(64, &mut taken).is_empty());
        // None is lost.
        let mut left = 100 - MOST_OF_ONE;
        while left > 0 {
            let some = queue.commands(3, &mut Taken::default()).len();
            assert_eq!(some, left.min(3));
            left -= some;
        }
        assert!(queue.commands(64, &mut Taken::default()).is_empty());
    }

    #[test]
    fn what_is_done_between_commits_waits_for_the_commands_before_it_alone() {
        let (arriving, waiting) = channel();
        arrive(&arriving, FLOODER, MOST_OF_ONE + 1);
        arriving.send(Work::Between(Box::new(|_| {}))).unwrap();
        arrive(&arriving, FLOODER, 2);
        let mut queue = Queue::new(waiting);
        let mut done = Vec::new();
        while let Ok(next) = queue.next(Duration::ZERO) {
            done.push(match next {
                Next::Commands => queue.commands(64, &mut Taken::default()).len(),
                Next::Between(_) => 0,
            });
        }
        assert_eq!(done, [MOST_OF_ONE, 1, 0, 2]);
    }
}
