//! A request to a phone.

use crate::{Address, HostKey, Nonce, Serial, Shown};
use serde::Serialize;
use serde_json::value::RawValue;

/// A request to a phone.
pub struct Challenge<'c> {
    /// What it is known by.
    pub nonce: &'c Nonce,
    /// Which entry of the app it is for.
    pub serial: &'c Serial,
    /// Where the phone answers.
    pub address: &'c Address,
    /// The first line.
    pub title: &'c Shown,
    /// What is asked.
    pub question: &'c Shown,
    /// The numbers of which the user chooses one; none where the request is accepted as a whole.
    pub options: &'c [String],
}

/// A request as it is sent: signed, in JSON.
#[derive(Clone)]
pub struct SignedChallenge(Box<RawValue>);

/// What the host understands of an answer, as canonical JSON (RFC 8785).
const CAPABILITIES: &str = r#"{"decline_reason":true}"#;

/// The members that the app reads, all of them strings: `capabilities`, too.
#[derive(Serialize)]
struct Members<'m> {
    nonce: &'m str,
    question: &'m str,
    title: &'m str,
    serial: &'m str,
    url: &'m str,
    sslverify: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    require_presence: Option<&'m str>,
    signature: &'m str,
    capabilities: &'m str,
    capabilities_signature: &'m str,
}

impl Challenge<'_> {
    /// Signs the request. It takes two signatures.
    pub fn sign(&self, key: &HostKey) -> SignedChallenge {
        let options = self.options.join(",");
        let members = Members {
            nonce: self.nonce.as_str(),
            question: self.question.as_str(),
            title: self.title.as_str(),
            serial: self.serial.as_str(),
            url: self.address.as_str(),
            sslverify: "1",
            require_presence: (!options.is_empty()).then_some(&options),
            signature: &key.sign(&self.signed_text(&options)),
            capabilities: CAPABILITIES,
            capabilities_signature: &key.sign(&self.signed_capabilities()),
        };
        let json = RawValue::from_string(crate::ascii::json(&members));
        SignedChallenge(json.expect("what was just written is JSON"))
    }

    fn signed_text(&self, options: &str) -> String {
        let mut text = [
            self.nonce.as_str(),
            self.address.as_str(),
            self.serial.as_str(),
            self.question.as_str(),
            self.title.as_str(),
            "1",
        ]
        .join("|");
        if !options.is_empty() {
            text.push('|');
            text.push_str(options);
        }
        text
    }

    /// The canonical JSON (RFC 8785) of the capabilities and the nonce: a nonce has no character that
    /// is escaped.
    fn signed_capabilities(&self) -> String {
        format!(
            r#"{{"capabilities":{CAPABILITIES},"nonce":"{}"}}"#,
            self.nonce.as_str()
        )
    }
}

impl SignedChallenge {
    /// The request as JSON in ASCII.
    pub fn as_json(&self) -> &str {
        self.0.get()
    }

    /// Takes a request that another process signed.
    ///
    /// # Errors
    /// [`crate::Error::Malformed`] if it is not JSON in ASCII.
    pub fn from_json(text: String) -> Result<Self, crate::Error> {
        let malformed = crate::Error::Malformed("a request is an object of JSON in ASCII");
        if !text.is_ascii() || !text.starts_with('{') {
            return Err(malformed);
        }
        RawValue::from_string(text).map(Self).map_err(|_| malformed)
    }

    pub(crate) fn raw(&self) -> &RawValue {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sha256_of;

    #[test]
    fn what_is_signed_is_what_the_app_checks() {
        let nonce = Nonce::parse("AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT").unwrap();
        let challenge = Challenge {
            nonce: &nonce,
            serial: &Serial::parse("SI7Q4M2KX9TBWC3H").unwrap(),
            address: &Address::parse("https://push.example.org/p").unwrap(),
            title: &Shown::new("Sign-in to build1"),
            question: &Shown::new("sshd on build1 from 203.0.113.7 as alice"),
            options: &[],
        };
        let begins = |text: &str, digest| assert!(sha256_of(text).starts_with(digest), "{text}");
        begins(&challenge.signed_text(""), "712973e1aaaba3b9");
        let options = "07,12,23,38,41,56,60,77,89,94";
        begins(&challenge.signed_text(options), "7ae70bb090d4a282");
        begins(&challenge.signed_capabilities(), "0f7937b6a3f07a76");
    }
}
