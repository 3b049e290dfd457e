//! The JSON in which clients answer (WebAuthn Level 3 section 5.1.8).

use crate::{CredentialId, Error, Transport, Transports};
use data_encoding::BASE64URL_NOPAD;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

/// The longest answer that is read.
const LONGEST: usize = 64 * 1024;

/// An answer: `RegistrationResponseJSON` or `AuthenticationResponseJSON`. Unknown members are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer<R> {
    id: Base64Url,
    raw_id: Base64Url,
    #[serde(rename = "type")]
    kind: String,
    /// What differs between the two.
    pub(crate) response: R,
    /// What the client says of extensions.
    #[serde(default)]
    pub(crate) client_extension_results: ExtensionResults,
}

/// The answer to creation options.
#[derive(Debug, Deserialize)]
pub(crate) struct AttestationResponse {
    /// The client data.
    #[serde(rename = "clientDataJSON")]
    pub(crate) client_data: Base64Url,
    /// The attestation object.
    #[serde(rename = "attestationObject")]
    pub(crate) attestation_object: Base64Url,
    #[serde(default)]
    transports: Vec<String>,
}

/// The answer to request options.
#[derive(Debug, Deserialize)]
pub(crate) struct AssertionResponse {
    /// The client data.
    #[serde(rename = "clientDataJSON")]
    pub(crate) client_data: Base64Url,
    /// The authenticator data.
    #[serde(rename = "authenticatorData")]
    pub(crate) authenticator_data: Base64Url,
    /// The signature.
    pub(crate) signature: Base64Url,
    #[serde(rename = "userHandle", default)]
    user_handle: Option<Base64Url>,
}

/// What a client says of the extensions that it was asked for. Others are ignored.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ExtensionResults {
    #[serde(rename = "credProps", default)]
    properties: Option<Properties>,
}

#[derive(Debug, Deserialize)]
struct Properties {
    #[serde(rename = "rk", default)]
    discoverable: Option<bool>,
}

/// Bytes in base64url without padding.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Base64Url(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes());
        bytes
            .map(Self)
            .map_err(|_| D::Error::custom("no base64url"))
    }
}

impl<R: DeserializeOwned> Answer<R> {
    /// Reads an answer.
    pub(crate) fn read(json: &str) -> Result<Self, Error> {
        if json.len() > LONGEST {
            return Err(Error::WrongAssertion("the answer is too long"));
        }
        let answer: Self = serde_json::from_str(json)
            .map_err(|_| Error::WrongAssertion("the answer is malformed"))?;
        if answer.kind != "public-key" {
            return Err(Error::WrongAssertion("the answer is of no public key"));
        }
        if answer.id != answer.raw_id {
            return Err(Error::WrongAssertion("the answer names two credentials"));
        }
        Ok(answer)
    }

    /// The id of the credential that answers.
    pub(crate) fn credential(&mut self) -> Result<CredentialId, Error> {
        CredentialId::new(std::mem::take(&mut self.raw_id.0)).map_err(Error::of_response)
    }
}

impl AttestationResponse {
    /// How the key can be reached, as far as known transports are named.
    pub(crate) fn transports(&self) -> Transports {
        let transports = self.transports.iter();
        transports
            .filter_map(|name| Transport::named(name))
            .collect()
    }
}

impl AssertionResponse {
    /// The user handle. Some clients write an empty one where the key gave none.
    pub(crate) fn user_handle(&self) -> Option<&[u8]> {
        let handle = self.user_handle.as_ref().map(|handle| &handle.0[..]);
        handle.filter(|handle| !handle.is_empty())
    }
}

impl ExtensionResults {
    /// Whether the credential was stored on the key, where the client knows.
    pub(crate) fn discoverable(&self) -> Option<bool> {
        self.properties.as_ref()?.discoverable
    }
}
