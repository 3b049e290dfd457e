//! Why a code that is right counts as used.

use crate::{Period, TimeStep, Timestamp};

/// Why a code that is right counts as used, as far as it helps the user to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    /// A code that is as new or newer was accepted: the next one is good.
    Before,
    /// The method came from another system, which may have accepted the code.
    BroughtOver {
        /// When a code is shown that is good, where codes go by time.
        until: Option<Timestamp>,
    },
    /// The clock of this host was ahead when a code was accepted, or it is behind now.
    ClockAhead {
        /// When a code is shown that is good.
        until: Timestamp,
    },
}

/// The time steps of a method that are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsedSteps {
    /// How long a step lasts.
    pub(super) period: Period,
    /// The last of them.
    pub(super) last: TimeStep,
    /// How many steps the clock of the device is ahead of the host's.
    pub(super) drift: i32,
}

impl UsedSteps {
    /// Whether a code of the last step could not have been accepted yet at `now`, where policy lets a
    /// clock be `allowed` steps off.
    fn are_ahead(&self, now: Timestamp, allowed: u8) -> bool {
        let newest = i64::from(self.drift) + i64::from(allowed);
        self.last > self.period.step_ahead(now.as_seconds(), newest)
    }

    /// When the device shows the first code that is not used up.
    fn until(&self) -> Timestamp {
        let TimeStep(last) = self.last;
        let ours = last
            .saturating_add(1)
            .saturating_sub_signed(self.drift.into());
        Timestamp::from_seconds(ours.saturating_mul(self.period.seconds().into()))
    }
}

impl Used {
    /// Why a code of a method counts as used at `now`. `brought_over` says that no code of it was
    /// accepted here yet, and that it came from another system.
    pub(crate) fn of(
        steps: Option<UsedSteps>,
        brought_over: bool,
        now: Timestamp,
        allowed: u8,
    ) -> Self {
        match steps {
            Some(steps) if steps.are_ahead(now, allowed) => Self::ClockAhead {
                until: steps.until(),
            },
            steps if brought_over => Self::BroughtOver {
                until: steps.map(|steps| steps.until()),
            },
            _ => Self::Before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(last: u64, drift: i32, brought_over: bool) -> Used {
        let steps = UsedSteps {
            period: Period::default(),
            last: TimeStep(last),
            drift,
        };
        Used::of(Some(steps), brought_over, Timestamp::from_seconds(3000), 1)
    }

    #[test]
    fn steps_that_no_code_can_be_of_yet_tell_of_a_clock_that_was_ahead() {
        assert_eq!(used(100, 0, false), Used::Before);
        assert_eq!(used(101, 0, false), Used::Before);
        let until = |seconds| Timestamp::from_seconds(seconds);
        assert_eq!(used(102, 0, false), Used::ClockAhead { until: until(3090) });
        assert_eq!(
            used(110, 9, false),
            Used::Before,
            "the device is ahead, not the host"
        );
        assert_eq!(used(220, 0, true), Used::ClockAhead { until: until(6630) });
        assert_eq!(
            used(u64::MAX, i32::MIN, false),
            Used::ClockAhead {
                until: until(u64::MAX)
            }
        );
    }

    #[test]
    fn what_was_brought_over_may_have_been_used_there() {
        let until = Some(Timestamp::from_seconds(3030));
        assert_eq!(used(100, 0, true), Used::BroughtOver { until });
        let counted = Used::of(None, true, Timestamp::from_seconds(3000), 1);
        assert_eq!(counted, Used::BroughtOver { until: None });
    }
}
