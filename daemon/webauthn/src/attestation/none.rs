//! The format `none` (WebAuthn Level 3 section 8.7).

use super::Shown;
use crate::Error;
use crate::cbor::Map;

/// Verifies a statement, which has to be empty.
pub(super) fn verify(statement: &Map<'_>) -> Result<Shown<'static>, Error> {
    if statement.is_empty() {
        Ok(Shown::Nothing)
    } else {
        Err(Error::WrongAssertion(
            "there is a statement, and its format says that there is none",
        ))
    }
}
