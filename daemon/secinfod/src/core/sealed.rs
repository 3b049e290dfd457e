//! Sealing and opening what events hold sealed: personal data and secrets.

use super::error::ServiceError;
use secinfo_domain::{Sealed, SealedPart, UserName};
use secinfo_ledger::NewKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Who a user is.
#[derive(Serialize, Deserialize)]
pub struct UserPayload {
    /// The uid.
    pub uid: u32,
    /// The name.
    pub name: UserName,
}

/// The plain bytes of a payload, on their way to be sealed.
pub(super) fn plain(payload: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, postcard::Error> {
    postcard::to_allocvec(payload).map(Zeroizing::new)
}

/// Seals a payload under a key that is new.
pub(crate) fn seal_new(
    key: &NewKey,
    part: SealedPart,
    payload: &impl Serialize,
) -> Result<Sealed, ServiceError> {
    Ok(Sealed::new(key.seal(part, &plain(payload)?)?))
}
