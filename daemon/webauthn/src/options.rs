//! The options that ask a client for a registration or an assertion, as WebAuthn's own JSON (Level 3
//! sections 5.1.8 to 5.1.10).

use crate::{Algorithm, Attestation, Challenge, CredentialId, Described, RpId, UserHandle};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use std::time::Duration;

/// A registration to ask for.
#[derive(Debug)]
pub struct Creation<'a> {
    /// The RP ID.
    pub rp_id: &'a RpId,
    /// The host as people call it.
    pub rp_name: &'a str,
    /// The user, without a name.
    pub user_handle: &'a UserHandle,
    /// The name of the account, which clients show.
    pub user_name: &'a str,
    /// The challenge.
    pub challenge: &'a Challenge,
    /// The credentials that the user has: a key that holds one of them is not registered again.
    pub exclude: &'a [Described<'a>],
    /// What the key has to show.
    pub attestation: &'a Attestation,
    /// How long the client waits.
    pub timeout: Duration,
}

/// An assertion to ask for.
#[derive(Debug)]
pub struct Request<'a> {
    /// The RP ID of the credentials.
    pub rp_id: &'a RpId,
    /// The challenge.
    pub challenge: &'a Challenge,
    /// The credentials, any of which may answer.
    pub allow: &'a [Described<'a>],
    /// How long the client waits.
    pub timeout: Duration,
}

/// A `PublicKeyCredentialCreationOptionsJSON`: a credential on a security key, with user verification,
/// not discoverable where the key has the choice.
pub fn creation_options(creation: &Creation<'_>) -> String {
    let algorithms = Algorithm::OFFERED
        .map(|algorithm| json!({"type": "public-key", "alg": algorithm.number()}));
    let attestation = match creation.attestation {
        Attestation::NotRequired => "none",
        Attestation::Required { .. } => "direct",
    };
    json!({
        "rp": {"id": creation.rp_id, "name": creation.rp_name},
        "user": {
            "id": BASE64URL_NOPAD.encode(creation.user_handle.as_bytes()),
            "name": creation.user_name,
            "displayName": creation.user_name,
        },
        "challenge": BASE64URL_NOPAD.encode(creation.challenge.as_bytes()),
        "pubKeyCredParams": algorithms,
        "timeout": milliseconds(creation.timeout),
        "excludeCredentials": descriptors(creation.exclude),
        "authenticatorSelection": {
            "authenticatorAttachment": "cross-platform",
            "residentKey": "discouraged",
            "requireResidentKey": false,
            "userVerification": "required",
        },
        "hints": ["security-key"],
        "attestation": attestation,
        "extensions": {
            "credProps": true,
            "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList",
            "enforceCredentialProtectionPolicy": false,
        },
    })
    .to_string()
}

/// A `PublicKeyCredentialRequestOptionsJSON`: an assertion by one of the credentials, with user
/// verification.
pub fn request_options(request: &Request<'_>) -> String {
    json!({
        "challenge": BASE64URL_NOPAD.encode(request.challenge.as_bytes()),
        "timeout": milliseconds(request.timeout),
        "rpId": request.rp_id,
        "allowCredentials": descriptors(request.allow),
        "userVerification": "required",
        "hints": ["security-key"],
    })
    .to_string()
}

fn descriptors(credentials: &[Described<'_>]) -> Vec<Value> {
    let id = |id: &CredentialId| BASE64URL_NOPAD.encode(id.as_bytes());
    let descriptors = credentials.iter().map(|described| {
        json!({
            "type": "public-key",
            "id": id(described.id),
            "transports": described.transports,
        })
    });
    descriptors.collect()
}

fn milliseconds(timeout: Duration) -> u64 {
    u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX)
}
