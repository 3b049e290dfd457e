//! How the codes of a one-time password are made.

use secinfo_wire::ImportedCodes;

/// How codes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codes {
    /// By time, with this period in seconds.
    ByTime(u16),
    /// By counter, with this value next.
    ByCounter(u64),
}

impl Codes {
    /// As the daemon is told of it; `ahead` and `used` are in time steps.
    pub(crate) const fn to_wire(self, ahead: i32, used: u64) -> ImportedCodes {
        match self {
            Self::ByTime(period) => ImportedCodes::Clock {
                period,
                ahead,
                used,
            },
            Self::ByCounter(next) => ImportedCodes::Counter { next },
        }
    }
}
