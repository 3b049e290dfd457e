//! One attempt to deliver a message, between whoever carries the message and a channel.

use secinfo_channel::{Reason, Report, Request};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// An attempt that waits for a channel. When it is dropped unclaimed, nothing was sent.
pub(super) struct Attempt {
    /// What to deliver.
    pub(super) request: Box<Request>,
    /// When there is no use in it any more.
    pub(super) expires: Instant,
    /// Taken by the channel before it sends, or by whoever carries the message to take it back.
    pub(super) claim: Claim,
    /// Where to tell what became of it.
    pub(super) fate: oneshot::Sender<AttemptOutcome>,
}

/// Who may act on an attempt: the first who takes it.
#[derive(Clone, Default)]
pub(super) struct Claim(Arc<AtomicBool>);

impl Claim {
    /// Whether it is ours now.
    pub(super) fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

/// What became of an attempt.
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
