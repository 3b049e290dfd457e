//! What every engine must do, shown for each of them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use super::{Appended, Batch, Changes, Engine, EventLog, LOG_DIRECTORY, MemoryStorage};
use crate::error::LedgerError;
use crate::faults::{FaultMode, WritePoint};
use crate::options::Options;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A place where an engine keeps a log.
struct Place {
    directory: tempfile::TempDir,
    options: Options,
}

impl Place {
    fn on(engine: Engine) -> Self {
        let options = Options {
            engine,
            ..Options::new("host.example")
        };
        Self {
            directory: tempfile::tempdir().unwrap(),
            options,
        }
    }

    fn sled() -> Self {
        Self::on(Engine::Sled)
    }

    fn memory() -> Self {
        Self::on(Engine::Memory(MemoryStorage::default()))
    }

    fn try_open(&self) -> Result<Arc<dyn EventLog>, LedgerError> {
        let engine = &self.options.engine;
        engine.open(self.directory.path(), &self.options)
    }

    fn open(&self) -> Arc<dyn EventLog> {
        self.try_open().unwrap()
    }

    /// What is left when the process is killed at this moment.
    fn as_after_a_kill(&self) -> Self {
        match &self.options.engine {
            Engine::Memory(storage) => Self::on(Engine::Memory(storage.copy())),
            Engine::Sled => {
                let copy = Self::sled();
                let (from, to) = (self.directory.path(), copy.directory.path());
                copy_directory(&from.join(LOG_DIRECTORY), &to.join(LOG_DIRECTORY));
                copy
            }
        }
    }

    fn fail(&self, point: WritePoint, mode: FaultMode) {
        self.options.faults.arm(point, mode, 0);
    }
}

fn copy_directory(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_directory(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn event(number: u64) -> Vec<u8> {
    let length = usize::try_from(number * 37 % 300).unwrap();
    format!("event {number} {}", "x".repeat(length)).into_bytes()
}

fn events(from: u64, count: u64) -> Vec<Vec<u8>> {
    (from..from + count).map(event).collect()
}

fn record_key(number: u8) -> [u8; 2] {
    [b'u', number]
}

/// What a log should hold.
#[derive(Clone, Default)]
struct Content {
    events: u64,
    records: BTreeMap<u8, Vec<u8>>,
}

impl Content {
    fn append(&mut self, log: &dyn EventLog, count: u64, records: &[(u8, Option<&[u8]>)]) {
        let (appended, after) = self.try_append(log, count, records);
        assert!(matches!(appended, Appended::Acknowledged), "{appended:?}");
        *self = after;
    }

    fn try_append(
        &self,
        log: &dyn EventLog,
        count: u64,
        records: &[(u8, Option<&[u8]>)],
    ) -> (Appended, Self) {
        let mut after = self.clone();
        let mut changes = Changes::default();
        for (number, value) in records {
            if let Some(value) = value {
                changes.put(&record_key(*number), *value);
                after.records.insert(*number, value.to_vec());
            } else {
                changes.remove(&record_key(*number));
                after.records.remove(number);
            }
        }
        after.events += count;
        let batch = Batch {
            events: &events(self.events, count),
            changes,
            destroys: false,
        };
        (log.append(self.events, &batch).unwrap(), after)
    }

    fn expect_in(&self, log: &dyn EventLog) {
        assert_eq!((log.len(), log.head().unwrap()), (self.events, self.events));
        assert_eq!(read(log, 0, self.events), events(0, self.events));
        for number in 0..=u8::MAX {
            let expected = self.records.get(&number);
            assert_eq!(log.record(&record_key(number)).unwrap().as_ref(), expected);
        }
    }
}

fn read(log: &dyn EventLog, from: u64, to: u64) -> Vec<Vec<u8>> {
    let mut read = Vec::new();
    log.read(from, to, &mut |seq, event| {
        assert_eq!(seq, from + read.len() as u64);
        read.push(event.to_vec());
        ControlFlow::Continue(())
    })
    .unwrap();
    read
}

fn what_was_acknowledged_is_there_after_opening_again_and_after_a_kill(place: &Place) {
    let mut content = Content::default();
    for round in 0..3_u8 {
        let log = place.open();
        content.expect_in(&*log);
        for count in [1, 1, 64, 3, 300] {
            content.append(&*log, count, &[]);
        }
        content.append(&*log, 1, &[(round, Some(b"kept")), (9, Some(&[round]))]);
        content.expect_in(&*log);
        content.expect_in(&*place.as_after_a_kill().open());
        log.close();
    }
}

fn what_a_commit_destroys_goes_with_it_and_costs_nothing_else(place: &Place) {
    let log = place.open();
    let mut content = Content::default();
    for round in 0..3_u8 {
        content.append(&*log, 2, &[(round, Some(b"secret")), (9, Some(&[round]))]);
        let mut changes = Changes::default();
        changes.remove(&record_key(round));
        let batch = Batch {
            events: &events(content.events, 1),
            changes,
            destroys: true,
        };
        let appended = log.append(content.events, &batch).unwrap();
        assert!(matches!(appended, Appended::Acknowledged), "{appended:?}");
        content.events += 1;
        content.records.remove(&round);
        content.expect_in(&*log);
        content.expect_in(&*place.as_after_a_kill().open());
    }
    log.close();
    content.expect_in(&*place.open());
}

fn what_is_larger_than_any_buffer_is_appended_whole(place: &Place) {
    let log = place.open();
    let mut content = Content::default();
    for count in [1, 2000, 1, 3000] {
        let value = vec![u8::try_from(count % 7).unwrap(); 3000];
        let many: Vec<_> = (0..60)
            .map(|number| (number, Some(value.as_slice())))
            .collect();
        content.append(&*log, count, &many);
        content.expect_in(&*place.as_after_a_kill().open());
    }
    content.expect_in(&*log);
}

fn records_change_with_events_and_without(place: &Place) {
    let log = place.open();
    let mut content = Content::default();
    content.append(&*log, 0, &[(1, Some(b"one")), (2, Some(b"two"))]);
    content.append(&*log, 2, &[(1, None), (2, Some(b"other")), (3, None)]);
    // The last change of a key is the one that counts.
    content.append(&*log, 0, &[(4, Some(b"first")), (4, None)]);
    content.append(&*log, 0, &[(4, None), (4, Some(b"last"))]);
    content.append(&*log, 300, &[(5, Some(&[7; 3000]))]);
    content.expect_in(&*log);
    log.close();
    content.expect_in(&*place.open());
}

fn an_append_at_another_size_than_the_log_has_changes_nothing(place: &Place) {
    let log = place.open();
    let mut content = Content::default();
    content.append(&*log, 3, &[(1, Some(b"kept"))]);
    for expected in [0, 2, 4, u64::MAX] {
        let mut changes = Changes::default();
        changes.put(&record_key(1), b"other".as_slice());
        let batch = Batch {
            events: &events(0, 2),
            changes,
            destroys: false,
        };
        let appended = log.append(expected, &batch).unwrap();
        assert!(matches!(appended, Appended::Moved(3)), "{appended:?}");
        content.expect_in(&*log);
    }
    content.append(&*log, 1, &[]);
    content.expect_in(&*log);
}

fn of_two_writers_one_appends(place: &Place) {
    let first = place.open();
    let mut content = Content::default();
    content.append(&*first, 2, &[]);
    // An engine lets no second writer in, or no longer takes anything from the first.
    if let Ok(second) = place.try_open() {
        content.append(&*second, 1, &[]);
        let (appended, _) = content.try_append(&*first, 1, &[(1, Some(b"lost"))]);
        assert!(matches!(appended, Appended::Fenced), "{appended:?}");
        assert!(matches!(first.recover(), Err(LedgerError::Fenced)));
        content.append(&*second, 1, &[]);
        content.expect_in(&*second);
    } else {
        content.append(&*first, 1, &[]);
        content.expect_in(&*first);
    }
}

fn an_append_of_unknown_outcome_is_whole_or_not_there_at_all(place: &Place) {
    let log = place.open();
    let mut content = Content::default();
    content.append(&*log, 5, &[]);
    let mut outcomes = [0, 0];
    let points = [
        WritePoint::JournalWrite,
        WritePoint::JournalSync,
        WritePoint::LogInsert,
        WritePoint::LogBatch,
        WritePoint::LogSync,
    ];
    for point in points {
        for mode in [FaultMode::Before, FaultMode::After, FaultMode::Half] {
            let records: &[(u8, Option<&[u8]>)] = match point {
                WritePoint::LogInsert => &[],
                _ => &[(1, Some(b"new")), (2, Some(b"new"))],
            };
            place.fail(point, mode);
            // Large enough for several records of any engine.
            let (appended, after) = content.try_append(&*log, 200, records);
            if place.options.faults.disarm() {
                // This engine has no such write.
                content = after;
            } else {
                assert!(matches!(appended, Appended::Unknown(_)), "{appended:?}");
                // Nothing of it is shown before it is known.
                assert_eq!(log.len(), content.events);
                assert_eq!(read(&*log, 0, content.events), events(0, content.events));
                settle(&*place.as_after_a_kill().open(), &content, &after);
                log.recover().unwrap();
                let settled = settle(&*log, &content, &after);
                outcomes[usize::from(settled.events == after.events)] += 1;
                content = settled;
            }
            content.append(&*log, 1, &[(1, None), (2, None)]);
            content.expect_in(&*log);
        }
    }
    assert!(outcomes[0] > 0 && outcomes[1] > 0, "{outcomes:?}");
    log.close();
    content.expect_in(&*place.open());
}

/// Which of the two the log holds; panics if neither.
fn settle(log: &dyn EventLog, before: &Content, after: &Content) -> Content {
    let settled = if log.len() == after.events {
        after
    } else {
        before
    };
    settled.expect_in(log);
    settled.clone()
}

fn recovering_a_log_that_needs_none_changes_nothing(place: &Place) {
    let log = place.open();
    let mut content = Content::default();
    for _ in 0..2 {
        content.append(&*log, 300, &[(1, Some(b"kept"))]);
        log.recover().unwrap();
        content.expect_in(&*log);
    }
}

fn what_is_kept_at_leisure_costs_no_event(place: &Place) {
    let mut log = place.open();
    let mut content = Content::default();
    let derived = |number: u8| {
        let mut changes = Changes::default();
        changes.put(&record_key(200 + number), vec![number; 3000]);
        changes
    };
    for number in 0..3 {
        for _ in 0..200 {
            content.append(&*log, 1, &[]);
        }
        log.keep(derived(number)).unwrap();
        assert_eq!(
            log.record(&record_key(200 + number)).unwrap(),
            Some(vec![number; 3000])
        );
        assert_eq!(read(&*log, 0, content.events), events(0, content.events));
        // A kill may lose it, and it alone.
        let killed = place.as_after_a_kill().open();
        assert_eq!(killed.len(), content.events);
        assert_eq!(read(&*killed, 0, content.events), events(0, content.events));
        content.append(&*log, 1, &[]);
        content.records.insert(200 + number, vec![number; 3000]);
        log.close();
        log = place.open();
        content.expect_in(&*log);
    }
    for mode in [FaultMode::Before, FaultMode::After, FaultMode::Half] {
        content.append(&*log, 256, &[]);
        place.fail(WritePoint::Compaction, mode);
        assert!(log.keep(derived(50)).is_err());
        log.recover().unwrap();
        log.keep(derived(50)).unwrap();
        content.records.insert(250, vec![50; 3000]);
        content.append(&*log, 1, &[]);
        content.expect_in(&*log);
    }
}

fn reading_keeps_to_what_was_asked(place: &Place) {
    let log = place.open();
    let mut content = Content::default();
    assert!(read(&*log, 0, 0).is_empty());
    for count in [1, 7, 300, 20] {
        content.append(&*log, count, &[]);
    }
    for (from, to) in [(0, 1), (5, 6), (7, 9), (255, 257), (100, 328), (328, 328)] {
        assert_eq!(read(&*log, from, to), events(from, to - from));
    }
    let mut seen = Vec::new();
    log.read(250, 328, &mut |seq, _| {
        seen.push(seq);
        if seq == 260 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .unwrap();
    assert_eq!(seen, (250..=260).collect::<Vec<_>>());
    assert_eq!(log.record(b"unknown").unwrap(), None);
}

fn readers_in_other_threads_never_meet_a_gap(place: &Place) {
    let log = place.open();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    let len = log.len();
                    assert_eq!(read(&*log, 0, len), events(0, len));
                }
            });
        }
        let mut content = Content::default();
        for _ in 0..600 {
            content.append(&*log, 1, &[]);
            log.keep(Changes::default()).unwrap();
        }
        done.store(true, Ordering::Release);
    });
}

fn a_closed_log_refuses(place: &Place) {
    let log = place.open();
    let mut content = Content::default();
    content.append(&*log, 1, &[]);
    log.close();
    let closed = |result: Result<(), LedgerError>| matches!(result, Err(LedgerError::Closed));
    let batch = Batch {
        events: &events(1, 1),
        changes: Changes::default(),
        destroys: false,
    };
    assert!(closed(log.head().map(|_| ())));
    assert!(closed(log.append(1, &batch).map(|_| ())));
    let mut each = |_, _: &[u8]| ControlFlow::Continue(());
    assert!(closed(log.read(0, 1, &mut each)));
    assert!(closed(log.record(b"u").map(|_| ())));
    let mut changes = Changes::default();
    changes.put(&record_key(1), b"kept".as_slice());
    assert!(closed(log.keep(changes)));
    content.expect_in(&*place.open());
}

/// One thing to do to a log.
#[derive(Debug, Clone)]
enum Step {
    Append(u64, Vec<(u8, Option<u8>)>),
    Keep,
    Fail(WritePoint, FaultMode),
    Reopen,
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    let record = (0..4_u8, prop::option::of(any::<u8>()));
    let point = prop::sample::select(vec![
        WritePoint::JournalWrite,
        WritePoint::JournalSync,
        WritePoint::JournalFlushed,
        WritePoint::JournalErase,
        WritePoint::LogInsert,
        WritePoint::LogBatch,
        WritePoint::LogFlush,
        WritePoint::LogSync,
        WritePoint::Compaction,
    ]);
    let mode = prop::sample::select(vec![FaultMode::Before, FaultMode::After, FaultMode::Half]);
    prop_oneof![
        6 => (0..300_u64, prop::collection::vec(record, 0..3)).prop_map(|(n, r)| Step::Append(n, r)),
        2 => Just(Step::Keep),
        2 => (point, mode).prop_map(|(point, mode)| Step::Fail(point, mode)),
        1 => Just(Step::Reopen),
        1 => Just(Step::Kill),
    ]
}

/// Whatever happens, the log holds what was acknowledged, and of what is unknown all or nothing.
fn holds_through(mut place: Place, steps: &[Step]) {
    let mut log = place.open();
    let mut content = Content::default();
    for step in steps {
        match step {
            Step::Append(count, records) => {
                let values: Vec<_> = records.iter().map(|(n, v)| (*n, v.map(|v| [v]))).collect();
                let records: Vec<_> = values
                    .iter()
                    .map(|(n, v)| (*n, v.as_ref().map(<[u8; 1]>::as_slice)))
                    .collect();
                let (appended, after) = content.try_append(&*log, *count, &records);
                content = match appended {
                    Appended::Acknowledged => after,
                    Appended::Unknown(_) => {
                        log.recover().unwrap();
                        settle(&*log, &content, &after)
                    }
                    other => panic!("{other:?}"),
                };
            }
            Step::Keep => {
                if log.keep(Changes::default()).is_err() {
                    log.recover().unwrap();
                }
            }
            Step::Fail(point, mode) => place.fail(*point, *mode),
            Step::Reopen => {
                place.options.faults.disarm();
                log.close();
                log = place.open();
            }
            Step::Kill => {
                let killed = place.as_after_a_kill();
                log.close();
                place = killed;
                log = place.open();
            }
        }
        content.expect_in(&*log);
    }
}

macro_rules! conforms {
    ($engine:ident: $($test:ident)*) => {
        mod $engine {
            use super::{Place, holds_through, step};
            use proptest::prelude::*;

            $(
                #[test]
                fn $test() {
                    super::$test(&Place::$engine());
                }
            )*

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(24))]
                #[test]
                fn any_sequence_of_appends_failures_and_restarts_holds(
                    steps in prop::collection::vec(step(), 1..24),
                ) {
                    holds_through(Place::$engine(), &steps);
                }
            }
        }
    };
    ($($engine:ident)*) => { $(conforms! { $engine:
        what_was_acknowledged_is_there_after_opening_again_and_after_a_kill
        what_a_commit_destroys_goes_with_it_and_costs_nothing_else
        what_is_larger_than_any_buffer_is_appended_whole
        records_change_with_events_and_without
        an_append_at_another_size_than_the_log_has_changes_nothing
        of_two_writers_one_appends
        an_append_of_unknown_outcome_is_whole_or_not_there_at_all
        recovering_a_log_that_needs_none_changes_nothing
        what_is_kept_at_leisure_costs_no_event
        reading_keeps_to_what_was_asked
        readers_in_other_threads_never_meet_a_gap
        a_closed_log_refuses
    })* };
}

conforms! { sled memory }
