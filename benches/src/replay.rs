//! Replay: reading a whole log into the state that it adds up to.

use crate::failure::{Context, Failure, Result};
use crate::log;
use crate::measure::{median, micros, per_second, processor_time};
use crate::report::{Bar, Row, progress};
use secinfo_domain::event::decode;
use secinfod::service::read_state;
use std::path::Path;
use std::time::Instant;

/// How often the log is read.
const PASSES: usize = 3;

/// Replays the log in this directory, which loses its snapshot by that.
pub(crate) fn measure(directory: &Path, events: u64) -> Result<Vec<Row>> {
    progress(&format!("replay: {events} events on one core"));
    remove_snapshot(directory)?;
    let begun = Instant::now();
    let ledger = log::open(directory)?;
    let opened = micros(begun.elapsed()) / 1e6;
    let reader = ledger.reader();
    let count = usize::try_from(events).unwrap_or(usize::MAX);
    let (mut whole, mut read, mut decoded) = (Vec::new(), Vec::new(), Vec::new());
    let mut on_processor = Vec::new();
    for _ in 0..PASSES {
        let (begun, had) = (Instant::now(), processor_time());
        let (state, _) = read_state(&reader)?;
        whole.push(per_second(count, begun.elapsed()));
        on_processor.push(per_second(count, processor_time().saturating_sub(had)));
        if state.events() != events {
            let found = state.events();
            return Err(Failure::Wrong(format!(
                "the log has {found} events instead of {events}"
            )));
        }
        drop(state);

        let (mut bytes, begun) = (0, Instant::now());
        reader.log.for_each::<Failure>(0, |_, event| {
            bytes += event.len();
            Ok(())
        })?;
        read.push(per_second(count, begun.elapsed()));
        std::hint::black_box(bytes);

        let begun = Instant::now();
        reader.log.for_each::<Failure>(0, |_, event| {
            let stored = decode(event).context(|| "decode an event".into())?;
            std::hint::black_box(stored);
            Ok(())
        })?;
        decoded.push(per_second(count, begun.elapsed()));
    }
    let row = Row::new(
        format!("replay of {events} events"),
        "events/s",
        median(whole),
    )
    .bar(Bar::AtLeast(500_000.0))
    .part("reading the log alone", median(read), "events/s")
    .part(
        "reading and decoding, without the state",
        median(decoded),
        "events/s",
    )
    .part("opening the ledger before it", opened, "s");
    Ok(vec![row])
}

/// Removes the snapshot from a ledger's directory, as if there had never been one.
pub(crate) fn remove_snapshot(directory: &Path) -> Result<()> {
    match std::fs::remove_file(directory.join("snapshot")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context(|| "remove the snapshot".into())
        }
        _ => Ok(()),
    }
}
