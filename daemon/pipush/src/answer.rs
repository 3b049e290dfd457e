//! A phone's answer to a request.

use crate::form::Form;
use crate::{Error, Nonce, PhoneKey, Serial};

/// The longest option of a request that has some to choose from.
const LONGEST_OPTION: usize = 16;

/// A phone's answer to a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which entry of the app answers.
    pub serial: Serial,
    /// The request that is answered.
    pub nonce: Nonce,
    /// What was chosen.
    pub choice: Choice,
    signature: String,
}

/// What the user chose on the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Accepted; with the option that was chosen, where the request has options.
    Accept(Option<String>),
    /// Declined.
    Decline(Option<DeclineReason>),
}

/// Why the user declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclineReason {
    /// The user did not begin what the request is about: another person did.
    UnknownTrigger,
    /// The user began it, and changed their mind.
    Cancelled,
}

impl DeclineReason {
    const ALL: [Self; 2] = [Self::UnknownTrigger, Self::Cancelled];

    const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownTrigger => "unknown_trigger",
            Self::Cancelled => "cancelled",
        }
    }

    fn parse(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == text)
            .ok_or(Error::Malformed("a reason to decline is not one"))
    }
}

impl Answer {
    pub(crate) const FIELD: &str = "nonce";

    pub(crate) fn read(form: &Form) -> Result<Self, Error> {
        let option = form.optional("presence_answer");
        let choice = match (form.optional("decline"), form.optional("decline_reason")) {
            (None, None) => Choice::Accept(option.map(read_option).transpose()?),
            (Some("1"), reason) if option.is_none() => {
                Choice::Decline(reason.map(DeclineReason::parse).transpose()?)
            }
            _ => return Err(Error::Malformed("an answer accepts or declines")),
        };
        Ok(Self {
            serial: Serial::parse(form.required("serial")?)?,
            nonce: Nonce::parse(form.required(Self::FIELD)?)?,
            choice,
            signature: form.required("signature")?.to_owned(),
        })
    }

    /// Checks that the phone of this key signed it.
    ///
    /// # Errors
    /// [`Error::Signature`].
    pub fn verify(&self, key: &PhoneKey) -> Result<(), Error> {
        key.verify(&self.signed_text(), &self.signature)
    }

    /// An answer whose reason was taken out on the way is not what the phone signed, because the reason
    /// is in it.
    fn signed_text(&self) -> String {
        let mut text = format!("{}|{}", self.nonce.as_str(), self.serial);
        let mut add = |field: &str| {
            text.push('|');
            text.push_str(field);
        };
        match &self.choice {
            Choice::Accept(None) => {}
            Choice::Accept(Some(option)) => add(option),
            Choice::Decline(reason) => {
                add("decline");
                if let Some(reason) = reason {
                    add(reason.as_str());
                }
            }
        }
        text
    }
}

/// An option that holds the separator could make an accepted request of a declined one.
fn read_option(text: &str) -> Result<String, Error> {
    if !(1..=LONGEST_OPTION).contains(&text.len())
        || !text.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(Error::Malformed("an option that was chosen is a number"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sha256_of;

    fn answer(more: &str) -> Result<Answer, Error> {
        let form = format!(
            "serial=SI7Q4M2KX9TBWC3H&nonce=AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT&signature=A{more}"
        );
        Answer::read(&Form::read(form.as_bytes())?)
    }

    #[test]
    fn what_is_signed_is_what_the_app_signs() {
        for (more, digest) in [
            ("", "8f9aecc823fbd77e"),
            (
                "&decline=1&decline_reason=unknown_trigger",
                "0cb82d38b7f7d6ef",
            ),
            ("&presence_answer=38", "9b5fd08f28dfedee"),
        ] {
            let signed = answer(more).unwrap().signed_text();
            assert!(sha256_of(&signed).starts_with(digest), "{more}");
        }
    }

    #[test]
    fn an_answer_that_could_be_read_in_two_ways_is_refused() {
        for more in [
            "&decline=0",
            "&decline=",
            "&decline_reason=cancelled",
            "&decline=1&decline_reason=other",
            "&decline=1&presence_answer=38",
            "&presence_answer=decline",
            "&presence_answer=",
            "&presence_answer=38%7Cdecline",
            "&nonce=AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT",
        ] {
            assert!(answer(more).is_err(), "{more}");
        }
    }
}
