//! Snapshots of the state, which make starting fast. They are written beside the writer: that of a
//! hundred thousand users takes the better part of a second.

use secinfo_domain::State;
use secinfo_ledger::SnapshotFile;
use std::thread::JoinHandle;

/// After so many events a snapshot is worth its writing, even while there is work.
const WORTH_IT: u64 = 20_000;

/// Writing a user into a snapshot takes about as long as replaying so many events.
const EVENTS_FOR_A_USER: u64 = 2;

/// At rest a snapshot may cost so many times what it will spare the next start.
const AT_REST: u64 = 16;

/// When snapshots are written, and the one that is being written.
pub(super) struct Snapshots {
    file: SnapshotFile,
    /// How many events the newest one holds, or will hold.
    holds: u64,
    /// Whether it can no longer be read, because a key was destroyed.
    void: bool,
    writing: Option<JoinHandle<()>>,
}

impl Snapshots {
    /// The one on disk holds so many events; 0 when there is none.
    pub(super) const fn new(file: SnapshotFile, holds: u64) -> Self {
        Self {
            file,
            holds,
            void: false,
            writing: None,
        }
    }

    /// Marks the newest one as unreadable, because a key was destroyed.
    pub(super) const fn invalidate(&mut self) {
        self.void = true;
    }

    /// How many events the next start need not replay if one is written now.
    const fn spares(&self, state: &State) -> u64 {
        let holds = if self.void { 0 } else { self.holds };
        state.events() - holds
    }

    /// Begins one if that is worth it while there is work.
    pub(super) fn while_working(&mut self, state: &State) {
        if state.events() - self.holds >= WORTH_IT {
            self.begin(state);
        }
    }

    /// Begins one if that is worth it while there is nothing else to do: not for one event more on
    /// a host of many users.
    pub(super) fn at_rest(&mut self, state: &State) {
        let cost = state.user_count() as u64 * EVENTS_FOR_A_USER;
        let spared = self.spares(state);
        if spared > 0 && spared * AT_REST >= cost {
            self.begin(state);
        }
    }

    /// Waits for the one that is being written, and writes the last one.
    pub(super) fn finish(&mut self, state: &State) {
        self.wait();
        if self.spares(state) > 0 {
            write(&self.file, state);
        }
    }

    fn begin(&mut self, state: &State) {
        if self
            .writing
            .as_ref()
            .is_some_and(|writing| !writing.is_finished())
        {
            return;
        }
        self.wait();
        let (file, copy) = (self.file.clone(), state.clone());
        let thread = std::thread::Builder::new().name("snapshot".to_owned());
        match thread.spawn(move || write(&file, &copy)) {
            Ok(writing) => {
                self.holds = state.events();
                self.void = false;
                self.writing = Some(writing);
            }
            Err(error) => tracing::warn!(%error, "no thread for a snapshot; it is tried again"),
        }
    }

    fn wait(&mut self) {
        if self
            .writing
            .take()
            .is_some_and(|writing| writing.join().is_err())
        {
            tracing::error!("writing a snapshot had panicked");
        }
    }
}

fn write(file: &SnapshotFile, state: &State) {
    let written = postcard::to_allocvec(state)
        .map_err(|error| error.to_string())
        .and_then(|bytes| {
            let written = file.write(state.events(), &bytes);
            written.map_err(|error| error.to_string())
        });
    match written {
        Ok(()) => tracing::debug!(events = state.events(), "snapshot written"),
        Err(error) => {
            tracing::warn!(%error, "no snapshot could be written; the next start replays the log");
        }
    }
}
