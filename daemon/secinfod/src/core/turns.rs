//! Which security questions a name is asked next: others each day, and others after each wrong answer.
//!
//! One rule holds for every name that a stranger can type, whether it is a user's or not, and whether the
//! answers were looked at or not. That is why the turns are not in the log, where only users are.

use super::{Core, ServiceError, random_id};
use secinfo_ledger::TagPurpose;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many turns are counted apart. Names that share one move each other's on, as a stranger would who
/// answers for both, and any number of names takes up no more room.
const PLACES: usize = 4096;

const DAY: u64 = 24 * 3600;

/// One turn of asking: another for each attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Turn(u64);

impl Turn {
    /// The number of the turn. Of an attempt and the next one, the numbers follow on each other.
    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    #[cfg(test)]
    pub(crate) const fn of(number: u64) -> Self {
        Self(number)
    }
}

/// The wrong answers since the daemon has started.
pub(super) struct Turns {
    /// Drawn at the start, so that a restart does not lead back to what was asked before.
    start: u64,
    wrong: Box<[AtomicU32]>,
}

impl Turns {
    pub(super) fn new() -> Result<Self, ServiceError> {
        Ok(Self {
            start: u64::from_ne_bytes(random_id()?),
            wrong: (0..PLACES).map(|_| AtomicU32::default()).collect(),
        })
    }

    fn wrong(&self, place: u64) -> &AtomicU32 {
        let place = place % self.wrong.len() as u64;
        &self.wrong[usize::try_from(place).expect("less than a usize")]
    }
}

impl Core {
    /// The turn of this name now. It stays the same for one who only begins again.
    pub(crate) fn turn(&self, name: &str) -> Turn {
        let day = self.now().as_seconds() / DAY;
        let of_day = self.number_of(&[b"day", name.as_bytes(), &day.to_be_bytes()]);
        let wrong = self.turns.wrong(self.place_of(name));
        let wrong = u64::from(wrong.load(Ordering::Relaxed));
        Turn(self.turns.start.wrapping_add(of_day).wrapping_add(wrong))
    }

    /// Moves the turn of this name on, after a wrong answer.
    pub(crate) fn end_turn(&self, name: &str) {
        let wrong = self.turns.wrong(self.place_of(name));
        wrong.fetch_add(1, Ordering::Relaxed);
    }

    fn place_of(&self, name: &str) -> u64 {
        self.number_of(&[b"place", name.as_bytes()])
    }

    /// A number that cannot be found without the vault.
    fn number_of(&self, parts: &[&[u8]]) -> u64 {
        let tag = self.questions_tag(parts);
        u64::from_be_bytes(std::array::from_fn(|place| tag[place]))
    }

    /// What decides on the questions of a name: it cannot be foreseen without the vault, and stands nowhere.
    pub(crate) fn questions_tag(&self, parts: &[&[u8]]) -> [u8; 16] {
        self.reader.vault.lasting_tag(TagPurpose::Questions, parts)
    }
}
