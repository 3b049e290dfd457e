//! Forms (WHATWG URL, `application/x-www-form-urlencoded`).

use crate::Error;
use std::collections::BTreeMap;

/// The most fields that a form has.
const MOST_FIELDS: usize = 16;

/// The fields of a form or a query.
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a form. A field that is there twice is refused: two readers could take different ones.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(bytes) {
            if fields.len() == MOST_FIELDS {
                return Err(Error::Malformed("a form has too many fields"));
            }
            if fields
                .insert(name.into_owned(), value.into_owned())
                .is_some()
            {
                return Err(Error::Malformed("a form has a field twice"));
            }
        }
        Ok(Self(fields))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The field of this name, if it is there.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The field of this name.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Error> {
        self.optional(name)
            .ok_or(Error::Malformed("a form misses a field"))
    }
}
