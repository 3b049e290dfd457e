//! The record of tickets: a file for each that was taken, on disk before its password is set.
//!
//! Helpers take turns with it. A file without an outcome is of a helper that was cut short: the next one
//! finds out which password holds.

use crate::files::Fingerprint;
use crate::locks;
use secinfo_wire::password::{
    OUTCOME_LIFE, PasswordError, TICKET_LIFE, Ticket, TicketId, TicketOutcome,
};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// How many tickets of one user are kept, which is how many can be taken in a day.
const MOST_OF_USER: usize = 64;

/// How many are kept in total.
const MOST: usize = 4096;

/// What is locked while a helper has its turn.
const LOCK: &str = "lock";

/// What a file is called while it is written.
const DRAFT: &str = "draft";

/// The file with the time up to which tickets were forgotten.
const FORGOTTEN: &str = "forgotten";

/// A ticket that was taken, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) name: String,
    uid: u32,
    issued_at: i64,
    /// What stood in `/etc/shadow` before; none if the password is kept elsewhere.
    pub(crate) before: Option<Fingerprint>,
    /// None while its password is being set.
    outcome: Option<TicketOutcome>,
}

/// The record, for as long as it is this helper's turn.
pub(crate) struct Tickets {
    directory: PathBuf,
    now: i64,
    /// Tickets issued until then were forgotten, and cannot be taken.
    forgotten: i64,
    records: Vec<(TicketId, Record)>,
    _turn: File,
}

/// Why a ticket cannot be taken, or the record not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TicketError {
    #[error("the ticket was taken before")]
    Used,
    #[error("the ticket is too old, or from the future")]
    Expired,
    #[error("too many tickets were taken today")]
    TooMany,
    #[error("other helpers took too long")]
    NoTurn,
    #[error("the record of tickets: {0}")]
    Storage(#[from] io::Error),
}

impl From<&TicketError> for PasswordError {
    fn from(error: &TicketError) -> Self {
        match error {
            TicketError::Used => Self::TicketUsed,
            TicketError::Expired => Self::TicketExpired,
            TicketError::TooMany | TicketError::NoTurn => Self::LimitsExceeded,
            TicketError::Storage(_) => Self::StorageUnavailable,
        }
    }
}

impl Tickets {
    /// Waits for this helper's turn, reads the record, and forgets tickets of which nobody may ask any
    /// more. `now` is the time then, in Unix seconds.
    pub(crate) fn open(directory: &Path, now: impl Fn() -> i64) -> Result<Self, TicketError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
        let turn = locks::turn(&directory.join(LOCK))?.ok_or(TicketError::NoTurn)?;
        let mut tickets = Self {
            directory: directory.to_owned(),
            now: now(),
            forgotten: read_forgotten(directory)?,
            records: Vec::new(),
            _turn: turn,
        };
        for entry in fs::read_dir(directory)? {
            let name = entry?.file_name();
            if let Some(id) = name.to_str().and_then(TicketId::parse) {
                let bytes = fs::read(directory.join(&name))?;
                tickets
                    .records
                    .push((id, serde_json::from_slice(&bytes).map_err(io::Error::from)?));
            }
        }
        tickets.forget()?;
        Ok(tickets)
    }

    /// Forgets the tickets older than a day: first that they cannot be taken again, which holds even if
    /// the clock is set back.
    fn forget(&mut self) -> io::Result<()> {
        let last = self.now.saturating_sub(OUTCOME_LIFE);
        let (old, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.records)
            .into_iter()
            .partition(|(_, record)| record.issued_at < last && record.outcome.is_some());
        self.records = kept;
        let Some(newest) = old.iter().map(|(_, record)| record.issued_at).max() else {
            return Ok(());
        };
        if newest > self.forgotten {
            self.write(FORGOTTEN, newest.to_string().as_bytes())?;
            self.forgotten = newest;
        }
        for (id, _) in old {
            fs::remove_file(self.directory.join(id.to_string()))?;
        }
        Ok(())
    }

    /// The tickets of helpers that were cut short.
    pub(crate) fn open_ones(&self) -> Vec<(TicketId, Record)> {
        let is_open = |(_, record): &&(TicketId, Record)| record.outcome.is_none();
        self.records.iter().filter(is_open).cloned().collect()
    }

    /// What became of a ticket; none if it was not taken.
    pub(crate) fn outcome(&self, id: TicketId) -> Option<TicketOutcome> {
        let record = self.record(id)?;
        Some(record.outcome.unwrap_or(TicketOutcome::Unknown))
    }

    fn record(&self, id: TicketId) -> Option<&Record> {
        let found = self.records.iter().find(|(known, _)| *known == id);
        found.map(|(_, record)| record)
    }

    /// Takes a ticket: it is on disk that it was, before this returns.
    pub(crate) fn take(
        &mut self,
        ticket: &Ticket,
        before: Option<Fingerprint>,
    ) -> Result<(), TicketError> {
        self.require_new(ticket)?;
        let age = self.now.checked_sub(ticket.issued_at);
        if !age.is_some_and(|age| (0..=TICKET_LIFE).contains(&age)) {
            return Err(TicketError::Expired);
        }
        self.add(ticket, before, None)
    }

    /// Makes sure that a ticket that was not taken never will be.
    ///
    /// # Errors
    /// [`TicketError::Expired`] if it may have been taken and forgotten.
    pub(crate) fn void(&mut self, ticket: &Ticket) -> Result<(), TicketError> {
        self.require_new(ticket)?;
        if ticket.issued_at < self.now.saturating_sub(OUTCOME_LIFE) {
            return Err(TicketError::Expired);
        }
        self.add(ticket, None, Some(TicketOutcome::NotSet))
    }

    fn require_new(&self, ticket: &Ticket) -> Result<(), TicketError> {
        if self.record(ticket.id).is_some() {
            return Err(TicketError::Used);
        }
        if ticket.issued_at <= self.forgotten {
            return Err(TicketError::Expired);
        }
        Ok(())
    }

    fn add(
        &mut self,
        ticket: &Ticket,
        before: Option<Fingerprint>,
        outcome: Option<TicketOutcome>,
    ) -> Result<(), TicketError> {
        let is_users = |(_, record): &&(TicketId, Record)| record.uid == ticket.uid;
        let of_user = self.records.iter().filter(is_users).count();
        if of_user >= MOST_OF_USER || self.records.len() >= MOST {
            return Err(TicketError::TooMany);
        }
        let record = Record {
            name: ticket.name.clone(),
            uid: ticket.uid,
            issued_at: ticket.issued_at,
            before,
            outcome,
        };
        self.write_record(ticket.id, &record)?;
        self.records.push((ticket.id, record));
        Ok(())
    }

    /// Writes down what became of a ticket that was taken.
    pub(crate) fn conclude(&mut self, id: TicketId, outcome: TicketOutcome) -> io::Result<()> {
        let found = self.records.iter().position(|(known, _)| *known == id);
        let index = found.ok_or(ErrorKind::NotFound)?;
        let record = Record {
            outcome: Some(outcome),
            ..self.records[index].1.clone()
        };
        self.write_record(id, &record)?;
        self.records[index].1 = record;
        Ok(())
    }

    fn write_record(&self, id: TicketId, record: &Record) -> io::Result<()> {
        self.write(&id.to_string(), &serde_json::to_vec(record)?)
    }

    /// Writes a file so that it is there whole, or as it was before.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let draft = self.directory.join(DRAFT);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, self.directory.join(name))?;
        File::open(&self.directory)?.sync_all()
    }
}

fn read_forgotten(directory: &Path) -> io::Result<i64> {
    match fs::read_to_string(directory.join(FORGOTTEN)) {
        Ok(text) => text.parse().map_err(|_| ErrorKind::InvalidData.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(i64::MIN),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    const NOW: i64 = 1_700_000_000;

    fn ticket(number: u8, issued_at: i64) -> Ticket {
        Ticket {
            id: TicketId::new([number; 16]),
            name: "alice".to_owned(),
            uid: 1000,
            issued_at,
        }
    }

    fn directory() -> TempDir {
        tempfile::tempdir().unwrap()
    }

    fn at(directory: &TempDir, now: i64) -> Tickets {
        Tickets::open(directory.path(), || now).unwrap()
    }

    fn take(tickets: &mut Tickets, ticket: &Ticket) -> Result<(), PasswordError> {
        let taken = tickets.take(ticket, None);
        taken.map_err(|error| PasswordError::from(&error))
    }

    #[test]
    fn a_ticket_is_taken_once_even_by_a_new_helper() {
        let directory = directory();
        let mut tickets = at(&directory, NOW);
        assert_eq!(take(&mut tickets, &ticket(1, NOW)), Ok(()));
        let again = take(&mut tickets, &ticket(1, NOW));
        assert_eq!(again, Err(PasswordError::TicketUsed));
        drop(tickets);
        let other_user = Ticket {
            name: "bob".to_owned(),
            uid: 1001,
            ..ticket(1, NOW + 1)
        };
        let again = take(&mut at(&directory, NOW + 1), &other_user);
        assert_eq!(again, Err(PasswordError::TicketUsed));
    }

    #[test]
    fn a_ticket_is_good_for_a_minute() {
        let directory = directory();
        let mut tickets = at(&directory, NOW);
        for (number, issued_at, taken) in [
            (1, NOW - 60, Ok(())),
            (2, NOW - 61, Err(PasswordError::TicketExpired)),
            (3, NOW + 1, Err(PasswordError::TicketExpired)),
            (4, i64::MIN, Err(PasswordError::TicketExpired)),
            (5, i64::MAX, Err(PasswordError::TicketExpired)),
        ] {
            assert_eq!(take(&mut tickets, &ticket(number, issued_at)), taken);
        }
    }

    #[test]
    fn a_forgotten_ticket_stays_used_when_the_clock_is_set_back() {
        let directory = directory();
        let mut tickets = at(&directory, NOW);
        take(&mut tickets, &ticket(1, NOW)).unwrap();
        let id = ticket(1, NOW).id;
        tickets.conclude(id, TicketOutcome::Set).unwrap();
        drop(tickets);
        let tickets = at(&directory, NOW + OUTCOME_LIFE);
        assert_eq!(tickets.outcome(id), Some(TicketOutcome::Set));
        drop(tickets);
        assert_eq!(at(&directory, NOW + OUTCOME_LIFE + 1).outcome(id), None);
        let mut tickets = at(&directory, NOW);
        let again = take(&mut tickets, &ticket(1, NOW));
        assert_eq!(again, Err(PasswordError::TicketExpired));
        assert!(matches!(
            tickets.void(&ticket(1, NOW)),
            Err(TicketError::Expired)
        ));
        assert_eq!(
            take(&mut tickets, &ticket(2, NOW + 1)),
            Err(PasswordError::TicketExpired)
        );
        drop(tickets);
        assert_eq!(
            take(&mut at(&directory, NOW + 1), &ticket(2, NOW + 1)),
            Ok(())
        );
    }

    #[test]
    fn a_ticket_that_is_asked_about_is_not_taken_any_more() {
        let directory = directory();
        let mut tickets = at(&directory, NOW);
        tickets.void(&ticket(1, NOW)).unwrap();
        let id = ticket(1, NOW).id;
        assert_eq!(tickets.outcome(id), Some(TicketOutcome::NotSet));
        let taken = take(&mut tickets, &ticket(1, NOW));
        assert_eq!(taken, Err(PasswordError::TicketUsed));
    }

    #[test]
    fn a_ticket_without_an_outcome_is_kept_until_it_has_one() {
        let directory = directory();
        take(&mut at(&directory, NOW), &ticket(1, NOW)).unwrap();
        let mut tickets = at(&directory, NOW + 2 * OUTCOME_LIFE);
        let [(id, record)] = tickets.open_ones().try_into().unwrap();
        assert_eq!(record.name, "alice");
        assert_eq!(tickets.outcome(id), Some(TicketOutcome::Unknown));
        tickets.conclude(id, TicketOutcome::NotSet).unwrap();
        assert!(tickets.open_ones().is_empty());
    }

    #[test]
    fn one_user_uses_up_only_their_own_tickets_of_a_day() {
        let directory = directory();
        let mut tickets = at(&directory, NOW);
        for number in 0..64 {
            take(&mut tickets, &ticket(number, NOW)).unwrap();
        }
        let more = take(&mut tickets, &ticket(64, NOW));
        assert_eq!(more, Err(PasswordError::LimitsExceeded));
        let other_user = Ticket {
            uid: 1001,
            ..ticket(65, NOW)
        };
        assert_eq!(take(&mut tickets, &other_user), Ok(()));
    }

    #[test]
    fn a_record_that_cannot_be_read_sets_no_password() {
        let directory = directory();
        let file = directory.path().join(ticket(1, NOW).id.to_string());
        fs::write(file, "{}").unwrap();
        let opened = Tickets::open(directory.path(), || NOW);
        let error = opened.err().expect("a record that says nothing is refused");
        assert_eq!(
            PasswordError::from(&error),
            PasswordError::StorageUnavailable
        );
    }
}
