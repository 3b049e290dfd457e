//! Rewrites the log as somebody would who has become root and knows how it is stored: replaces a text by
//! another of the same length in every event that has it, while the daemon is stopped.
//!
//! Its arguments are the directory of the log, the text and the other one; it says how many events it
//! has changed.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and the test reads what is printed"
)]

use std::collections::BTreeMap;

/// What keys of events begin with; the number of the first event of a block and of a part of it follow.
const LOG: u8 = b'l';
const KEY: usize = 11;
const PART: usize = 9;

/// The flags of a part: that more of the block follows, and that the block is compressed.
const MORE_OF_BLOCK: u8 = 2;
const COMPRESSED: u8 = 4;
/// The longest part, without its flags.
const LONGEST: usize = 3 * 1024 - 1;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [log, former, latter] = &arguments[..] else {
        panic!("say the directory, the text and the other text");
    };
    let (former, latter) = (former.as_bytes(), latter.as_bytes());
    assert_eq!(former.len(), latter.len(), "events keep their lengths");
    let log = sled::open(log).unwrap();
    let mut blocks: BTreeMap<Vec<u8>, Block> = BTreeMap::new();
    for record in log.scan_prefix([LOG]) {
        let (key, value) = record.unwrap();
        if key.len() == KEY {
            let block = blocks.entry(key[..PART].to_vec()).or_default();
            block.flags = value[0] & !MORE_OF_BLOCK;
            block.body.extend_from_slice(&value[1..]);
            block.parts += 1;
        }
    }
    let mut changed = 0;
    for (first, block) in blocks {
        let mut events = block.events();
        let places: Vec<usize> = (0..events.len())
            .filter(|&start| events[start..].starts_with(former))
            .collect();
        for &start in &places {
            events[start..start + former.len()].copy_from_slice(latter);
        }
        if !places.is_empty() {
            block.replace(&log, &first, &events);
            changed += places.len();
        }
    }
    log.flush().unwrap();
    println!("{changed}");
}

/// Some events as they are stored.
#[derive(Default)]
struct Block {
    flags: u8,
    body: Vec<u8>,
    parts: u16,
}

impl Block {
    fn events(&self) -> Vec<u8> {
        if self.flags & COMPRESSED == 0 {
            self.body.clone()
        } else {
            lz4_flex::block::decompress_size_prepended(&self.body).unwrap()
        }
    }

    /// Stores others in their place.
    fn replace(&self, log: &sled::Db, first: &[u8], events: &[u8]) {
        let body = if self.flags & COMPRESSED == 0 {
            events.to_vec()
        } else {
            lz4_flex::block::compress_prepend_size(events)
        };
        let key = |part: u16| [first, &part.to_be_bytes()].concat();
        for part in 0..self.parts {
            log.remove(key(part)).unwrap();
        }
        let last = body.chunks(LONGEST).len() - 1;
        for (number, part) in body.chunks(LONGEST).enumerate() {
            let more = if number < last { MORE_OF_BLOCK } else { 0 };
            let value = [&[self.flags | more], part].concat();
            log.insert(key(number.try_into().unwrap()), value).unwrap();
        }
    }
}
