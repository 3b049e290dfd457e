//! Limits the rate of a plugin's log lines.

use std::time::Duration;

/// How many lines may come at once.
const BURST: u32 = 100;

/// The interval at which another line is allowed: 20 a second.
const INTERVAL: Duration = Duration::from_millis(50);

/// A token bucket for log lines.
pub(crate) struct RateLimit {
    available: u32,
    /// When `available` was last refilled.
    at: Duration,
    dropped: u64,
}

impl RateLimit {
    pub(crate) const fn new() -> Self {
        Self {
            available: BURST,
            at: Duration::ZERO,
            dropped: 0,
        }
    }

    /// Admits a line at this monotonic time, and returns how many lines were dropped before it;
    /// `None` drops the line.
    pub(crate) fn admit(&mut self, now: Duration) -> Option<u64> {
        let elapsed = now.saturating_sub(self.at);
        let refilled = u32::try_from(elapsed.as_millis() / INTERVAL.as_millis()).unwrap_or(BURST);
        if refilled >= BURST - self.available {
            self.available = BURST;
            self.at = now;
        } else {
            self.available += refilled;
            self.at += INTERVAL * refilled;
        }
        if self.available == 0 {
            self.dropped = self.dropped.saturating_add(1);
            return None;
        }
        self.available -= 1;
        Some(std::mem::take(&mut self.dropped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(limit: &mut RateLimit, lines: usize, now: Duration) -> usize {
        (0..lines).filter_map(|_| limit.admit(now)).count()
    }

    #[test]
    fn admits_a_burst_and_then_twenty_lines_a_second() {
        let mut limit = RateLimit::new();
        assert_eq!(admitted(&mut limit, 1_000, Duration::ZERO), 100);
        assert_eq!(admitted(&mut limit, 1_000, Duration::from_secs(1)), 20);
        assert_eq!(admitted(&mut limit, 1_000, Duration::from_secs(1)), 0);
        assert_eq!(admitted(&mut limit, 1_000, Duration::from_secs(1_000)), 100);
    }

    #[test]
    fn counts_the_dropped_lines() {
        let mut limit = RateLimit::new();
        admitted(&mut limit, 107, Duration::ZERO);
        assert_eq!(limit.admit(Duration::from_millis(49)), None);
        assert_eq!(limit.admit(Duration::from_millis(50)), Some(8));
        assert_eq!(limit.admit(Duration::from_millis(100)), Some(0));
    }
}
