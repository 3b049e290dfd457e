//! How the codes of a one-time password are made.

/// How codes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codes {
    /// By time, with this period in seconds.
    ByTime(u16),
    /// By counter, with this value next.
    ByCounter(u64),
}
