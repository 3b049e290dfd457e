//! The keys of what the engine itself keeps in sled, in one tree with the records of others, so that
//! one batch can change all of them at once. The other letters are in
//! [`letter`](crate::log::letter).

/// Events: `l`, the sequence number of the record's first event, the part of that event.
const LOG: u8 = b'l';

/// How many stretches of 256 events lie in as few records as possible.
pub(super) const MERGED: &[u8] = b"e-merged";

/// The number of the first entry of the journal that need not be in the other records.
pub(super) const FLUSHED: &[u8] = b"e-flushed";

/// Length of a log record's key.
pub(super) const LOG_KEY: usize = 11;

/// The key of a log record.
pub(super) fn log(seq: u64, part: u16) -> [u8; LOG_KEY] {
    let mut key = [LOG; LOG_KEY];
    key[1..9].copy_from_slice(&seq.to_be_bytes());
    key[9..].copy_from_slice(&part.to_be_bytes());
    key
}

/// What is in the key of a log record.
pub(super) fn parse_log(key: &[u8]) -> Option<(u64, u16)> {
    let key: &[u8; LOG_KEY] = key.try_into().ok()?;
    let (seq, part) = key[1..].split_first_chunk::<8>()?;
    Some((
        u64::from_be_bytes(*seq),
        u16::from_be_bytes(part.try_into().ok()?),
    ))
}
