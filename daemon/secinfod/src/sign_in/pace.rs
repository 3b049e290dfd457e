//! How often each account may begin a conversation: one that floods waits, and takes up little of the
//! processor.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How many conversations an account may begin at once.
const AT_ONCE: u32 = 16;

/// How often it may begin one after these.
const EVERY: Duration = Duration::from_millis(10);

/// How many accounts are remembered before those that need not wait are forgotten.
const MANY: usize = 1024;

/// When what each account has begun is made up for.
#[derive(Default)]
pub(super) struct Pace(Mutex<HashMap<u32, Instant>>);

impl Pace {
    /// How long a conversation has to wait that this account begins at `now`. One of root's never does.
    pub(super) fn wait(&self, account: u32, now: Instant) -> Duration {
        if account == 0 {
            return Duration::ZERO;
        }
        // Each operation leaves the times consistent, so a panic in between does no harm.
        let mut made_up = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if made_up.len() >= MANY {
            made_up.retain(|_, made_up| *made_up > now);
        }
        let made_up = made_up.entry(account).or_insert(now);
        let before = made_up.saturating_duration_since(now);
        *made_up = now + before + EVERY;
        (before + EVERY).saturating_sub(EVERY * AT_ONCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_floods_waits_and_no_other_does() {
        let (pace, now) = (Pace::default(), Instant::now());
        let waits = |account| pace.wait(account, now);
        for _ in 0..AT_ONCE {
            assert!(waits(1000).is_zero());
        }
        assert_eq!(waits(1000), EVERY);
        assert_eq!(waits(1000), 2 * EVERY);
        assert!(waits(1001).is_zero());
        assert!((0..100).all(|_| waits(0).is_zero()));
    }

    #[test]
    fn what_an_account_has_begun_is_made_up_for_in_time() {
        let (pace, now) = (Pace::default(), Instant::now());
        for _ in 0..2 * AT_ONCE {
            pace.wait(1000, now);
        }
        let later = now + EVERY * AT_ONCE;
        assert_eq!(pace.wait(1000, later), EVERY);
        assert!(pace.wait(1000, later + 2 * EVERY).is_zero());
    }

    #[test]
    fn accounts_that_need_not_wait_are_forgotten() {
        let (pace, now) = (Pace::default(), Instant::now());
        let hour = Duration::from_hours(1);
        for number in 0..10 {
            for account in 1..=1000 {
                pace.wait(number * 1000 + account, now + hour * number);
            }
        }
        assert!(pace.0.lock().unwrap().len() <= 2 * MANY);
    }
}
