//! The newest state that is on disk, and a broadcast of each change to it.

use super::appended::Appended;
use super::counters::Counters;
use secinfo_domain::{Room, State};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use tokio::sync::broadcast;

/// How many commits a listener may fall behind before it misses some.
const BACKLOG: usize = 1024;

/// The newest state that is on disk. Readers never see one that is not.
pub struct Published {
    state: RwLock<Arc<State>>,
    is_room_kept: AtomicBool,
    news: broadcast::Sender<Arc<Appended>>,
    counters: Counters,
}

impl Published {
    /// Begins with the state that was read from disk.
    pub fn new(state: State, room: Room) -> Self {
        Self {
            counters: Counters::new(&state),
            is_room_kept: AtomicBool::new(room == Room::Kept),
            state: RwLock::new(Arc::new(state)),
            news: broadcast::Sender::new(BACKLOG),
        }
    }

    /// The newest state.
    pub fn state(&self) -> Arc<State> {
        self.state
            .read()
            .expect("nothing panics while it holds the state")
            .clone()
    }

    /// How much room the log had when the writer looked last: before each write, and now and then
    /// without one.
    pub fn room(&self) -> Room {
        if self.is_room_kept.load(Ordering::Relaxed) {
            Room::Kept
        } else {
            Room::Enough
        }
    }

    /// Takes note of the room that the log has.
    pub(super) fn set_room(&self, room: Room) {
        self.is_room_kept
            .store(room == Room::Kept, Ordering::Relaxed);
    }

    /// What has happened, in numbers. What is published is counted.
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Receives everything that is appended from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Appended>> {
        self.news.subscribe()
    }

    /// Shows readers what is on disk now. It is told with [`Self::tell`].
    pub(super) fn show(&self, appended: &Appended) {
        *self
            .state
            .write()
            .expect("nothing panics while it holds the state") = Arc::clone(&appended.after);
        self.counters.count(appended);
    }

    /// Tells those who listen what is shown already: each of them costs those who wait for an answer time.
    pub(super) fn tell(&self, appended: Appended) {
        // There may be no receiver, which is fine.
        let _ = self.news.send(Arc::new(appended));
    }

    /// Shows what is on disk now, and tells it.
    pub(super) fn publish(&self, appended: Appended) {
        self.show(&appended);
        self.tell(appended);
    }
}
