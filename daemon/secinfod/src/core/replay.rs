//! Reading the log into the state that it adds up to.

use secinfo_domain::event::{DecodeError, decode};
use secinfo_domain::{Event, State};
use secinfo_ledger::{LedgerError, LedgerReader, LogReader};

/// Why the log cannot be read into a state.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log itself.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// An event in it.
    #[error("event {seq} of the log cannot be read: {source}")]
    Event {
        /// Its place.
        seq: u64,
        /// Why.
        source: DecodeError,
    },
    /// An event stands in another place than it says.
    #[error(
        "the event in place {seq} says that it is number {found}: the log was tampered with or damaged from there on; compare it with a backup and an earlier checkpoint"
    )]
    OutOfPlace {
        /// Its place.
        seq: u64,
        /// What it says.
        found: u64,
    },
}

/// The state that the log adds up to, and how many of its events are in a snapshot: from there on
/// they were replayed one by one. Without a good snapshot that is 0.
pub fn read_state(reader: &LedgerReader) -> Result<(State, u64), ReplayError> {
    let snapshot = reader.snapshot.read().and_then(|(size, bytes)| {
        let state: State = postcard::from_bytes(&bytes).ok()?;
        (state.events() == size).then_some(state)
    });
    let snapshot = snapshot.unwrap_or_default();
    let in_snapshot = snapshot.events();
    Ok((replay(&reader.log, snapshot)?, in_snapshot))
}

/// The state after what the log holds beyond `state`.
fn replay(log: &LogReader, state: State) -> Result<State, ReplayError> {
    replay_each(log, state, |_| ())
}

/// The same, and the events that it took.
pub(super) fn replay_news(
    log: &LogReader,
    state: State,
) -> Result<(State, Vec<Event>), ReplayError> {
    let mut events = Vec::new();
    let after = replay_each(log, state, |event| events.push(event.clone()))?;
    Ok((after, events))
}

fn replay_each(
    log: &LogReader,
    mut state: State,
    mut each: impl FnMut(&Event),
) -> Result<State, ReplayError> {
    let from = state.events();
    log.for_each::<ReplayError>(from, |seq, bytes| {
        let stored = decode(bytes).map_err(|source| ReplayError::Event { seq, source })?;
        if stored.seq != seq {
            return Err(ReplayError::OutOfPlace {
                seq,
                found: stored.seq,
            });
        }
        each(&stored.event);
        state.apply(&stored.event);
        Ok(())
    })?;
    Ok(state)
}
