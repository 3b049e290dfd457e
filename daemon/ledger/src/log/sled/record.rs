//! How events lie in records.
//!
//! Consecutive events of one commit make a block: each event as its length (u32, little-endian)
//! and its bytes, compressed (LZ4) where that makes it smaller. A block is cut into records, which
//! have the sequence number of its first event and a rising part number. A record's first byte is
//! flags.
//!
//! Records are small because of how sled stores them: up to 20 lie in one node, and a node that
//! outgrows a quarter of a segment (128 KiB) goes to a file of its own, which sled neither syncs
//! nor lists in the log that is synced. Such an event would be lost by a power cut. sled also keeps
//! 256 nodes in memory whatever its cache's size, so that small nodes are memory saved. And blocks
//! are compressed because sled writes a node anew each time it is split: a byte appended is some
//! four bytes written.
//!
//! All but the last record of a commit say that more follows. sled recovers a prefix of what was
//! written, so a commit of several records that was cut short is known by its end, without the
//! second write that a batch of sled costs.

use super::keys;
use crate::tree::TILE_WIDTH;

/// The longest event, in bytes.
pub const MAX_EVENT: usize = 64 * 1024 - 64;

/// The longest value of a record.
pub(super) const MAX_RECORD: usize = 3 * 1024;

/// The longest block before compression.
const MAX_BLOCK: usize = 64 * 1024;

/// Blocks that are shorter than this are not worth the attempt to compress them.
const MIN_COMPRESSED: usize = 1024;

const LENGTH: usize = 4;

/// The commit goes on in the next record.
const MORE_OF_COMMIT: u8 = 1;
/// The block goes on in the next record.
const MORE_OF_BLOCK: u8 = 2;
/// The block is its length (u32, little-endian) and LZ4.
const COMPRESSED: u8 = 4;

/// One record, ready to be stored.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) key: [u8; keys::LOG_KEY],
    pub(super) value: Vec<u8>,
}

/// The records of one commit whose first event gets `first`. No block crosses a multiple of 256
/// events, so that a tile's events can be rewritten alone.
pub(super) fn encode<'a>(first: u64, events: impl IntoIterator<Item = &'a [u8]>) -> Vec<Record> {
    let mut records = Vec::with_capacity(1);
    let mut block = Vec::new();
    let mut start = first;
    for (seq, event) in (first..).zip(events) {
        let full = block.len() + LENGTH + event.len() > MAX_BLOCK;
        if (full || seq % u64::from(TILE_WIDTH) == 0) && !block.is_empty() {
            cut_block(start, &block, &mut records);
            block.clear();
        }
        if block.is_empty() {
            start = seq;
        }
        let length = u32::try_from(event.len()).expect("an event is far below 4 GiB");
        block.extend_from_slice(&length.to_le_bytes());
        block.extend_from_slice(event);
    }
    if !block.is_empty() {
        cut_block(start, &block, &mut records);
    }
    if let Some((_, all_but_last)) = records.split_last_mut() {
        for record in all_but_last {
            record.value[0] |= MORE_OF_COMMIT;
        }
    }
    records
}

fn cut_block(start: u64, block: &[u8], records: &mut Vec<Record>) {
    let compressed = compress(block);
    let (body, flags) = match &compressed {
        Some(compressed) => (compressed.as_slice(), COMPRESSED),
        None => (block, 0),
    };
    let parts = body.chunks(MAX_RECORD - 1);
    let last = parts.len() - 1;
    for (index, part) in parts.enumerate() {
        let more = if index < last { MORE_OF_BLOCK } else { 0 };
        let part_number = u16::try_from(index).expect("a block has few parts");
        records.push(Record {
            key: keys::log(start, part_number),
            value: [&[flags | more], part].concat(),
        });
    }
}

/// The block with its length before it, if that is less.
fn compress(block: &[u8]) -> Option<Vec<u8>> {
    if block.len() < MIN_COMPRESSED {
        return None;
    }
    let compressed = lz4_flex::block::compress_prepend_size(block);
    (compressed.len() < block.len() / 8 * 7).then_some(compressed)
}

/// Puts events together again, record by record, in order.
pub(super) struct Decoder {
    /// The first event of the next block, or of the one that is not whole yet.
    next: u64,
    /// The parts so far of a block in several, and how many there were.
    block: Vec<u8>,
    parts: u16,
    /// Room to decompress in.
    raw: Vec<u8>,
}

/// A record that does not go on where the one before it ended, or does not read itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OutOfLine;

impl Decoder {
    /// A decoder for records from event `next` on.
    pub(super) const fn new(next: u64) -> Self {
        Self {
            next,
            block: Vec::new(),
            parts: 0,
            raw: Vec::new(),
        }
    }

    /// The number of the first event that has not been given out.
    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    /// Whether the last record ended in the middle of a block.
    pub(super) const fn in_block(&self) -> bool {
        self.parts > 0
    }

    /// Reads one record and gives out the events of the block that it completes. An error of
    /// `each` ends it at once.
    pub(super) fn record<E>(
        &mut self,
        key: &[u8],
        value: &[u8],
        each: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<Result<(), OutOfLine>, E> {
        let (Some(place), Some((&flags, body))) = (keys::parse_log(key), value.split_first())
        else {
            return Ok(Err(OutOfLine));
        };
        let known = flags & !(MORE_OF_COMMIT | MORE_OF_BLOCK | COMPRESSED) == 0;
        if place != (self.next, self.parts) || !known || body.is_empty() {
            return Ok(Err(OutOfLine));
        }
        if flags & MORE_OF_BLOCK != 0 {
            self.block.extend_from_slice(body);
            self.parts += 1;
            return Ok(if self.block.len() > 2 * MAX_BLOCK {
                Err(OutOfLine)
            } else {
                Ok(())
            });
        }
        let mut block = std::mem::take(&mut self.block);
        let whole = if self.in_block() {
            block.extend_from_slice(body);
            block.as_slice()
        } else {
            body
        };
        let result = self.block(whole, flags & COMPRESSED != 0, each);
        block.clear();
        self.block = block;
        self.parts = 0;
        result
    }

    fn block<E>(
        &mut self,
        block: &[u8],
        compressed: bool,
        mut each: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<Result<(), OutOfLine>, E> {
        let mut raw = std::mem::take(&mut self.raw);
        let events = if compressed {
            decompress(block, &mut raw)
        } else {
            Some(block)
        };
        let Some(mut rest) = events else {
            return Ok(Err(OutOfLine));
        };
        while !rest.is_empty() {
            let event = rest
                .split_first_chunk::<LENGTH>()
                .and_then(|(length, rest)| {
                    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
                });
            let Some((event, after)) = event else {
                return Ok(Err(OutOfLine));
            };
            each(self.next, event)?;
            self.next += 1;
            rest = after;
        }
        self.raw = raw;
        Ok(Ok(()))
    }
}

fn decompress<'a>(block: &[u8], raw: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let (length, compressed) = block.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > MAX_BLOCK {
        return None;
    }
    raw.resize(length, 0);
    let written = lz4_flex::block::decompress_into(compressed, raw).ok()?;
    (written == length).then_some(raw.as_slice())
}

/// Whether the commit that this record belongs to goes on after it.
pub(super) fn continues(value: &[u8]) -> bool {
    value
        .first()
        .is_some_and(|flags| flags & MORE_OF_COMMIT != 0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(first: u64, records: &[Record]) -> Result<Vec<Vec<u8>>, OutOfLine> {
        let mut events = Vec::new();
        let mut decoder = Decoder::new(first);
        for record in records {
            let each = |seq, event: &[u8]| {
                assert_eq!(seq, first + events.len() as u64);
                events.push(event.to_vec());
                Ok::<(), std::convert::Infallible>(())
            };
            decoder.record(&record.key, &record.value, each).unwrap()?;
        }
        if decoder.in_block() {
            Err(OutOfLine)
        } else {
            Ok(events)
        }
    }

    fn event() -> impl Strategy<Value = Vec<u8>> {
        let len = prop_oneof![8 => 1..600_usize, 1 => 3000..3200_usize, 1 => 0..=MAX_EVENT];
        prop_oneof![
            (len.clone(), any::<u8>()).prop_map(|(len, byte)| vec![byte; len]),
            (len, any::<u64>()).prop_map(|(len, seed)| noise(len, seed)),
        ]
    }

    /// Bytes that do not compress.
    fn noise(len: usize, seed: u64) -> Vec<u8> {
        std::iter::successors(Some(seed), |state| {
            Some(
                state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407),
            )
        })
        .map(|state| state.to_be_bytes()[0])
        .take(len)
        .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_encoded_decodes(first in 0..1000_u64, events in prop::collection::vec(event(), 0..300)) {
            let records = encode(first, events.iter().map(Vec::as_slice));
            for (index, record) in records.iter().enumerate() {
                prop_assert!(record.value.len() <= MAX_RECORD);
                prop_assert_eq!(continues(&record.value), index + 1 < records.len());
            }
            prop_assert!(records.is_sorted_by(|a, b| a.key < b.key));
            prop_assert_eq!(decode(first, &records).unwrap(), events);
        }

        #[test]
        fn a_missing_or_swapped_record_is_seen(first in 0..1000_u64, drop in 0..40_usize) {
            let events: Vec<_> = (0..100).map(|seed| noise(1000, seed)).collect();
            let mut records = encode(first, events.iter().map(Vec::as_slice));
            let drop = drop % (records.len() - 1);
            records.remove(drop);
            prop_assert!(decode(first, &records).is_err());
        }

        #[test]
        fn any_bytes_are_refused_or_read(flags in 0..8_u8, body in prop::collection::vec(any::<u8>(), 0..64)) {
            let value = [&[flags], body.as_slice()].concat();
            let record = Record { key: keys::log(0, 0), value };
            let _ = decode(0, &[record]);
        }

        #[test]
        fn a_flipped_bit_never_reads_as_more_than_it_may(at in any::<prop::sample::Index>(), bit in 0..8) {
            let events: Vec<_> = (0..50_u8).map(|byte| vec![byte; 300]).collect();
            let mut records = encode(0, events.iter().map(Vec::as_slice));
            let at = at.index(records[0].value.len());
            records[0].value[at] ^= 1_u8 << bit;
            if let Ok(read) = decode(0, &records) {
                prop_assert!(read.iter().map(Vec::len).sum::<usize>() <= MAX_BLOCK);
            }
        }
    }

    #[test]
    fn no_record_crosses_a_tile() {
        let events = vec![vec![b'x'; 10]; 600];
        let records = encode(200, events.iter().map(Vec::as_slice));
        let starts: Vec<u64> = records
            .iter()
            .map(|record| keys::parse_log(&record.key).unwrap().0)
            .collect();
        assert!(
            starts.contains(&256) && starts.contains(&512) && starts.contains(&768),
            "{starts:?}"
        );
    }

    #[test]
    fn one_small_event_is_one_record() {
        assert_eq!(encode(7, [b"{}".as_slice()]).len(), 1);
    }
}
