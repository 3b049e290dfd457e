//! The time of an append by layer: the same events in the ledger without the service, and the same
//! blocks in sled without the ledger, step by step.

use crate::failure::{Context, Result};
use crate::log;
use crate::measure::{median, micros};
use crate::report::Row;
use secinfo_ledger::{Commit, Ledger};
use std::fs::File;
use std::path::Path;
use std::time::Instant;

/// As in the ledger.
const RECORD: usize = 3 * 1024 - 1;
const COMPRESSED_FROM: usize = 1024;

/// A ledger without a service, and sled without a ledger.
pub(crate) struct Split {
    ledger: Ledger,
    sled: sled::Db,
    file: File,
    next: u64,
    times: Times,
}

/// Times of each batch, in microseconds.
#[derive(Default)]
struct Times {
    ledger: Vec<f64>,
    insert: Vec<f64>,
    flush: Vec<f64>,
    sync: Vec<f64>,
}

impl Split {
    pub(crate) fn create(directory: &Path) -> Result<Self> {
        let path = directory.join("sled");
        let sled = sled::Config::new()
            .path(&path)
            .cache_capacity(4 << 20)
            .flush_every_ms(None)
            .open()?;
        let file = File::open(path.join("db")).context(|| format!("open {}", path.display()))?;
        Ok(Self {
            ledger: log::open(&directory.join("ledger"))?,
            sled,
            file,
            next: 0,
            times: Times::default(),
        })
    }

    /// Appends one batch to the ledger and to sled.
    pub(crate) fn append(&mut self, batch: &[Vec<u8>]) -> Result<()> {
        let begun = Instant::now();
        self.ledger.append(Commit::of_events(batch.to_vec()))?;
        self.times.ledger.push(micros(begun.elapsed()));

        let block = block(batch);
        let begun = Instant::now();
        for part in block.chunks(RECORD) {
            self.sled.insert(self.next.to_be_bytes(), part)?;
            self.next += 1;
        }
        let inserted = Instant::now();
        self.sled.flush()?;
        let flushed = Instant::now();
        self.file
            .sync_data()
            .context(|| "sync sled's file".into())?;
        self.times.insert.push(micros(inserted - begun));
        self.times.flush.push(micros(flushed - inserted));
        self.times.sync.push(micros(flushed.elapsed()));
        Ok(())
    }

    /// Adds the median times to the row, and resets them.
    pub(crate) fn add_to(&mut self, row: Row) -> Row {
        let times = std::mem::take(&mut self.times);
        row.part(
            "a batch through the ledger alone",
            median(times.ledger),
            "µs",
        )
        .part("  in sled alone: insert", median(times.insert), "µs")
        .part("  in sled alone: flush", median(times.flush), "µs")
        .part(
            "  in sled alone: fdatasync of its file",
            median(times.sync),
            "µs",
        )
    }
}

fn block(batch: &[Vec<u8>]) -> Vec<u8> {
    let mut block = Vec::new();
    for event in batch {
        // The four bytes of the length.
        block.extend_from_slice(&[0; 4]);
        block.extend_from_slice(event);
    }
    if block.len() < COMPRESSED_FROM {
        return block;
    }
    let compressed = lz4_flex::block::compress_prepend_size(&block);
    if compressed.len() < block.len() / 8 * 7 {
        compressed
    } else {
        block
    }
}
