//! What the client signs with: the JSON of client data (WebAuthn Level 3 section 5.8.1).

use crate::{Accepts, Challenge, Error, RpId};
use data_encoding::BASE64URL_NOPAD;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use std::collections::HashSet;
use std::fmt;

/// The longest client data that is read.
const LONGEST: usize = 4096;

/// Which of the two ceremonies client data is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ceremony {
    /// A registration.
    Create,
    /// An assertion.
    Get,
}

impl Ceremony {
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// Verifies client data (WebAuthn Level 3 section 7.1 steps 5 to 11, section 7.2 steps 8 to 14).
pub(crate) fn verify(
    json: &[u8],
    ceremony: Ceremony,
    challenge: &Challenge,
    accepts: Accepts<'_>,
    rp_id: &RpId,
) -> Result<(), Error> {
    if json.len() > LONGEST {
        return Err(Error::WrongAssertion("the client data is too long"));
    }
    // All of it has to be UTF-8; serde_json would not look at what is ignored.
    let json =
        str::from_utf8(json).map_err(|_| Error::WrongAssertion("the client data is not UTF-8"))?;
    let client_data: ClientData = serde_json::from_str(json)
        .map_err(|_| Error::WrongAssertion("the client data is malformed"))?;
    if client_data.ceremony != ceremony.name() {
        return Err(Error::WrongAssertion(
            "the client data is of the other ceremony",
        ));
    }
    if client_data.challenge != BASE64URL_NOPAD.encode(challenge.as_bytes()) {
        return Err(Error::WrongAssertion("the challenge is another"));
    }
    if client_data.is_framed {
        return Err(Error::WrongAssertion(
            "the client is in a frame of another origin",
        ));
    }
    if !accepts.accepts(&client_data.origin, rp_id) {
        return Err(Error::WrongAssertion("the origin is not accepted"));
    }
    Ok(())
}

struct ClientData {
    ceremony: String,
    challenge: String,
    origin: String,
    /// Its `crossOrigin` is true, or it has a `topOrigin`.
    is_framed: bool,
}

impl<'de> Deserialize<'de> for ClientData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = ClientData;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("client data")
    }

    /// Unknown members are ignored, as the standard asks for; none may be there twice.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ClientData, A::Error> {
        let (mut ceremony, mut challenge, mut origin) = (None, None, None);
        let mut is_framed = false;
        let mut seen = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            match &*name {
                "type" => ceremony = Some(map.next_value()?),
                "challenge" => challenge = Some(map.next_value()?),
                "origin" => origin = Some(map.next_value()?),
                "crossOrigin" => is_framed |= map.next_value::<bool>()?,
                "topOrigin" => {
                    map.next_value::<IgnoredAny>()?;
                    is_framed = true;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            if !seen.insert(name) {
                return Err(A::Error::custom("a member is there twice"));
            }
        }
        Ok(ClientData {
            ceremony: ceremony.ok_or_else(|| A::Error::missing_field("type"))?,
            challenge: challenge.ok_or_else(|| A::Error::missing_field("challenge"))?,
            origin: origin.ok_or_else(|| A::Error::missing_field("origin"))?,
            is_framed,
        })
    }
}
