//! RP IDs.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest domain name in text form (RFC 1035 section 2.3.4).
const LONGEST: usize = 253;

/// The name of a relying party, which its credentials are bound to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RpId(String);

impl RpId {
    /// Reads an RP ID that browsers take as well: a domain name in lower case, never an IP address
    /// (WebAuthn Level 3 section 4, "RP ID").
    pub fn parse(text: &str) -> Result<Self, Error> {
        if !text.split('.').all(is_label) || text.len() > LONGEST {
            return Err(Error::RpId("an RP ID is a domain name in lower case"));
        }
        let last = text.rsplit('.').next().unwrap_or_default();
        if last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::RpId("an RP ID is a domain name and no IP address"));
        }
        Ok(Self(text.to_owned()))
    }

    /// Reads the RP ID of a credential that another program made, such as `pam://host` of `pam_u2f`.
    /// Where it is no domain, no browser can use the credential.
    pub fn imported(text: &str) -> Result<Self, Error> {
        let is_printed = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > LONGEST || !is_printed {
            return Err(Error::RpId(
                "an RP ID has 1 to 253 characters of ASCII without blanks",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The RP ID as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The origin of clients that are no browser. No browser can produce it.
    pub fn local_origin(&self) -> String {
        format!("secinfo://{self}")
    }
}

fn is_label(label: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(is_inside)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl TryFrom<String> for RpId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::imported(&text)
    }
}

impl From<RpId> for String {
    fn from(rp_id: RpId) -> Self {
        rp_id.0
    }
}

impl fmt::Display for RpId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
