//! Dictionaries of type `a{sv}`: what grows without a new interface.
//!
//! A reply is read for what is known of it. What a caller gives the daemon is read strictly, so
//! that a misspelt name is not silently ignored.

use std::collections::{BTreeMap, HashMap};
use zbus::{OwnedObjectPath, OwnedVariant, Variant};

/// A dictionary as it comes over the bus.
pub type Dictionary = HashMap<String, OwnedVariant>;

/// The entries of a dictionary that is about to be sent.
pub(crate) type Entries<'a> = BTreeMap<&'static str, Variant<'a>>;

/// The most characters of an unknown name that are repeated in an error.
const LONGEST_NAME: usize = 64;

/// Why a dictionary is not what it must be. Says which entry, never what is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDictionary {
    /// An entry has another type.
    #[error("the entry {0:?} has the wrong type")]
    WrongType(&'static str),
    /// An entry is missing.
    #[error("the entry {0:?} is missing")]
    Missing(&'static str),
    /// An entry has a value of the right type that means nothing.
    #[error("the entry {0:?} has an unknown value")]
    UnknownValue(&'static str),
    /// An entry is longer than it may be.
    #[error("the entry {0:?} is too long")]
    TooLong(&'static str),
    /// There is no entry of this name.
    #[error("there is no entry {0:?}")]
    Unknown(String),
    /// There are entries of which only one can be given.
    #[error("the entries {0:?} and {1:?} exclude each other")]
    Exclusive(&'static str, &'static str),
}

/// A dictionary from which entries are taken one by one.
pub(crate) struct Reader(Dictionary);

impl Reader {
    pub(crate) const fn new(dictionary: Dictionary) -> Self {
        Self(dictionary)
    }

    /// Whether there is an entry of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Takes an entry that may be missing.
    pub(crate) fn optional<T: TryFrom<OwnedVariant>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, InvalidDictionary> {
        let value = self.0.remove(name).map(T::try_from).transpose();
        value.map_err(|_| InvalidDictionary::WrongType(name))
    }

    /// Takes an entry that must be there.
    pub(crate) fn required<T: TryFrom<OwnedVariant>>(
        &mut self,
        name: &'static str,
    ) -> Result<T, InvalidDictionary> {
        self.optional(name)?.ok_or(InvalidDictionary::Missing(name))
    }

    /// Refuses what is left over.
    pub(crate) fn finish(self) -> Result<(), InvalidDictionary> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(name) => {
                let printable = name.chars().filter(|c| !c.is_control());
                Err(InvalidDictionary::Unknown(
                    printable.take(LONGEST_NAME).collect(),
                ))
            }
        }
    }
}

/// A dictionary as an entry of another.
pub(crate) fn nested(entries: Entries<'_>) -> Variant<'_> {
    Variant::Dict(entries.into())
}

/// One field of a struct that crosses the bus as a dictionary: usually one entry by its own name.
pub(crate) trait Field: Sized {
    fn read(from: &mut Reader, name: &'static str) -> Result<Self, InvalidDictionary>;
    fn write<'a>(&'a self, into: &mut Entries<'a>, name: &'static str);
}

macro_rules! fields {
    ($($field:ty: $value:ident => $variant:expr;)+) => {$(
        impl Field for $field {
            fn read(from: &mut Reader, name: &'static str) -> Result<Self, InvalidDictionary> {
                from.required(name)
            }

            fn write<'a>(&'a self, into: &mut Entries<'a>, name: &'static str) {
                let $value = self;
                into.insert(name, $variant);
            }
        }

        impl Field for Option<$field> {
            fn read(from: &mut Reader, name: &'static str) -> Result<Self, InvalidDictionary> {
                from.optional(name)
            }

            fn write<'a>(&'a self, into: &mut Entries<'a>, name: &'static str) {
                if let Some($value) = self {
                    into.insert(name, $variant);
                }
            }
        }
    )+};
}

fields! {
    bool: value => (*value).into();
    u32: value => (*value).into();
    u64: value => (*value).into();
    String: value => value.as_str().into();
    OwnedObjectPath: value => value.as_ref().into();
    Vec<String>: value => Variant::from(value.iter().map(String::as_str).collect::<Vec<_>>());
}

/// Defines a struct that crosses the bus as a dictionary, with an entry for each field by its
/// name. A reply may have entries that are not known; [`Dictionary`] is converted only without such.
macro_rules! dictionary {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[$meta])*
        $vis struct $name {
            $($(#[$field_meta])* $field_vis $field: $kind,)*
        }

        #[allow(unused_variables, unused_mut, reason = "a dictionary may have no entry yet")]
        impl $name {
            fn read(
                from: &mut $crate::dictionary::Reader,
            ) -> std::result::Result<Self, $crate::dictionary::InvalidDictionary> {
                Ok(Self {
                    $($field: $crate::dictionary::Field::read(from, stringify!($field))?,)*
                })
            }

            fn entries(&self) -> $crate::dictionary::Entries<'_> {
                let mut entries = $crate::dictionary::Entries::new();
                $($crate::dictionary::Field::write(&self.$field, &mut entries, stringify!($field));)*
                entries
            }
        }

        impl TryFrom<$crate::dictionary::Dictionary> for $name {
            type Error = $crate::dictionary::InvalidDictionary;

            fn try_from(dictionary: $crate::dictionary::Dictionary) -> std::result::Result<Self, Self::Error> {
                let mut reader = $crate::dictionary::Reader::new(dictionary);
                let read = Self::read(&mut reader)?;
                reader.finish().map(|()| read)
            }
        }

        impl zbus::Type for $name {
            const SIGNATURE: &'static zbus::Signature =
                <$crate::dictionary::Dictionary as zbus::Type>::SIGNATURE;
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                self.entries().serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let dictionary = $crate::dictionary::Dictionary::deserialize(deserializer)?;
                Self::read(&mut $crate::dictionary::Reader::new(dictionary))
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use dictionary;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde::Serialize;
    use zbus::Type;
    use zbus::wire::{LE, serialized::Context, to_bytes};

    /// What the other side receives.
    pub(crate) fn received(sent: &(impl Serialize + Type)) -> Dictionary {
        let bytes = to_bytes(Context::new(LE, 0), sent).expect("it can be sent");
        bytes.deserialize().expect("a dictionary").0
    }

    /// A dictionary of these entries.
    pub(crate) fn dictionary_of(entries: &[(&'static str, Variant<'static>)]) -> Dictionary {
        let entry = |(name, value): &(&'static str, Variant<'static>)| {
            let value = value.try_to_owned().expect("no file descriptor");
            ((*name).to_owned(), value)
        };
        entries.iter().map(entry).collect()
    }
}
