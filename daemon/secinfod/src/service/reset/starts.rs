//! How many resets each account has begun, for whatever names. It is kept in memory: in the log it would
//! tell which of the names are users.

use secinfo_domain::Timestamp;
use secinfo_domain::policy::Limit;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// The resets that were begun lately, by account.
#[derive(Default)]
pub(super) struct Starts(Mutex<HashMap<u32, VecDeque<Timestamp>>>);

impl Starts {
    /// Whether this account may begin one more now; if so, it is counted.
    pub(super) fn take(&self, account: u32, limit: Limit, now: Timestamp) -> bool {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun.retain(|_, times| {
            times.retain(|time| now.is_within(limit.within, *time));
            !times.is_empty()
        });
        let times = begun.entry(account).or_default();
        let may = times.len() < usize::from(limit.most);
        if may {
            times.push_back(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_begins_so_many_resets_and_others_are_not_hindered() {
        let (starts, limit) = (Starts::default(), Limit::new(3, 60));
        let at = |second: u64| Timestamp::from_seconds(1_000 + second);
        for second in 0..3 {
            assert!(starts.take(1000, limit, at(second)));
        }
        assert!(!starts.take(1000, limit, at(3)));
        assert!(starts.take(1001, limit, at(3)));
        assert!(
            starts.take(1000, limit, at(60)),
            "the first no longer counts"
        );
        assert!(!starts.take(1000, limit, at(60)));
    }

    #[test]
    fn accounts_that_have_begun_nothing_lately_take_up_no_room() {
        let (starts, limit) = (Starts::default(), Limit::new(3, 60));
        for account in 0..1000 {
            assert!(starts.take(account, limit, Timestamp::from_seconds(1_000)));
        }
        assert!(starts.take(5, limit, Timestamp::from_seconds(1_060)));
        assert_eq!(starts.0.lock().unwrap().len(), 1);
    }
}
