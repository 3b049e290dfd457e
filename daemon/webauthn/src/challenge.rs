//! The challenge that a registration or an assertion answers.

/// A challenge: 32 random bytes (WebAuthn Level 3 section 13.4.3).
///
/// It cannot be cloned, and verifying takes it: one challenge is answered once.
#[derive(Debug, PartialEq, Eq)]
pub struct Challenge([u8; 32]);

impl Challenge {
    /// The challenge of bytes that the caller drew at random.
    pub const fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
