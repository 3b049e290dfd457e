//! One attempt to deliver a message, as the courier hands it to a channel.

use secinfo_channel::{Reason, Report, Request};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// An attempt that waits for a channel. When it is dropped unclaimed, nothing was sent.
pub(super) struct Attempt {
    /// What to deliver.
    pub(super) request: Box<Request>,
    /// When it expires.
    pub(super) expires: Instant,
    /// Taken by the channel before it sends, or by the courier to withdraw it.
    pub(super) claim: Claim,
    /// Receives the outcome.
    pub(super) outcome: oneshot::Sender<AttemptOutcome>,
}

/// The right to act on an attempt: the first to take it has it.
#[derive(Clone, Default)]
pub(super) struct Claim(Arc<AtomicBool>);

impl Claim {
    /// Whether it is ours now.
    pub(super) fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

/// The outcome of an attempt.
pub(super) enum AttemptOutcome {
    /// The plugin never had it: nothing was sent.
    Returned,
    /// The plugin had it, and whether it sent it is unknown.
    Lost {
        /// Why it is unknown.
        reason: Reason,
        /// Whether the provider recognizes the same message when it comes again.
        repeatable: bool,
    },
    /// The provider has taken it.
    Accepted {
        /// Where the final report comes, if one does. It ends without one when the plugin is gone.
        follow: Option<oneshot::Receiver<Report>>,
    },
    /// What the plugin said. Never `Accepted`.
    Reported(Report),
}
