//! Confines the process before it talks to anybody: no file can be opened any more, and no connection
//! begun.

use crate::PushError;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetError,
    Scope,
};

/// The newest Landlock version used. An older kernel enforces what it supports.
const LANDLOCK_ABI: ABI = ABI::V6;

/// Confines this process irrevocably. It must have only one thread: others would stay unconfined. What
/// an old kernel does not support, the unit forbids.
pub(crate) fn confine() -> Result<(), PushError> {
    let confined: Result<_, RulesetError> = (|| {
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(LANDLOCK_ABI))?
            .handle_access(AccessNet::from_all(LANDLOCK_ABI))?
            .scope(Scope::from_all(LANDLOCK_ABI))?
            .create()?
            .restrict_self()
    })();
    match confined {
        Ok(_) => Ok(()),
        Err(error) => Err(PushError::Confine(error.to_string())),
    }
}
