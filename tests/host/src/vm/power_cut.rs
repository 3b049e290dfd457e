//! What a disk holds after a power cut.
//!
//! Killing the emulator loses what the machine held in memory. It does not lose what the machine had
//! handed to the disk without asking for a flush, because that is in the files of the host; a real
//! disk may hold that in a cache which loses it. So the emulator puts down each write and each flush
//! in the order in which it completed them (its driver `blklogwrites`, in the form of Linux's
//! `dm-log-writes`), and the disk is made anew from that:
//!
//! - what was written before the last flush that completed is there, as a disk promises;
//! - of what came after it every other write is lost, since a cache keeps no order.
//!
//! A daemon that answers before the flush has completed, or that takes one write for another's
//! seal, loses by that what it had acknowledged, or opens its log no more.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

const SECTOR: u64 = 512;
const MAGIC: u64 = 0x006a_7366_7773_6872;
const FLUSH: u64 = 1;
const DISCARD: u64 = 4;
/// All flags that there are.
const KNOWN: u64 = 15;

/// A write or a flush.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    /// The sector of the disk.
    sector: u64,
    sectors: u64,
    flags: u64,
    /// Where its data lies in the log, in bytes.
    data: u64,
}

/// Writes to an image as it was in the beginning what a disk kept of this log.
pub(super) fn replay(log: &Path, image: &Path) {
    let log = File::open(log).unwrap();
    let image = File::options().write(true).open(image).unwrap();
    let entries = read(&log, image.metadata().unwrap().len() / SECTOR);
    let flushed = entries.iter().rposition(|entry| entry.flags & FLUSH != 0);
    let flushed = flushed.expect("the machine has flushed its disk at least once");
    for (index, entry) in entries.iter().enumerate() {
        let kept = index <= flushed || (index - flushed).is_multiple_of(2);
        // What is discarded may hold anything: also what it held.
        if kept && entry.flags & DISCARD == 0 && entry.sectors > 0 {
            let mut data = vec![0; bytes(entry.sectors)];
            if log.read_exact_at(&mut data, entry.data).is_err() {
                assert!(index > flushed, "the log of writes ends too early");
                continue;
            }
            image.write_all_at(&data, entry.sector * SECTOR).unwrap();
        }
    }
}

fn bytes(sectors: u64) -> usize {
    usize::try_from(sectors * SECTOR).expect("a write fits into memory")
}

/// The entries of a log about a disk of that many sectors.
fn read(log: &File, disk: u64) -> Vec<Entry> {
    let length = log.metadata().unwrap().len();
    let word = |at: u64| {
        let mut bytes = [0; 8];
        log.read_exact_at(&mut bytes, at).unwrap();
        u64::from_le_bytes(bytes)
    };
    assert!(length >= SECTOR, "nothing was written down");
    assert_eq!(word(0), MAGIC, "the form of the log is another one");
    let mut entries = Vec::new();
    let mut at = SECTOR;
    while at + SECTOR <= length {
        let (sector, sectors, flags) = (word(at), word(at + 8), word(at + 16));
        at += SECTOR;
        if sectors == 0 && flags == 0 {
            // Under way when the emulator was killed: its place is empty, and others come after it.
            continue;
        }
        assert!(
            flags <= KNOWN && sector.saturating_add(sectors) <= disk,
            "no entry at {at}: {sector} {sectors} {flags}"
        );
        entries.push(Entry {
            sector,
            sectors,
            flags,
            data: at,
        });
        if flags & DISCARD == 0 {
            at += sectors * SECTOR;
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const DISK: usize = 8;

    /// A log of (sector, flags, content of one sector or nothing).
    fn log(entries: &[Option<(u64, u64, Option<u8>)>]) -> Vec<u8> {
        let sector = |words: &[u64]| {
            let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            bytes.resize(512, 0);
            bytes
        };
        let mut bytes = sector(&[MAGIC, 1, entries.len() as u64, SECTOR]);
        for entry in entries {
            match *entry {
                Some((at, flags, content)) => {
                    bytes.extend(sector(&[at, content.iter().count() as u64, flags, 0]));
                    bytes.extend(content.iter().flat_map(|byte| [*byte; 512]));
                }
                None => bytes.extend([0; 1024]),
            }
        }
        bytes
    }

    fn disk_after(log: &[u8]) -> Vec<u8> {
        let directory = tempfile::tempdir().unwrap();
        let (path, image) = (directory.path().join("log"), directory.path().join("image"));
        fs::write(&path, log).unwrap();
        fs::write(&image, vec![b'-'; DISK * 512]).unwrap();
        replay(&path, &image);
        let content = fs::read(&image).unwrap();
        content.chunks(512).map(|sector| sector[0]).collect()
    }

    #[test]
    fn what_was_flushed_stays_and_of_the_rest_every_other_write_goes() {
        let log = log(&[
            Some((0, 0, Some(b'a'))),
            Some((1, 0, Some(b'b'))),
            Some((0, FLUSH, None)),
            Some((2, 0, Some(b'c'))),
            Some((3, 0, Some(b'd'))),
            Some((1, 0, Some(b'e'))),
        ]);
        assert_eq!(disk_after(&log), b"ab-d----");
    }

    #[test]
    fn a_write_that_was_under_way_hides_no_later_flush() {
        let log = log(&[
            Some((0, 0, Some(b'a'))),
            None,
            Some((1, 0, Some(b'b'))),
            Some((0, FLUSH, None)),
            Some((5, DISCARD, None)),
        ]);
        assert_eq!(disk_after(&log), b"ab------");
    }

    #[test]
    fn a_write_that_was_cut_off_is_left_out() {
        let mut log = log(&[
            Some((0, FLUSH, None)),
            Some((1, 0, Some(b'a'))),
            Some((2, 0, Some(b'b'))),
        ]);
        log.truncate(log.len() - 100);
        assert_eq!(disk_after(&log), b"--------");
    }
}
