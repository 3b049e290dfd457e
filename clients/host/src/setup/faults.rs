//! Crashes at a chosen change, for tests.

use std::cell::Cell;
use std::io;

/// Counts changes, and dies before one of them: nothing after it happens.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    seen: Cell<usize>,
    at: Cell<Option<usize>>,
}

impl Faults {
    /// Dies before the change with this number, from 1.
    pub(crate) fn crash_at(&self, number: usize) {
        self.seen.set(0);
        self.at.set(Some(number));
    }

    /// How many changes there were.
    pub(crate) fn seen(&self) -> usize {
        self.seen.get()
    }

    /// Comes before a change.
    pub(crate) fn before_change(&self) -> io::Result<()> {
        self.seen.set(self.seen.get() + 1);
        match self.at.get() {
            Some(at) if self.seen.get() >= at => Err(io::Error::other("crashed")),
            _ => Ok(()),
        }
    }
}
