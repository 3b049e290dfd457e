//! What security keys and the clients beside them answer.
//!
//! The session is that of an example of the standard, so that its answers are right ones to begin with:
//! a key that verified its user, and is attested by a root.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use secinfo_webauthn::{
    Accepts, Asserted, Assertion, Attestation, Challenge, Error, KnownCredential, Origins,
    PublicKey, Registered, Registration, Root, RpId, Synced, UserHandle,
};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// 2026-01-01.
const NOW: u64 = 1_767_225_600;

/// The tag and length of the authenticator data in the example's attestation object, which ends with it.
const DATA: [u8; 2] = [0x58, 0xa4];

struct Example {
    rp_id: RpId,
    origins: Origins,
    user_handle: UserHandle,
    roots: Vec<Root>,
    created: Ceremony,
    asserted: Ceremony,
    /// The attestation object.
    object: Vec<u8>,
}

struct Ceremony {
    challenge: [u8; 32],
    client_data: Vec<u8>,
}

static EXAMPLE: LazyLock<Example> = LazyLock::new(|| {
    let file = include_str!("../../daemon/webauthn/vectors/w3c.json");
    let file: Value = serde_json::from_str(file).expect("the file is JSON");
    let vectors = file["vectors"].as_array().expect("there are examples");
    let vector = vectors
        .iter()
        .find(|vector| vector["name"] == "packed-es256");
    let vector = vector.expect("the example is there");
    let bytes = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        HEXLOWER.decode(text.as_bytes()).expect("it is hexadecimal")
    };
    let ceremony = |name: &str| Ceremony {
        challenge: bytes(&vector[name]["challenge"])
            .try_into()
            .expect("a challenge has 32 bytes"),
        client_data: bytes(&vector[name]["clientDataJSON"]),
    };
    let root = BASE64.encode(&bytes(&file["root"]));
    let root = format!("-----BEGIN CERTIFICATE-----\n{root}\n-----END CERTIFICATE-----\n");
    Example {
        rp_id: RpId::parse("example.org").expect("it is a domain"),
        origins: Origins::parse(&["https://example.org"]).expect("it is an origin"),
        user_handle: UserHandle::new(vec![1]).expect("one byte is enough"),
        roots: Root::read_pem(root.as_bytes()).expect("it is a certificate"),
        created: ceremony("registration"),
        asserted: ceremony("assertion"),
        object: bytes(&vector["registration"]["attestationObject"]),
    }
});

/// The credential of the example.
static CREDENTIAL: LazyLock<KnownCredential> = LazyLock::new(|| {
    let registered = register(&registration(&EXAMPLE.object), &Attestation::NotRequired);
    registered.expect("the example is right").credential
});

/// Verifies an answer as a registration and as an assertion.
pub(crate) fn answers(input: &[u8]) {
    let Ok(json) = str::from_utf8(input) else {
        return;
    };
    check_registered(register(json, &Attestation::NotRequired));
    let required = Attestation::Required {
        roots: EXAMPLE.roots.clone(),
        models: None,
    };
    if let Ok(registered) = register(json, &required) {
        assert!(registered.attested);
    }
    check_asserted(assert(json));
}

/// Verifies a registration with this attestation object.
pub(crate) fn attestation_object(input: &[u8]) {
    check_registered(register(&registration(input), &Attestation::NotRequired));
}

/// Verifies a registration whose statement has this certificate, and reads it as a file of roots.
pub(crate) fn certificate(input: &[u8]) {
    if let Ok(roots) = Root::read_pem(input) {
        assert!(!roots.is_empty());
    }
    let verified = register(&with_certificate(input), &Attestation::NotRequired);
    assert!(verified.is_err(), "an empty signature is of no certificate");
}

/// Verifies an assertion over this authenticator data.
pub(crate) fn authenticator_data(input: &[u8]) {
    assert!(
        assert(&over_data(input)).is_err(),
        "an empty signature is of no key"
    );
}

/// Reads a public key. It is written in the bytes that it was read from.
pub(crate) fn public_key(input: &[u8]) {
    if let Ok(key) = PublicKey::from_cose(input) {
        assert_eq!(key.to_cose(), input);
    }
}

/// A registration whose statement has this certificate, as far as one fits, and an empty signature.
fn with_certificate(der: &[u8]) -> String {
    let data = EXAMPLE.object.windows(2).rposition(|bytes| bytes == DATA);
    let data = &EXAMPLE.object[data.expect("it ends with authenticator data")..];
    let der = &der[..der.len().min(usize::from(u16::MAX))];
    let [.., high, low] = der.len().to_be_bytes();
    let head = match (high, low) {
        (0, 0..24) => vec![0x40 | low],
        (0, _) => vec![0x58, low],
        _ => vec![0x59, high, low],
    };
    let object = [
        b"\xa3\x63fmt\x66packed\x67attStmt\xa3\x63alg\x26\x63sig\x40\x63x5c\x81",
        &head[..],
        der,
        b"\x68authData",
        data,
    ];
    registration(&object.concat())
}

/// An assertion over this authenticator data, with an empty signature.
fn over_data(data: &[u8]) -> String {
    let id = BASE64URL_NOPAD.encode(CREDENTIAL.id.as_bytes());
    json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": {
            "clientDataJSON": BASE64URL_NOPAD.encode(&EXAMPLE.asserted.client_data),
            "authenticatorData": BASE64URL_NOPAD.encode(data),
            "signature": "",
        },
    })
    .to_string()
}

/// A registration with this attestation object.
fn registration(object: &[u8]) -> String {
    // The id stands behind the flags, the counter, the model and its length.
    let id = object
        .windows(2)
        .position(|bytes| bytes == DATA)
        .and_then(|start| object.get(start + 57..start + 89))
        .unwrap_or(&[0]);
    let id = BASE64URL_NOPAD.encode(id);
    json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": {
            "clientDataJSON": BASE64URL_NOPAD.encode(&EXAMPLE.created.client_data),
            "attestationObject": BASE64URL_NOPAD.encode(object),
        },
    })
    .to_string()
}

fn register(json: &str, attestation: &Attestation) -> Result<Registered, Error> {
    Registration {
        challenge: Challenge::new(EXAMPLE.created.challenge),
        rp_id: &EXAMPLE.rp_id,
        user_handle: &EXAMPLE.user_handle,
        accepts: Accepts::Web(&EXAMPLE.origins),
        synced: Synced::Allow,
        attestation,
        now: NOW,
    }
    .verify(json)
}

fn assert(json: &str) -> Result<Asserted, Error> {
    Assertion {
        challenge: Challenge::new(EXAMPLE.asserted.challenge),
        accepts: Accepts::Web(&EXAMPLE.origins),
        credentials: std::slice::from_ref(&*CREDENTIAL),
    }
    .verify(json)
}

/// What is registered can be stored and read again; what is refused is no fault of the settings.
fn check_registered(registered: Result<Registered, Error>) {
    match registered {
        Ok(registered) => {
            let key = registered.credential.public_key;
            assert_eq!(PublicKey::from_cose(&key.to_cose()), Ok(key));
        }
        Err(error) => check_class(&error),
    }
}

fn check_asserted(asserted: Result<Asserted, Error>) {
    match asserted {
        Ok(asserted) => assert_eq!(asserted.credential, 0),
        Err(error) => check_class(&error),
    }
}

fn check_class(error: &Error) {
    assert!(
        matches!(
            error,
            Error::WrongAssertion(_) | Error::UserVerificationMissing | Error::KeyNotAllowed(_)
        ),
        "{error:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_put_together_is_read_up_to_its_signature() {
        let certificate = include_bytes!("../corpus/security-key-certificate/packed");
        let refusal = register(&with_certificate(certificate), &Attestation::NotRequired);
        assert_eq!(
            refusal,
            Err(Error::WrongAssertion(
                "the signature is not of the certificate"
            ))
        );
        let data = include_bytes!("../corpus/security-key-data/assertion");
        assert_eq!(
            assert(&over_data(data)),
            Err(Error::WrongAssertion(
                "the signature is not of this public key"
            ))
        );
    }
}
