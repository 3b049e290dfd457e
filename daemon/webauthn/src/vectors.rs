//! The examples of the standard itself (`vectors/w3c.json`).
//!
//! In most of them the key did not verify its user, or the credential can be synchronized: each is
//! verified without these two rules, and then as a host verifies it.

use crate::attestation::{AttestationObject, Shown};
use crate::authenticator_data::AuthenticatorData;
use crate::client_data::{self, Ceremony};
use crate::{
    Accepts, Assertion, Attestation, Challenge, Error, KnownCredential, NotAllowed, Origins,
    PublicKey, Registration, Root, RpId, Synced, UserHandle,
};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::json;

/// 2026-01-01.
const NOW: u64 = 1_767_225_600;

#[derive(Deserialize)]
struct File {
    root: String,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    registration: RegistrationVector,
    assertion: AssertionVector,
}

#[derive(Deserialize)]
struct RegistrationVector {
    challenge: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation_object: String,
}

#[derive(Deserialize)]
struct AssertionVector {
    challenge: String,
    #[serde(rename = "authenticatorData")]
    authenticator_data: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    signature: String,
}

fn file() -> File {
    serde_json::from_str(include_str!("../vectors/w3c.json")).unwrap()
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    HEXLOWER.decode(hexadecimal.as_bytes()).unwrap()
}

/// The first 32 bytes: one of the examples has a challenge of 128.
fn challenge(hexadecimal: &str) -> Challenge {
    Challenge::new(*bytes(hexadecimal).first_chunk().unwrap())
}

fn rp_id() -> RpId {
    RpId::parse("example.org").unwrap()
}

fn origins() -> Origins {
    Origins::parse(&["https://example.org"]).unwrap()
}

fn required(file: &File) -> Attestation {
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        BASE64.encode(&bytes(&file.root))
    );
    Attestation::Required {
        roots: Root::read_pem(pem.as_bytes()).unwrap(),
        models: None,
    }
}

/// Verifies a pair of registration and assertion but for user verification, synchronization and what
/// algorithms are offered. Returns how the key was attested: by nothing, itself or the root.
fn verify(file: &File, vector: &Vector) -> Result<&'static str, Error> {
    let (rp_id, origins) = (rp_id(), origins());
    let accepts = Accepts::Web(&origins);
    let registration = &vector.registration;
    let client_data = bytes(&registration.client_data);
    let asked = challenge(&registration.challenge);
    client_data::verify(&client_data, Ceremony::Create, &asked, accepts, &rp_id)?;
    let object = bytes(&registration.attestation_object);
    let mut object = AttestationObject::read(&object)?;
    let made = object.data.credential.take().unwrap();
    let backup = object.data.backup;
    let shown = object.verify(&made, digest(&SHA256, &client_data).as_ref())?;
    let attested = match &shown {
        Shown::Nothing => "nothing",
        Shown::Itself => "itself",
        Shown::Certificates(_) | Shown::U2fCertificates(_) => {
            assert!(required(file).judge(&shown, made.aaguid, NOW)?);
            "root"
        }
    };

    let assertion = &vector.assertion;
    let client_data = bytes(&assertion.client_data);
    let asked = challenge(&assertion.challenge);
    client_data::verify(&client_data, Ceremony::Get, &asked, accepts, &rp_id)?;
    let data = bytes(&assertion.authenticator_data);
    let data = AuthenticatorData::read(&data)?;
    assert_eq!(data.backup.is_eligible(), backup.is_eligible());
    let message = [data.raw, digest(&SHA256, &client_data).as_ref()].concat();
    made.public_key
        .verify(&message, &bytes(&assertion.signature))?;
    Ok(attested)
}

/// A registration as a client writes it.
fn registration_json(vector: &RegistrationVector) -> String {
    let object = bytes(&vector.attestation_object);
    let made = AttestationObject::read(&object).unwrap().data.credential;
    let id = BASE64URL_NOPAD.encode(made.unwrap().id.as_bytes());
    json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": {
            "clientDataJSON": BASE64URL_NOPAD.encode(&bytes(&vector.client_data)),
            "attestationObject": BASE64URL_NOPAD.encode(&object),
        },
        "clientExtensionResults": {},
    })
    .to_string()
}

#[test]
fn the_examples_of_our_formats_and_algorithms_verify() {
    let file = file();
    let verified: Vec<_> = file
        .vectors
        .iter()
        .filter_map(|vector| Some((&*vector.name, verify(&file, vector).ok()?)))
        .collect();
    assert_eq!(
        verified,
        [
            ("none-es256", "nothing"),
            ("packed-self-es256", "itself"),
            ("none-es256-long-credential-id", "nothing"),
            ("packed-es256", "root"),
            ("packed-rs256", "root"),
            ("packed-eddsa", "root"),
            ("fido-u2f-es256", "root"),
        ]
    );
}

#[test]
fn the_other_examples_are_refused_for_what_they_show() {
    let file = file();
    let refused: Vec<_> = file
        .vectors
        .iter()
        .filter_map(|vector| {
            let refusal = verify(&file, vector).err()?;
            Some((&*vector.name, refusal.to_string()))
        })
        .collect();
    let framed = "the client is in a frame of another origin";
    let algorithm = "a public key is of an algorithm that is not used";
    let format = "the attestation is of a format that is not used";
    let expected = [
        ("none-es256-crossOrigin", framed),
        ("none-es256-topOrigin", framed),
        ("packed-es384", algorithm),
        // Its challenge is longer than ours are.
        ("packed-es512", "the challenge is another"),
        ("packed-ed448", algorithm),
        ("tpm-es256", format),
        ("android-key-es256", format),
        ("apple-es256", format),
    ];
    assert_eq!(
        refused,
        expected.map(|(name, refusal)| (name, refusal.to_owned()))
    );
    let es512 = file
        .vectors
        .iter()
        .find(|vector| vector.name == "packed-es512");
    let object = bytes(&es512.unwrap().registration.attestation_object);
    let refusal = AttestationObject::read(&object).unwrap_err();
    assert_eq!(refusal, Error::WrongAssertion(algorithm));
}

#[test]
fn a_host_refuses_examples_by_its_own_two_rules() {
    let file = file();
    let (rp_id, origins, handle) = (rp_id(), origins(), UserHandle::new(vec![1]).unwrap());
    let mut refusals = Vec::new();
    for vector in &file.vectors {
        if verify(&file, vector).is_err() {
            continue;
        }
        let json = registration_json(&vector.registration);
        let vector = &vector.registration;
        let registration = Registration {
            challenge: challenge(&vector.challenge),
            rp_id: &rp_id,
            user_handle: &handle,
            accepts: Accepts::Web(&origins),
            synced: Synced::Refuse,
            attestation: &Attestation::NotRequired,
            now: NOW,
        };
        refusals.push(registration.verify(&json).unwrap_err());
    }
    let unverified = Error::UserVerificationMissing;
    let synced = Error::KeyNotAllowed(NotAllowed::Synced);
    let expected = [
        &unverified,
        &synced,
        &unverified,
        &synced,
        &synced,
        &unverified,
        &unverified,
    ];
    assert_eq!(refusals, expected.map(Clone::clone));
}

#[test]
fn a_host_takes_the_example_with_user_verification_where_it_allows_synchronization() {
    let file = file();
    let (rp_id, origins) = (rp_id(), origins());
    let find = |name| file.vectors.iter().find(move |vector| vector.name == name);
    let vector = find("packed-es256").unwrap();
    let attestation = required(&file);
    let handle = UserHandle::new(vec![1]).unwrap();
    let registered = Registration {
        challenge: challenge(&vector.registration.challenge),
        rp_id: &rp_id,
        user_handle: &handle,
        accepts: Accepts::Web(&origins),
        synced: Synced::Allow,
        attestation: &attestation,
        now: NOW,
    }
    .verify(&registration_json(&vector.registration))
    .unwrap();
    assert!(registered.attested);

    let stored = registered.credential.public_key.to_cose();
    let credential = KnownCredential {
        public_key: PublicKey::from_cose(&stored).unwrap(),
        ..registered.credential
    };
    let id = BASE64URL_NOPAD.encode(credential.id.as_bytes());
    let answer = json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": {
            "clientDataJSON": BASE64URL_NOPAD.encode(&bytes(&vector.assertion.client_data)),
            "authenticatorData":
                BASE64URL_NOPAD.encode(&bytes(&vector.assertion.authenticator_data)),
            "signature": BASE64URL_NOPAD.encode(&bytes(&vector.assertion.signature)),
            "userHandle": null,
        },
        "clientExtensionResults": {},
    });
    let asserted = Assertion {
        challenge: challenge(&vector.assertion.challenge),
        accepts: Accepts::Web(&origins),
        credentials: &[credential],
    }
    .verify(&answer.to_string())
    .unwrap();
    assert_eq!((asserted.credential, asserted.sign_count), (0, 0));
}
