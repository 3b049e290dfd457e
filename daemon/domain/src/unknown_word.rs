//! A word that names nothing known here.

/// A text that names no such thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what}: write one of {}", known.join(", "))]
pub struct UnknownWord {
    /// What the text should have named.
    pub(crate) what: &'static str,
    /// The words that there are.
    pub(crate) known: &'static [&'static str],
}
