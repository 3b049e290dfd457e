//! What a method can be told from others by.

use crate::dictionary::{
    Dictionary, Entries, Field, InvalidDictionary, Reader, dictionary, nested,
};
use zbus::Variant;

dictionary! {
    /// What may be shown of a method, for a client to put into words: never a secret, never a whole
    /// number or address.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Hint {
        /// How many digits its codes have.
        pub digits: Option<u32>,
        /// How many seconds lie between its codes.
        pub period: Option<u32>,
        /// Which of the user's phone numbers it is: one of [`place`](crate::names::place).
        pub place: Option<String>,
        /// The phone number, masked.
        pub number: Option<String>,
        /// The email address, masked.
        pub address: Option<String>,
        /// The serial number of a hardware token, masked.
        pub serial: Option<String>,
        /// How a hardware token makes its codes: one of [`token_mode`](crate::names::token_mode).
        pub mode: Option<String>,
        /// Whether it is good for one use only.
        pub once: Option<bool>,
    }
}

/// A dictionary in a dictionary.
impl Field for Hint {
    fn read(from: &mut Reader, name: &'static str) -> Result<Self, InvalidDictionary> {
        Self::read(&mut Reader::new(from.required::<Dictionary>(name)?))
    }

    fn write<'a>(&'a self, into: &mut Entries<'a>, name: &'static str) {
        into.insert(name, nested(self.entries()));
    }
}

impl From<Hint> for Variant<'static> {
    fn from(hint: Hint) -> Self {
        nested(hint.entries())
            .try_into_owned()
            .expect("a hint holds no file descriptor")
            .into()
    }
}
