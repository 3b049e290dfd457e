//! The keys of the records in sled: one tree, a letter for each kind, so that one batch can change
//! all of them at once.

use secinfo_domain::KeyId;

/// Events: `l`, the sequence number of the record's first event, the part of that event.
pub(crate) const LOG: u8 = b'l';
/// Halves of full hash tiles: `t`, level, index, half.
pub(crate) const TILE: u8 = b't';
/// Wrapped page keys: `p`, page.
pub(crate) const PAGE: u8 = b'p';
/// Wrapped keys: `k`, the key's id, whose first byte is the page.
pub(crate) const LEAF: u8 = b'k';
/// Users: `u`, keyed hash of uid and name.
pub(crate) const USER: u8 = b'u';

/// The version of this layout.
pub(crate) const META_FORMAT: &[u8] = b"m-format";
/// The log's origin.
pub(crate) const META_ORIGIN: &[u8] = b"m-origin";
/// The generation of the root key that the page keys are wrapped under.
pub(crate) const META_GENERATION: &[u8] = b"m-generation";

/// Length of a log record's key.
pub(crate) const LOG_KEY: usize = 11;

/// The key of a log record.
pub(crate) fn log(seq: u64, part: u16) -> [u8; LOG_KEY] {
    let mut key = [LOG; LOG_KEY];
    key[1..9].copy_from_slice(&seq.to_be_bytes());
    key[9..].copy_from_slice(&part.to_be_bytes());
    key
}

/// What is in the key of a log record.
pub(crate) fn parse_log(key: &[u8]) -> Option<(u64, u16)> {
    let key: &[u8; LOG_KEY] = key.try_into().ok()?;
    let (seq, part) = key[1..].split_first_chunk::<8>()?;
    Some((
        u64::from_be_bytes(*seq),
        u16::from_be_bytes(part.try_into().ok()?),
    ))
}

/// The key of one half (0 or 1) of a tile.
pub(crate) fn tile(level: u8, index: u64, half: u8) -> [u8; 11] {
    let mut key = [TILE; 11];
    key[1] = level;
    key[2..10].copy_from_slice(&index.to_be_bytes());
    key[10] = half;
    key
}

/// The key of a wrapped page key.
pub(crate) const fn page(page: u8) -> [u8; 2] {
    [PAGE, page]
}

/// The key of a wrapped key.
pub(crate) fn leaf(id: KeyId) -> [u8; 17] {
    let mut key = [LEAF; 17];
    key[1..].copy_from_slice(id.as_bytes());
    key
}

/// The key of a user's index entry.
pub(crate) fn user(hash: &[u8; 32]) -> [u8; 33] {
    let mut key = [USER; 33];
    key[1..].copy_from_slice(hash);
    key
}
