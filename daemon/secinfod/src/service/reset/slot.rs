//! The time of answers: how long a reset thinks must not tell whether there is a user.

use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The time of one answer. It is longer than what an answer takes on a host that is not overloaded: two
/// waits for the disk and one memory-hard hash.
const SLOT: Duration = Duration::from_millis(500);

/// An answer that is being made. It is given at the end of a whole number of slots.
pub(super) struct Slot(Instant);

impl Slot {
    /// Begins with the call.
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }

    /// Waits for the end of the slot in which the answer was ready.
    pub(super) async fn end(self) {
        let taken = self.0.elapsed();
        let slots = taken.as_millis() / SLOT.as_millis() + 1;
        let slots = u32::try_from(slots).unwrap_or(u32::MAX);
        sleep_until(self.0 + SLOT.saturating_mul(slots)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_comes_at_the_end_of_the_slot_in_which_it_was_ready() {
        for (ready, given) in [(0, 500), (1, 500), (499, 500), (500, 1000), (1300, 1500)] {
            let begun = Instant::now();
            let slot = Slot::begin();
            tokio::time::sleep(Duration::from_millis(ready)).await;
            slot.end().await;
            assert_eq!(begun.elapsed(), Duration::from_millis(given), "{ready}");
        }
    }
}
