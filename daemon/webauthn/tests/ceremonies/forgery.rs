//! Puts registrations and assertions together part by part, so that a test can get one part wrong and
//! sign what it has made. Written on its own: ciborium writes its CBOR.

use ciborium::Value;
use data_encoding::BASE64URL_NOPAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use secinfo_webauthn::{
    Accepts, Asserted, Assertion, Attestation, Challenge, CredentialId, Error, KnownCredential,
    Origins, PublicKey, Registered, Registration, RpId, Synced, UserHandle,
};
use serde_json::json;

pub(crate) const RP_ID: &str = "host.example";
pub(crate) const ORIGIN: &str = "https://host.example";
pub(crate) const LOCAL: &str = "secinfo://host.example";
pub(crate) const CHALLENGE: [u8; 32] = [7; 32];
pub(crate) const USER: &[u8] = b"user handle";
pub(crate) const AAGUID: [u8; 16] = *b"a model of a key";

pub(crate) const PRESENT: u8 = 1;
pub(crate) const VERIFIED: u8 = 1 << 2;
pub(crate) const ELIGIBLE: u8 = 1 << 3;
pub(crate) const BACKED_UP: u8 = 1 << 4;
pub(crate) const ATTESTED: u8 = 1 << 6;
pub(crate) const EXTENSIONS: u8 = 1 << 7;

/// 2026-01-01.
pub(crate) const NOW: u64 = 1_767_225_600;

/// The key pair of a credential.
pub(crate) enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl Pair {
    pub(crate) fn es256() -> Self {
        let (curve, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(curve, &random).unwrap();
        Self::Es256(EcdsaKeyPair::from_pkcs8(curve, pkcs8.as_ref(), &random).unwrap())
    }

    pub(crate) fn ed_dsa() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::EdDsa(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).unwrap();
                signature.as_ref().to_vec()
            }
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    pub(crate) fn algorithm(&self) -> i64 {
        match self {
            Self::Es256(_) => -7,
            Self::EdDsa(_) => -8,
        }
    }

    /// The members of its public key in COSE.
    pub(crate) fn cose(&self) -> Vec<(i64, Value)> {
        match self {
            Self::Es256(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                vec![
                    (1, 2.into()),
                    (3, (-7).into()),
                    (-1, 1.into()),
                    (-2, Value::Bytes(point[..32].to_vec())),
                    (-3, Value::Bytes(point[32..].to_vec())),
                ]
            }
            Self::EdDsa(pair) => vec![
                (1, 1.into()),
                (3, (-8).into()),
                (-1, 6.into()),
                (-2, Value::Bytes(pair.public_key().as_ref().to_vec())),
            ],
        }
    }
}

/// The bytes of a value.
pub(crate) fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// A map from numbers, in the order given.
pub(crate) fn numbered(members: Vec<(i64, Value)>) -> Value {
    let members = members.into_iter();
    Value::Map(members.map(|(key, value)| (key.into(), value)).collect())
}

/// A map from texts, in the order given.
pub(crate) fn named<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter();
    Value::Map(members.map(|(key, value)| (key.into(), value)).collect())
}

fn encoded(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// The client data of a browser.
pub(crate) fn client_data(ceremony: &str, origin: &str) -> String {
    let challenge = encoded(&CHALLENGE);
    json!({"type": ceremony, "challenge": challenge, "origin": origin, "crossOrigin": false})
        .to_string()
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

/// What a statement signs: the authenticator data, and the hash of the client data.
pub(crate) struct Signed {
    pub(crate) data: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl Signed {
    pub(crate) fn message(&self) -> Vec<u8> {
        [&self.data[..], &self.hash].concat()
    }
}

/// A registration that is about to be put together.
pub(crate) struct Made {
    pub(crate) client_data: Vec<u8>,
    pub(crate) rp_id: &'static str,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) aaguid: [u8; 16],
    pub(crate) id: Vec<u8>,
    /// The id that the JSON names; the same if none is given.
    pub(crate) named_id: Option<Vec<u8>>,
    pub(crate) public_key: Vec<u8>,
    /// What follows the public key.
    pub(crate) after: Vec<u8>,
    pub(crate) format: &'static str,
    pub(crate) statement: Box<dyn Fn(&Signed) -> Value>,
}

impl Made {
    /// A right one, by a browser, of a key without attestation.
    pub(crate) fn by(pair: &Pair) -> Self {
        Self {
            client_data: client_data("webauthn.create", ORIGIN).into_bytes(),
            rp_id: RP_ID,
            flags: PRESENT | VERIFIED | ATTESTED,
            sign_count: 0,
            aaguid: AAGUID,
            id: b"credential".to_vec(),
            named_id: None,
            public_key: cbor(&numbered(pair.cose())),
            after: Vec::new(),
            format: "none",
            statement: Box::new(|_| Value::Map(Vec::new())),
        }
    }

    /// The authenticator data.
    pub(crate) fn data(&self) -> Vec<u8> {
        let mut data = hash(self.rp_id.as_bytes());
        data.push(self.flags);
        data.extend(self.sign_count.to_be_bytes());
        if self.flags & ATTESTED != 0 {
            data.extend(self.aaguid);
            data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
            data.extend(&self.id);
            data.extend(&self.public_key);
        }
        data.extend(&self.after);
        data
    }

    /// The attestation object.
    pub(crate) fn object(&self) -> Vec<u8> {
        let signed = Signed {
            data: self.data(),
            hash: hash(&self.client_data),
        };
        cbor(&named([
            ("fmt", self.format.into()),
            ("attStmt", (self.statement)(&signed)),
            ("authData", Value::Bytes(signed.data)),
        ]))
    }

    /// The JSON that a client sends.
    pub(crate) fn json(&self) -> String {
        self.json_with(&self.object())
    }

    /// The same, with another attestation object.
    pub(crate) fn json_with(&self, object: &[u8]) -> String {
        let id = encoded(self.named_id.as_ref().unwrap_or(&self.id));
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": {
                "clientDataJSON": encoded(&self.client_data),
                "attestationObject": encoded(object),
                "transports": ["usb", "nfc", "cable"],
            },
            "clientExtensionResults": {"credProps": {"rk": false}},
        })
        .to_string()
    }

    pub(crate) fn verify(&self) -> Result<Registered, Error> {
        Host::default().register(&self.json())
    }

    /// Why it is refused as wrong.
    pub(crate) fn wrong(&self) -> &'static str {
        wrong(self.verify())
    }
}

/// An assertion that is about to be put together.
pub(crate) struct Given {
    pub(crate) client_data: Vec<u8>,
    pub(crate) rp_id: &'static str,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) after: Vec<u8>,
    pub(crate) id: Vec<u8>,
    pub(crate) user_handle: Option<Vec<u8>>,
}

impl Given {
    /// A right one, by a browser.
    pub(crate) fn right() -> Self {
        Self {
            client_data: client_data("webauthn.get", ORIGIN).into_bytes(),
            rp_id: RP_ID,
            flags: PRESENT | VERIFIED,
            sign_count: 1,
            after: Vec::new(),
            id: b"credential".to_vec(),
            user_handle: Some(USER.to_vec()),
        }
    }

    pub(crate) fn data(&self) -> Vec<u8> {
        let mut data = hash(self.rp_id.as_bytes());
        data.push(self.flags);
        data.extend(self.sign_count.to_be_bytes());
        data.extend(&self.after);
        data
    }

    pub(crate) fn message(&self) -> Vec<u8> {
        [self.data(), hash(&self.client_data)].concat()
    }

    pub(crate) fn json(&self, pair: &Pair) -> String {
        self.json_with(&self.data(), &pair.sign(&self.message()))
    }

    /// The JSON with other authenticator data, or another signature.
    pub(crate) fn json_with(&self, data: &[u8], signature: &[u8]) -> String {
        let id = encoded(&self.id);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": {
                "clientDataJSON": encoded(&self.client_data),
                "authenticatorData": encoded(data),
                "signature": encoded(signature),
                "userHandle": self.user_handle.as_deref().map(encoded),
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    /// Why it is refused as wrong, where the credential's own key signed it.
    pub(crate) fn wrong(&self, pair: &Pair) -> &'static str {
        wrong(Host::default().assert(&[known(pair)], &self.json(pair)))
    }
}

/// A credential that is known, with the id of [`Given::right`].
pub(crate) fn known(pair: &Pair) -> KnownCredential {
    KnownCredential {
        id: CredentialId::new(b"credential".to_vec()).unwrap(),
        public_key: PublicKey::from_cose(&cbor(&numbered(pair.cose()))).unwrap(),
        rp_id: RpId::parse(RP_ID).unwrap(),
        backup_eligible: false,
        user_handle: Some(UserHandle::new(USER.to_vec()).unwrap()),
    }
}

/// What a host allows.
pub(crate) struct Host {
    pub(crate) challenge: [u8; 32],
    /// None: the session is led by the daemon.
    pub(crate) origins: Option<Origins>,
    pub(crate) synced: Synced,
    pub(crate) attestation: Attestation,
    pub(crate) now: u64,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            challenge: CHALLENGE,
            origins: Some(Origins::parse(&[ORIGIN, "https://host.example:9090"]).unwrap()),
            synced: Synced::Refuse,
            attestation: Attestation::NotRequired,
            now: NOW,
        }
    }
}

impl Host {
    fn accepts(&self) -> Accepts<'_> {
        self.origins
            .as_ref()
            .map_or(Accepts::LocalOnly, Accepts::Web)
    }

    pub(crate) fn register(&self, json: &str) -> Result<Registered, Error> {
        Registration {
            challenge: Challenge::new(self.challenge),
            rp_id: &RpId::parse(RP_ID).unwrap(),
            user_handle: &UserHandle::new(USER.to_vec()).unwrap(),
            accepts: self.accepts(),
            synced: self.synced,
            attestation: &self.attestation,
            now: self.now,
        }
        .verify(json)
    }

    pub(crate) fn assert(
        &self,
        credentials: &[KnownCredential],
        json: &str,
    ) -> Result<Asserted, Error> {
        Assertion {
            challenge: Challenge::new(self.challenge),
            accepts: self.accepts(),
            credentials,
        }
        .verify(json)
    }
}

/// Why something was refused as wrong.
pub(crate) fn wrong<T: std::fmt::Debug>(verified: Result<T, Error>) -> &'static str {
    match verified {
        Err(Error::WrongAssertion(what)) => what,
        other => panic!("{other:?}"),
    }
}
