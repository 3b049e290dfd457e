//! The journal: a small file of fixed size that holds the commits since sled was flushed last.
//!
//! Making one commit durable in sled takes two waits for the disk, one in sled's flush and one for the
//! `fdatasync` that sled leaves out. Here it is one: a commit is written to the journal, which has all
//! its blocks already, is synced, and is then inserted into sled's memory. sled is flushed when the
//! journal is full, and the journal begins again at its start. At open the commits are inserted again.
//!
//! Entries have numbers that rise by one and are never given twice. sled holds, flushed with the rest, the
//! number of the first entry that it may lack: what an earlier round left behind the last entry is of
//! lower numbers, and is known by that. An entry that does not read is where a crash cut the journal,
//! unless a later one follows it: then it was acknowledged, and is lost.
//!
//! The journal is small on purpose. sled itself never makes what it writes durable, and yet writes over a
//! segment of its file (512 KiB) once what it moved out of there is in another, and one more after that is
//! full. It writes some four bytes for each byte appended, so that all of it is synced before that happens.

mod entry;

pub(super) use entry::Entry;

use super::record::Record;
use crate::error::LedgerError;
use crate::faults::{Faults, WritePoint};
use crate::files::replace;
use crate::log::Changes;
use rustix::fs::OFlags;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file's name in sled's directory.
pub(super) const JOURNAL_FILE: &str = "journal";

const MAGIC: &[u8; 16] = b"secinfo journal\n";
const SALT: usize = 16;
const CHECKSUM: usize = 4;
/// What stands before the entries, filled up to a block of the disk, so that no entry's write can harm it.
const HEADER: usize = 4096;
/// Bytes for entries.
const CAPACITY: usize = 128 * 1024;
/// Before each entry: its checksum and length (u32, big-endian), and its number (u64).
const HEAD: usize = CHECKSUM + 4 + 8;
/// Entries begin at multiples of it.
const ALIGNMENT: usize = 8;

/// The journal, open for writing.
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    faults: Faults,
    salt: [u8; SALT],
    /// The number of the next entry.
    next: u64,
    /// Where it goes.
    end: usize,
    /// Where all behind is zeros.
    used: usize,
}

impl Journal {
    /// Opens the journal in sled's directory. Returns the entries from number `flushed` on: those that
    /// sled may lack. Without that number the log never had a journal, and one is made.
    pub(super) fn open(
        directory: &Path,
        flushed: Option<u64>,
        faults: &Faults,
    ) -> Result<(Self, Vec<Entry>), LedgerError> {
        let path = directory.join(JOURNAL_FILE);
        let file = match open_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if flushed.is_some() {
                    return Err(damaged("the journal of the log is missing".to_owned()));
                }
                make(directory, faults)?;
                open_file(&path)
            }
            opened => opened,
        }
        .map_err(LedgerError::io("cannot open", &path))?;
        let content = read(&file).map_err(LedgerError::io("cannot read", &path))?;
        let (salt, area) = content
            .as_deref()
            .and_then(parse)
            .ok_or_else(|| damaged("the journal of the log is not as it was made".to_owned()))?;
        let flushed = flushed.unwrap_or(0);
        let found = Entries { salt, area }.since(flushed)?;
        let next = flushed + found.len() as u64;
        let entries: Option<Vec<_>> = found.into_iter().map(Entry::decode).collect();
        let entries = entries.ok_or_else(|| {
            damaged("an entry of the journal of the log does not read".to_owned())
        })?;
        let used = area
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |at| at + 1);
        let journal = Self {
            salt: *salt,
            file,
            path,
            faults: faults.clone(),
            next,
            end: 0,
            used,
        };
        Ok((journal, entries))
    }

    /// The number of the next entry.
    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    /// How many bytes of entries sled may lack.
    pub(super) const fn unflushed(&self) -> usize {
        self.end
    }

    /// Whether an entry can be written before sled is flushed.
    pub(super) const fn has_room(&self, entry: &NewEntry) -> bool {
        self.end + entry.0.len() <= CAPACITY
    }

    /// Writes an entry, for which there is room, and makes it durable. After an error it may be there or
    /// not.
    pub(super) fn append(&mut self, entry: NewEntry) -> Result<(), LedgerError> {
        let mut bytes = entry.0;
        bytes[CHECKSUM + 4..HEAD].copy_from_slice(&self.next.to_be_bytes());
        let length = u32::from_be_bytes(
            bytes[CHECKSUM..CHECKSUM + 4]
                .try_into()
                .expect("four bytes"),
        );
        let checksum = checksum(&self.salt, &bytes[CHECKSUM..HEAD + length as usize]);
        bytes[..CHECKSUM].copy_from_slice(&checksum);
        self.used = self.used.max(self.end + bytes.len());
        let write = |bytes: &[u8]| self.file.write_all_at(bytes, offset(self.end));
        self.faults
            .around(
                WritePoint::JournalWrite,
                || write(&bytes),
                || write(&bytes[..bytes.len() / 2]),
            )
            .map_err(self.failed("writing the journal"))?;
        self.sync(WritePoint::JournalSync)?;
        self.end += bytes.len();
        self.next += 1;
        Ok(())
    }

    /// Begins again at the start. sled holds all entries by now, and that it does, and is flushed.
    pub(super) const fn restart(&mut self) {
        self.end = 0;
    }

    /// Overwrites all entries, durably. To be called after a [restart](Self::restart) only.
    pub(super) fn erase(&mut self) -> Result<(), LedgerError> {
        if self.used == 0 {
            return Ok(());
        }
        let zeros = vec![0; self.used];
        let write = |bytes: &[u8]| self.file.write_all_at(bytes, offset(0));
        self.faults
            .around(
                WritePoint::JournalErase,
                || write(&zeros),
                || write(&zeros[..zeros.len() / 2]),
            )
            .map_err(self.failed("overwriting the journal"))?;
        self.sync(WritePoint::JournalSync)?;
        self.used = 0;
        Ok(())
    }

    fn sync(&self, point: WritePoint) -> Result<(), LedgerError> {
        self.faults
            .around(point, || self.file.sync_data(), || Ok(()))
            .map_err(self.failed("syncing the journal"))
    }

    fn failed(&self, doing: &'static str) -> impl FnOnce(io::Error) -> LedgerError {
        let path = self.path.clone();
        move |source| LedgerError::Storage {
            doing,
            path,
            source,
        }
    }
}

/// An entry that has no number yet.
pub(super) struct NewEntry(Vec<u8>);

impl NewEntry {
    /// What a commit of `count` events onto `size` ones changes.
    pub(super) fn new(size: u64, count: u64, changes: &Changes, records: &[Record]) -> Self {
        let mut bytes = vec![0; HEAD];
        entry::encode(size, count, changes, records, &mut bytes);
        let length = u32::try_from(bytes.len() - HEAD).expect("a commit is far below 4 GiB");
        bytes[CHECKSUM..CHECKSUM + 4].copy_from_slice(&length.to_be_bytes());
        bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
        Self(bytes)
    }

    /// Whether an empty journal has room for it.
    pub(super) const fn fits(&self) -> bool {
        self.0.len() <= CAPACITY
    }
}

/// The part of the file that has the entries.
#[derive(Clone, Copy)]
struct Entries<'a> {
    salt: &'a [u8; SALT],
    area: &'a [u8],
}

/// An entry as it stands in the file.
struct Found<'a> {
    number: u64,
    body: &'a [u8],
    end: usize,
}

impl<'a> Entries<'a> {
    /// The bodies of the entries from number `flushed` on.
    fn since(self, flushed: u64) -> Result<Vec<&'a [u8]>, LedgerError> {
        let mut round = Vec::new();
        let (mut at, mut next) = (0, None);
        while let Some(found) = self.at(at, next.unwrap_or(0))
            && next.is_none_or(|next| found.number == next)
        {
            (at, next) = (found.end, Some(found.number.saturating_add(1)));
            round.push(found);
        }
        let next = next.unwrap_or(0).max(flushed);
        let mut behind = (at..self.area.len()).step_by(ALIGNMENT);
        if behind.any(|at| self.at(at, next).is_some()) {
            return Err(damaged(format!(
                "entry {next} of the journal of the log does not read, and later ones do"
            )));
        }
        round.retain(|found| found.number >= flushed);
        match round.first() {
            Some(first) if first.number > flushed => Err(damaged(format!(
                "the journal of the log begins with entry {} where {flushed} is due: log and journal are not of \
                 the same time",
                first.number
            ))),
            _ => Ok(round.into_iter().map(|found| found.body).collect()),
        }
    }

    /// The entry that begins here, if its number is not below `least`.
    fn at(self, at: usize, least: u64) -> Option<Found<'a>> {
        let (checksum, rest) = self.area.get(at..)?.split_first_chunk::<CHECKSUM>()?;
        let (length, numbered) = rest.split_first_chunk::<4>()?;
        let (number, body) = numbered.split_first_chunk::<8>()?;
        let number = u64::from_be_bytes(*number);
        let length = u32::from_be_bytes(*length) as usize;
        let body = body.get(..length).filter(|body| !body.is_empty())?;
        if number < least
            || self::checksum(self.salt, &rest[..HEAD - CHECKSUM + length]) != *checksum
        {
            return None;
        }
        let end = (at + HEAD + length).next_multiple_of(ALIGNMENT);
        Some(Found { number, body, end })
    }
}

/// Salted, so that an event that somebody makes up cannot hold what reads as an entry.
fn checksum(salt: &[u8; SALT], bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(salt);
    hasher.update(bytes);
    hasher.finalize().to_be_bytes()
}

/// Makes an empty journal, with all its blocks, under its name at once.
fn make(directory: &Path, faults: &Faults) -> Result<(), LedgerError> {
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt).map_err(LedgerError::Random)?;
    let mut content = [MAGIC.as_slice(), &salt, &checksum(&salt, MAGIC)].concat();
    content.resize(HEADER + CAPACITY, 0);
    let point = WritePoint::JournalCreate;
    replace(directory, JOURNAL_FILE, &content, false, point, faults)
}

fn open_file(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    File::options()
        .read(true)
        .write(true)
        .custom_flags(flags)
        .open(path)
}

/// The content of the file if it has the size that it was made with.
fn read(file: &File) -> io::Result<Option<Vec<u8>>> {
    if file.metadata()?.size() != offset(CAPACITY) {
        return Ok(None);
    }
    let mut content = vec![0; HEADER + CAPACITY];
    file.read_exact_at(&mut content, 0)?;
    Ok(Some(content))
}

/// The salt and the part with the entries.
fn parse(content: &[u8]) -> Option<(&[u8; SALT], &[u8])> {
    let (header, area) = content.split_at_checked(HEADER)?;
    let (salt, rest) = header.strip_prefix(MAGIC)?.split_first_chunk::<SALT>()?;
    rest.starts_with(&checksum(salt, MAGIC))
        .then_some((salt, area))
}

const fn offset(at: usize) -> u64 {
    (HEADER + at) as u64
}

fn damaged(what: String) -> LedgerError {
    LedgerError::damaged_log(what, None)
}

#[cfg(test)]
mod tests;
