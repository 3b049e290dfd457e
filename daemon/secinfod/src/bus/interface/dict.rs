//! Dictionaries of type `a{sv}`: what grows without a new interface.

use crate::bus::BusError;
use std::collections::HashMap;
use zbus::{OwnedVariant, Variant};

/// What a method answers by name.
pub(super) type Dict = HashMap<&'static str, Variant<'static>>;

/// Options that a caller gave by name. Each is taken out once; what is left over is refused, so
/// that a misspelt option is not silently ignored.
pub(super) struct Options(HashMap<String, OwnedVariant>);

impl Options {
    pub(super) fn new(options: HashMap<String, OwnedVariant>) -> Self {
        Self(options)
    }

    pub(super) fn take<T: TryFrom<OwnedVariant>>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, BusError> {
        let Some(value) = self.0.remove(name) else {
            return Ok(None);
        };
        let wrong = || {
            BusError::typed(
                "InvalidArgument",
                format!("The option {name:?} has the wrong type."),
            )
        };
        T::try_from(value).map(Some).map_err(|_| wrong())
    }

    pub(super) fn finish(self) -> Result<(), BusError> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(name) => {
                let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
                Err(BusError::typed(
                    "InvalidArgument",
                    format!("There is no option {name:?}."),
                ))
            }
        }
    }
}
