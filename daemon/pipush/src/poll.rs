//! A phone that asks for its requests.

use crate::form::Form;
use crate::timestamp::SignedAt;
use crate::{Error, PhoneKey, Serial};

/// What a phone asks with whether there is a request for it. It asks when the app is opened, comes to
/// the front or is pulled down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// Which entry of the app asks.
    pub serial: Serial,
    at: SignedAt,
    signature: String,
}

impl Poll {
    /// Reads the query of a `GET`. What it says of its capabilities is not signed, and not read.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn read(query: &str) -> Result<Self, Error> {
        let form = Form::read(query.as_bytes())?;
        Ok(Self {
            serial: Serial::parse(form.required("serial")?)?,
            at: SignedAt::parse(form.required("timestamp")?)?,
            signature: form.required("signature")?.to_owned(),
        })
    }

    /// Checks that the phone of this key signed it within some minutes of `now`, in Unix seconds.
    ///
    /// # Errors
    /// [`Error::Time`], [`Error::Signature`].
    pub fn verify(&self, key: &PhoneKey, now: u64) -> Result<(), Error> {
        self.at.check(now)?;
        key.verify(
            &format!("{}|{}", self.serial, self.at.as_str()),
            &self.signature,
        )
    }
}
