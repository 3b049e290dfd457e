//! How many lines of a plugin's reach the log.

use std::time::Duration;

/// Lines that may come at once after a silence.
const BURST: u32 = 100;

/// How long one line takes to be allowed again: 20 a second.
const INTERVAL: Duration = Duration::from_millis(50);

/// Lets so many lines pass.
pub(crate) struct Limit {
    left: u32,
    /// When `left` was last added to.
    at: Duration,
    dropped: u64,
}

impl Limit {
    pub(crate) const fn new() -> Self {
        Self {
            left: BURST,
            at: Duration::ZERO,
            dropped: 0,
        }
    }

    /// Whether a line may pass at this time, which never goes back: if so, how many lines were
    /// dropped before it.
    pub(crate) fn admit(&mut self, now: Duration) -> Option<u64> {
        let elapsed = now.saturating_sub(self.at);
        let earned = u32::try_from(elapsed.as_millis() / INTERVAL.as_millis()).unwrap_or(BURST);
        if earned >= BURST - self.left {
            self.left = BURST;
            self.at = now;
        } else {
            self.left += earned;
            self.at += INTERVAL * earned;
        }
        if self.left == 0 {
            self.dropped = self.dropped.saturating_add(1);
            return None;
        }
        self.left -= 1;
        Some(std::mem::take(&mut self.dropped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(limit: &mut Limit, lines: usize, now: Duration) -> usize {
        (0..lines).filter_map(|_| limit.admit(now)).count()
    }

    #[test]
    fn lets_a_burst_pass_and_then_twenty_a_second() {
        let mut limit = Limit::new();
        assert_eq!(admitted(&mut limit, 1_000, Duration::ZERO), 100);
        assert_eq!(admitted(&mut limit, 1_000, Duration::from_secs(1)), 20);
        assert_eq!(admitted(&mut limit, 1_000, Duration::from_secs(1)), 0);
        assert_eq!(admitted(&mut limit, 1_000, Duration::from_secs(1_000)), 100);
    }

    #[test]
    fn says_how_many_it_dropped() {
        let mut limit = Limit::new();
        admitted(&mut limit, 107, Duration::ZERO);
        assert_eq!(limit.admit(Duration::from_millis(49)), None);
        assert_eq!(limit.admit(Duration::from_millis(50)), Some(8));
        assert_eq!(limit.admit(Duration::from_millis(100)), Some(0));
    }
}
