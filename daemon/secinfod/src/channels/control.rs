//! What a channel tells its supervisor.

/// What a supervisor is asked to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Control {
    /// Finish what is under way, and end.
    pub(super) stop: bool,
    /// Grows when a host that is down should be started at once.
    pub(super) retries: u64,
}
