//! What users under load asked for, and what they were answered.

/// What a user wants to happen, as the log can tell that it did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deed {
    /// Whose security info it is about.
    pub uid: u32,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    /// The code of this counter was accepted.
    Verified {
        /// The method's id.
        method: String,
        /// The counter.
        counter: u64,
    },
    /// A method has another label.
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

/// What a user asked for, and when. Times are ticks of one clock for all users.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was asked for.
    pub deed: Deed,
    /// Before it was sent.
    pub sent: u64,
    /// After the answer was there.
    pub answered: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was acknowledged.
    Done,
    /// The log could not be written, says the daemon.
    Refused,
    /// There was no answer.
    Lost,
}

/// What one stretch of load left.
#[derive(Debug, Default)]
pub struct Account {
    /// What was asked for: of one user, in order.
    pub asked: Vec<Asked>,
    /// Checkpoints that were served.
    pub checkpoints: Vec<String>,
    /// How many requests were refused for want of storage.
    pub refused: usize,
}

impl Account {
    /// How many requests were acknowledged.
    pub fn done(&self) -> usize {
        let done = |asked: &&Asked| asked.outcome == Outcome::Done;
        self.asked.iter().filter(done).count()
    }

    /// How many requests were not answered.
    pub fn lost(&self) -> usize {
        let lost = |asked: &&Asked| asked.outcome == Outcome::Lost;
        self.asked.iter().filter(lost).count()
    }
}
