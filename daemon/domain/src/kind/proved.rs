//! What a user has proved to work.

/// A credential that its user has proved to work: the only one that is enrolled. The file of each
/// kind makes it of the proof that the kind asks for, and marks in it what the proof used up. A kind
/// that is issued makes none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved<C>(C);

impl<C> Proved<C> {
    pub(super) const fn new(credential: C) -> Self {
        Self(credential)
    }

    /// The credential.
    pub const fn credential(&self) -> &C {
        &self.0
    }

    pub(super) fn widen<W: From<C>>(self) -> Proved<W> {
        Proved(self.0.into())
    }
}
