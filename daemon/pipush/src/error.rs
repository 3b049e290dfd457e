//! What can be wrong, in the classes that a caller tells apart.

/// Why something was refused. The texts are for the journal, except those of addresses, which an
/// administrator reads; they repeat nothing of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An address is not one that the app asks and signs unchanged.
    #[error("{0}")]
    Address(&'static str),
    /// A message is malformed, or misses a field.
    #[error("{0}")]
    Malformed(&'static str),
    /// A public key is not one.
    #[error("{0}")]
    Key(&'static str),
    /// A message was signed too long ago, or in the future.
    #[error("the time stamp is too far from now")]
    Time,
    /// A message is not signed by the key of the phone that it names.
    #[error("the signature is wrong")]
    Signature,
}
