//! Tracking a message.

use secinfo_channel::Reason;
use secinfo_domain::ChannelName;
use tokio::sync::watch;

/// The progress of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It waits for a channel, or a channel is delivering it.
    Waiting,
    /// The provider has taken it, and will report the outcome.
    Sent {
        /// Whose provider.
        channel: ChannelName,
    },
    /// Nothing more will happen.
    Finished(Outcome),
}

/// The outcome of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The channel that delivered it, or that failed last; `None` when none has tried.
    pub channel: Option<ChannelName>,
    /// How many attempts to deliver it there were, over all channels.
    pub attempts: u8,
    /// How it arrived, or why it did not.
    pub result: Result<Arrival, Reason>,
}

/// How a message arrived, as far as the provider tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The provider has taken it, and says no more.
    Accepted,
    /// It has arrived.
    Delivered,
}

/// Follows one message. Dropping it does not stop the message.
#[derive(Debug, Clone)]
pub struct Tracking {
    progress: watch::Receiver<Progress>,
}

impl Tracking {
    pub(super) fn new() -> (watch::Sender<Progress>, Self) {
        let (sender, progress) = watch::channel(Progress::Waiting);
        (sender, Self { progress })
    }

    /// How far it is now.
    pub fn progress(&self) -> Progress {
        self.progress.borrow().clone()
    }

    /// Waits until it is further than when it was last asked in this way. Returns at once when it
    /// has finished.
    pub async fn changed(&mut self) -> Progress {
        let finished = matches!(*self.progress.borrow_and_update(), Progress::Finished(_));
        if !finished && self.progress.changed().await.is_err() {
            return Progress::Finished(self.outcome());
        }
        self.progress.borrow_and_update().clone()
    }

    /// Waits until nothing more will happen.
    pub async fn finished(&mut self) -> Outcome {
        // An error means that the courier is gone.
        let _ = self
            .progress
            .wait_for(|progress| matches!(progress, Progress::Finished(_)))
            .await;
        self.outcome()
    }

    /// Its outcome. If the courier is gone though the message has not finished, as when the daemon
    /// stops, that is unknown.
    fn outcome(&self) -> Outcome {
        match &*self.progress.borrow() {
            Progress::Finished(outcome) => outcome.clone(),
            Progress::Sent { channel } => Outcome {
                channel: Some(channel.clone()),
                attempts: 1,
                result: Ok(Arrival::Accepted),
            },
            Progress::Waiting => Outcome {
                channel: None,
                attempts: 0,
                result: Err(Reason::TimedOut),
            },
        }
    }
}
