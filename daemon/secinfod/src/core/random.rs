//! Random bytes.

use super::error::ServiceError;

/// Random bytes for an id.
pub(crate) fn random_id<const N: usize>() -> Result<[u8; N], ServiceError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(bytes)
}

/// The kernel gave no random bytes.
pub(crate) fn no_randomness(error: getrandom::Error) -> ServiceError {
    ServiceError::Internal(format!("no random bytes: {error}"))
}
