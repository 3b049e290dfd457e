//! The history of users under load: their operations and the replies.

/// The effect of an operation, which can be found in the log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Effect {
    /// The user whose security info changes.
    pub uid: u32,
    /// The change.
    pub change: Change,
}

/// A change of a user's security info.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// The code of this counter was accepted.
    Verified {
        /// The method's id.
        method: String,
        /// The counter.
        counter: u64,
    },
    /// A method was renamed.
    Renamed {
        /// The method's id.
        method: String,
    },
    /// A method was enrolled.
    Enrolled,
    /// A method was deleted.
    Deleted {
        /// The method's id.
        method: String,
    },
    /// Recovery codes were issued.
    CodesIssued,
    /// An access pass was issued.
    PassIssued,
}

/// An operation of a user. Times are ticks of a clock that all users share.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The requested effect.
    pub effect: Effect,
    /// When it was sent.
    pub sent: u64,
    /// When it was answered.
    pub answered: u64,
    /// Its outcome.
    pub outcome: Outcome,
}

/// The outcome of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was acknowledged.
    Done,
    /// The daemon could not write to the log.
    Refused,
    /// There was no answer.
    Lost,
}

/// The history of a period of load.
#[derive(Debug, Default)]
pub struct History {
    /// The operations; those of each user are in order.
    pub operations: Vec<Operation>,
    /// The checkpoints that the daemon returned.
    pub checkpoints: Vec<String>,
    /// How many requests were refused because of storage.
    pub refused: usize,
}

impl History {
    /// How many operations were acknowledged.
    pub fn done(&self) -> usize {
        let done = |operation: &&Operation| operation.outcome == Outcome::Done;
        self.operations.iter().filter(done).count()
    }

    /// How many operations were not answered.
    pub fn lost(&self) -> usize {
        let lost = |operation: &&Operation| operation.outcome == Outcome::Lost;
        self.operations.iter().filter(lost).count()
    }
}
