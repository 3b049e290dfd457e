//! The newest state that is on disk, and a broadcast of each change to it.

use super::appended::Appended;
use super::counters::Counters;
use secinfo_domain::State;
use std::sync::{Arc, RwLock};
use tokio::sync::broadcast;

/// How many commits a listener may fall behind before it misses some.
const BACKLOG: usize = 1024;

/// The newest state that is on disk. Readers never see one that is not.
pub struct Published {
    state: RwLock<State>,
    news: broadcast::Sender<Arc<Appended>>,
    counters: Counters,
}

impl Published {
    /// Begins with the state that was read from disk.
    pub fn new(state: State) -> Self {
        Self {
            counters: Counters::new(&state),
            state: RwLock::new(state),
            news: broadcast::Sender::new(BACKLOG),
        }
    }

    /// The newest state. Cheap: what is equal is shared.
    pub fn state(&self) -> State {
        self.state
            .read()
            .expect("nothing panics while it holds the state")
            .clone()
    }

    /// What has happened, in numbers. What is published is counted.
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Receives everything that is appended from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Appended>> {
        self.news.subscribe()
    }

    /// Publishes what is on disk now.
    pub(super) fn publish(&self, appended: Appended) {
        *self
            .state
            .write()
            .expect("nothing panics while it holds the state") = appended.after.clone();
        self.counters.count(&appended);
        // There may be no receiver, which is fine.
        let _ = self.news.send(Arc::new(appended));
    }
}
