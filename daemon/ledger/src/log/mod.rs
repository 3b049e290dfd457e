//! The log's records: how events lie in them, and sled that keeps them.

mod compact;
pub(crate) mod keys;
mod record;
mod recover;
mod store;

pub use record::MAX_EVENT;

pub(crate) use compact::{merge_records, read_tile, store_tile, stored_tiles};
pub(crate) use record::{Decoder, encode, footprint};
pub(crate) use recover::{discard_unfinished_commit, stored_size};
pub(crate) use store::{Changes, Store};
