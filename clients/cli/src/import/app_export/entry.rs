//! One entry of an export.

use crate::import::codes::Codes;
use secinfo_domain::Algorithm;
use secinfo_terminal::text::visible;
use secinfo_typed::base32;
use zeroize::Zeroizing;

/// A one-time password as an export describes it, with values that make codes. It has no `Debug`: it
/// holds the secret.
pub struct Entry {
    /// Who issued it; may be empty.
    pub issuer: String,
    /// The account that it is for; may be empty.
    pub account: String,
    /// Its secret.
    pub secret: Zeroizing<Vec<u8>>,
    /// How its codes are made.
    pub codes: Codes,
    /// How many digits they have: 6 or 8.
    pub digits: u8,
    /// The hash.
    pub algorithm: Algorithm,
}

/// An entry as it stands in the file. What is missing has the value that all apps take then.
#[derive(Default)]
pub(super) struct Described {
    pub(super) issuer: String,
    pub(super) account: String,
    /// `totp` or `hotp`, in any case.
    pub(super) kind: String,
    pub(super) secret: SecretText,
    pub(super) algorithm: Option<String>,
    pub(super) digits: Option<i64>,
    pub(super) period: Option<i64>,
    pub(super) counter: Option<i64>,
}

/// A secret as it stands in the file.
pub(super) enum SecretText {
    Base32(Zeroizing<String>),
    Bytes(Zeroizing<Vec<u8>>),
    /// In an encoding that it does not fit.
    Malformed,
}

impl Default for SecretText {
    fn default() -> Self {
        Self::Bytes(Zeroizing::default())
    }
}

impl Entry {
    /// What it is called in messages.
    pub fn name(&self) -> String {
        visible(&name(&self.issuer, &self.account))
    }
}

impl Described {
    pub(super) fn name(&self) -> String {
        name(&self.issuer, &self.account)
    }

    /// # Errors
    /// A sentence that says what cannot be taken.
    pub(super) fn entry(self) -> Result<Entry, String> {
        let codes = if self.kind.eq_ignore_ascii_case("totp") {
            let period = self.period.unwrap_or(30);
            let period = u16::try_from(period)
                .ok()
                .filter(|period| (1..=300).contains(period));
            Codes::ByTime(period.ok_or("its codes do not change every 1 to 300 seconds")?)
        } else if self.kind.eq_ignore_ascii_case("hotp") {
            let counter = u64::try_from(self.counter.unwrap_or(0));
            Codes::ByCounter(counter.map_err(|_| "its counter is below 0")?)
        } else {
            return Err(format!(
                "codes of the kind {:?} are not supported: TOTP and HOTP are",
                excerpt(&self.kind)
            ));
        };
        let digits = match self.digits {
            None | Some(6) => 6,
            Some(8) => 8,
            Some(_) => return Err("its codes have other than 6 or 8 digits".to_owned()),
        };
        let algorithm = self.algorithm.as_deref().unwrap_or("SHA1");
        let plain: String = algorithm
            .to_ascii_uppercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let plain = plain.strip_prefix("HMAC").unwrap_or(&plain);
        let algorithm = plain.parse().map_err(|_| {
            format!(
                "its hash {:?} is none of SHA1, SHA256 and SHA512",
                excerpt(algorithm)
            )
        })?;
        let secret = match self.secret {
            SecretText::Base32(text) => base32(&text),
            SecretText::Bytes(bytes) => Some(bytes).filter(|bytes| !bytes.is_empty()),
            SecretText::Malformed => None,
        };
        Ok(Entry {
            issuer: self.issuer,
            account: self.account,
            secret: secret.ok_or("its secret cannot be read")?,
            codes,
            digits,
            algorithm,
        })
    }
}

fn name(issuer: &str, account: &str) -> String {
    match (issuer.trim(), account.trim()) {
        ("", "") => "an entry without a name".to_owned(),
        ("", account) => account.to_owned(),
        (issuer, "") => issuer.to_owned(),
        (issuer, account) => format!("{issuer} ({account})"),
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(20).collect()
}
