//! The version of what a log holds.

use super::letter;
use crate::error::LedgerError;

/// The version that this build reads and writes.
pub(crate) const FORMAT: &[u8] = b"1";

/// The record with the version.
pub(crate) const META_FORMAT: &[u8] = &[letter::META, b'f'];

/// Refuses a log of another version. An engine asks before it changes anything: what it would take
/// for a commit that was cut short may be whole in a later version.
///
/// # Errors
///
/// [`LedgerError::Damaged`] for another version.
pub(crate) fn expect_format(format: &[u8]) -> Result<(), LedgerError> {
    if format == FORMAT {
        return Ok(());
    }
    Err(LedgerError::Damaged {
        what: format!("the log is of format {}", String::from_utf8_lossy(format)),
        from_event: None,
        remedy: "use the version of the daemon that wrote it, or a newer one",
    })
}
