//! A phone that tells its push service.

use crate::form::Form;
use crate::timestamp::SignedAt;
use crate::{Error, PhoneKey, Serial};

/// What the app posts after an enrollment, although it polls: the name that a push service knows it by.
/// It is checked, and nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUpdate {
    /// Which entry of the app posts.
    pub serial: Serial,
    token: String,
    at: SignedAt,
    signature: String,
}

impl TokenUpdate {
    pub(crate) const FIELD: &str = "new_fb_token";

    pub(crate) fn read(form: &Form) -> Result<Self, Error> {
        Ok(Self {
            serial: Serial::parse(form.required("serial")?)?,
            token: form.required(Self::FIELD)?.to_owned(),
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
        let signed = format!("{}|{}|{}", self.token, self.serial, self.at.as_str());
        key.verify(&signed, &self.signature)
    }
}
