//! One commit as the journal has it.

use crate::log::Changes;
use crate::log::sled::keys;
use crate::log::sled::record::Record;

// What becomes of a key.
const REMOVED: u8 = 0;
const STORED: u8 = 1;
const EVENTS: u8 = 2;

/// What one commit changed.
#[derive(Debug)]
pub(in crate::log::sled) struct Entry {
    /// How many events there were before it.
    pub(in crate::log::sled) size: u64,
    /// How many it added.
    pub(in crate::log::sled) count: u64,
    /// What it changed beside them.
    pub(in crate::log::sled) changes: Changes,
    /// The events.
    pub(in crate::log::sled) records: Vec<Record>,
}

/// Adds the two sizes (u64) and what becomes of each key to `out`. All numbers are big-endian.
pub(super) fn encode(
    size: u64,
    count: u64,
    changes: &Changes,
    records: &[Record],
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(&count.to_be_bytes());
    for (key, value) in changes.iter() {
        let what = if value.is_some() { STORED } else { REMOVED };
        encode_one(what, key, value.unwrap_or_default(), out);
    }
    for record in records {
        encode_one(EVENTS, &record.key, &record.value, out);
    }
}

fn encode_one(what: u8, key: &[u8], value: &[u8], out: &mut Vec<u8>) {
    let key_length = u16::try_from(key.len()).expect("a key is far below 64 KiB");
    let value_length = u32::try_from(value.len()).expect("a record is far below 4 GiB");
    out.push(what);
    out.extend_from_slice(&key_length.to_be_bytes());
    out.extend_from_slice(&value_length.to_be_bytes());
    out.extend_from_slice(key);
    out.extend_from_slice(value);
}

impl Entry {
    /// Reads what [`encode`] wrote.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = bytes.split_first_chunk::<8>()?;
        let (count, mut rest) = rest.split_first_chunk::<8>()?;
        let mut entry = Self {
            size: u64::from_be_bytes(*size),
            count: u64::from_be_bytes(*count),
            changes: Changes::default(),
            records: Vec::new(),
        };
        while let Some((what, after)) = rest.split_first() {
            let (key_length, after) = after.split_first_chunk::<2>()?;
            let (value_length, after) = after.split_first_chunk::<4>()?;
            let (key, after) = after.split_at_checked(u16::from_be_bytes(*key_length).into())?;
            let (value, after) =
                after.split_at_checked(u32::from_be_bytes(*value_length) as usize)?;
            match *what {
                REMOVED if value.is_empty() => entry.changes.remove(key),
                STORED => entry.changes.put(key, value),
                EVENTS => entry.records.push(Record {
                    key: <[u8; keys::LOG_KEY]>::try_from(key).ok()?,
                    value: value.to_vec(),
                }),
                _ => return None,
            }
            rest = after;
        }
        let is_empty = entry.count == 0;
        (is_empty == entry.records.is_empty()).then_some(entry)
    }
}
