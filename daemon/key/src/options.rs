//! `WebAuthn` options (Level 3, 5.4, 5.5 and 5.1.8 to 5.1.10): of them what a key has to be told. What they
//! have besides is passed over, as the standard wants it.

use ctap_hid_fido2::fidokey::get_assertion::get_assertion_params::Assertion;
use data_encoding::BASE64URL_NOPAD;
use secinfo_webauthn::PublicKey;
use secinfo_wire::key::{Failure, Known};
use serde::{Deserialize, Deserializer, de};
use std::collections::HashMap;

/// Bytes that stand in JSON as base64url without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes());
        bytes.map(Self).map_err(de::Error::custom)
    }
}

/// A credential that options name.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: Bytes,
}

/// The options of an assertion.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestOptions {
    /// As it stands in the options: so it stands in the client data.
    pub(crate) challenge: String,
    pub(crate) rp_id: String,
    pub(crate) allow_credentials: Vec<Listed>,
}

/// The public keys of credentials, where who asks knows them.
pub(crate) struct KnownKeys(Option<HashMap<Vec<u8>, PublicKey>>);

impl KnownKeys {
    /// Reads them.
    pub(crate) fn parse(known: &[Known]) -> Result<Self, Failure> {
        let decoded = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        let read = known.iter().map(|known| {
            let public_key = PublicKey::from_cose(&decoded(&known.public_key)?).ok()?;
            Some((decoded(&known.id)?, public_key))
        });
        let keys: Option<HashMap<_, _>> = read.collect();
        let keys = keys.ok_or(Failure::BadRequest)?;
        Ok(Self((!keys.is_empty()).then_some(keys)))
    }

    /// Whether what a device has signed shows that it holds the credential with this id. Of one whose public
    /// key is not known nothing shows it; where none is known, its word is taken.
    pub(crate) fn prove(&self, id: &[u8], signed: &Assertion, client_data: &[u8]) -> bool {
        let Some(keys) = &self.0 else {
            return true;
        };
        keys.get(id).is_some_and(|key| {
            let (data, signature) = (&signed.auth_data, &signed.signature);
            key.verify_assertion(data, client_data, signature).is_ok()
        })
    }

    /// None.
    pub(crate) const NONE: Self = Self(None);
}

/// The options of a registration.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreationOptions {
    pub(crate) challenge: String,
    pub(crate) rp: RelyingParty,
    pub(crate) user: User,
    pub(crate) pub_key_cred_params: Vec<Parameters>,
    #[serde(default)]
    pub(crate) exclude_credentials: Vec<Listed>,
    #[serde(default)]
    pub(crate) attestation: Option<String>,
    #[serde(default)]
    pub(crate) extensions: Extensions,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RelyingParty {
    pub(crate) id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) id: Bytes,
    pub(crate) name: String,
    pub(crate) display_name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    pub(crate) alg: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Extensions {
    pub(crate) cred_props: bool,
    pub(crate) credential_protection_policy: Option<String>,
}

impl RequestOptions {
    /// Reads them, one for each RP ID. Without a credential none is read.
    pub(crate) fn parse(options: &[String]) -> Result<Vec<Self>, Failure> {
        let read = options.iter().map(|options| {
            let options: Self = serde_json::from_str(options).map_err(|_| Failure::BadRequest)?;
            if options.allow_credentials.is_empty() {
                return Err(Failure::BadRequest);
            }
            Ok(options)
        });
        read.collect()
    }

    pub(crate) fn client_data(&self) -> String {
        client_data("webauthn.get", &self.challenge, &self.rp_id)
    }
}

impl CreationOptions {
    pub(crate) fn parse(options: &str) -> Result<Self, Failure> {
        serde_json::from_str(options).map_err(|_| Failure::BadRequest)
    }

    pub(crate) fn client_data(&self) -> String {
        client_data("webauthn.create", &self.challenge, &self.rp.id)
    }

    /// Whether what the key says of its making is asked for.
    pub(crate) fn wants_attestation(&self) -> bool {
        matches!(self.attestation.as_deref(), Some("direct" | "enterprise"))
    }
}

/// The client data, in the order of members that the standard gives (5.8.1.1). No page on the web has this
/// origin.
fn client_data(kind: &str, challenge: &str, rp_id: &str) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    format!(
        r#"{{"type":{},"challenge":{},"origin":{},"crossOrigin":false}}"#,
        text(kind),
        text(challenge),
        text(&format!("secinfo://{rp_id}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_standard_adds_is_passed_over() {
        let options = r#"{"challenge":"AAAA","rpId":"host.example","timeout":60000,"hints":["security-key"],
            "allowCredentials":[{"type":"public-key","id":"_-8","transports":["usb"]}],"new":{}}"#;
        let read = RequestOptions::parse(&[options.to_owned()]).expect("options");
        assert_eq!(read[0].allow_credentials[0].id, Bytes(vec![0xFF, 0xEF]));
        assert_eq!(
            read[0].client_data(),
            r#"{"type":"webauthn.get","challenge":"AAAA","origin":"secinfo://host.example","crossOrigin":false}"#
        );
    }

    #[test]
    fn options_that_name_no_credential_ask_nobody() {
        for options in [
            r#"{"challenge":"AAAA","rpId":"host.example","allowCredentials":[]}"#,
            r#"{"challenge":"AAAA","rpId":"host.example"}"#,
            r#"{"challenge":"AAAA","rpId":"host.example","allowCredentials":[{"id":"+/8="}]}"#,
            "",
        ] {
            let read = RequestOptions::parse(&[options.to_owned()]);
            assert_eq!(read.err(), Some(Failure::BadRequest), "{options}");
        }
    }
}
