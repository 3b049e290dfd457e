//! Answers `WebAuthn` options as a browser does, with a key whose owner is there and verified.

use crate::authenticator::{Authenticator, Touch};
use crate::cbor::{self, at, named, under};
use ciborium::Value;
use data_encoding::BASE64URL_NOPAD;
use ring::digest;
use serde_json::{Value as Json, json};

/// A browser on a page of `origin`, or any program that names that origin, and the key plugged in.
pub struct Browser {
    /// The key.
    pub key: Authenticator,
    /// Where the page is from, as client data names it.
    pub origin: String,
    /// What the client data says beside type, challenge and origin; for what a browser would not say.
    pub client_data: Json,
}

impl Browser {
    /// A key, used from `origin`: `https://host`, or `secinfo://host` for a program of this host.
    ///
    /// The key has a fingerprint reader, and the finger is the right one.
    pub fn new(origin: &str) -> Self {
        let mut key = Authenticator::new();
        key.finger = Some(true);
        Self {
            key,
            origin: origin.to_owned(),
            client_data: json!({ "crossOrigin": false }),
        }
    }

    fn client_data(&self, kind: &str, options: &Json) -> String {
        let mut data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
        });
        let more = self.client_data.as_object().unwrap().clone();
        data.as_object_mut().unwrap().extend(more);
        data.to_string()
    }

    /// Answers creation options with a credential.
    ///
    /// # Panics
    /// If the key refuses: [`Browser::try_create`] tells how.
    pub fn create(&mut self, options: &str) -> String {
        self.try_create(options).unwrap()
    }

    /// Answers creation options with a credential, or with the status that the key gave.
    pub fn try_create(&mut self, options: &str) -> Result<String, u8> {
        let options: Json = serde_json::from_str(options).unwrap();
        let client_data = self.client_data("webauthn.create", &options);
        let entity = |name: &str| options[name]["name"].as_str().unwrap().into();
        let algorithms = options["pubKeyCredParams"].as_array().unwrap().iter();
        let algorithms = algorithms.map(|offered| {
            named([
                ("alg", offered["alg"].as_i64().unwrap().into()),
                ("type", "public-key".into()),
            ])
        });
        let stored = options["authenticatorSelection"]["residentKey"] == "required";
        let mut request = vec![
            (1, hash(&client_data)),
            (
                2,
                named([
                    ("id", options["rp"]["id"].as_str().unwrap().into()),
                    ("name", entity("rp")),
                ]),
            ),
            (
                3,
                named([
                    ("id", decoded(&options["user"]["id"])),
                    ("name", entity("user")),
                ]),
            ),
            (4, Value::Array(algorithms.collect())),
        ];
        if let Some(excluded) = descriptors(&options["excludeCredentials"]) {
            request.push((5, excluded));
        }
        if let Some(extensions) = protection(&options["extensions"]) {
            request.push((6, extensions));
        }
        request.push((7, named([("rk", stored.into()), ("uv", true.into())])));
        let answer = self.send(0x01, request)?;

        let format = at(&answer, 1).unwrap().clone();
        let data = at(&answer, 2).unwrap().clone();
        let statement = at(&answer, 3).unwrap().clone();
        let authenticator_data = data.as_bytes().unwrap().clone();
        let object = named([("fmt", format), ("attStmt", statement), ("authData", data)]);
        let id = credential_id(&authenticator_data);
        let (algorithm, public_key) = self.key.public_key(&id);
        let id = BASE64URL_NOPAD.encode(&id);
        Ok(json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": { "credProps": { "rk": stored } },
            "response": {
                "clientDataJSON": BASE64URL_NOPAD.encode(client_data.as_bytes()),
                "attestationObject": BASE64URL_NOPAD.encode(&cbor::bytes(&object)),
                "authenticatorData": BASE64URL_NOPAD.encode(&authenticator_data),
                "publicKey": BASE64URL_NOPAD.encode(&public_key),
                "publicKeyAlgorithm": algorithm,
                "transports": ["usb"],
            },
        })
        .to_string())
    }

    /// Answers request options with an assertion.
    ///
    /// # Panics
    /// If the key refuses: [`Browser::try_get`] tells how.
    pub fn get(&mut self, options: &str) -> String {
        self.try_get(options).unwrap()
    }

    /// Answers request options with an assertion, or with the status that the key gave.
    pub fn try_get(&mut self, options: &str) -> Result<String, u8> {
        let options: Json = serde_json::from_str(options).unwrap();
        let client_data = self.client_data("webauthn.get", &options);
        let rp_id = options["rpId"].as_str().unwrap();
        // A browser asks in portions that the key can take.
        let listed = options["allowCredentials"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let portions = listed.chunks(self.key.most_listed).map(Some);
        let portions: Vec<_> = if listed.is_empty() {
            vec![None]
        } else {
            portions.collect()
        };
        let mut refused = 0;
        for portion in portions {
            let mut request = vec![(1, rp_id.into()), (2, hash(&client_data))];
            if let Some(portion) = portion {
                request.push((3, descriptors(&Json::Array(portion.to_vec())).unwrap()));
            }
            request.push((5, named([("up", true.into()), ("uv", true.into())])));
            match self.send(0x02, request) {
                Ok(answer) => return Ok(assertion(&answer, &client_data)),
                Err(status) => refused = status,
            }
        }
        Err(refused)
    }

    fn send(&mut self, command: u8, request: Vec<(i64, Value)>) -> Result<Value, u8> {
        let entries = request.into_iter().map(|(key, value)| (key.into(), value));
        let request = cbor::bytes(&Value::Map(entries.collect()));
        let request = [&[command][..], &request].concat();
        let answer = self.key.command(&request, &mut || Touch::Given);
        match answer.split_first().unwrap() {
            (0, answer) => Ok(ciborium::from_reader(answer).unwrap()),
            (status, _) => Err(*status),
        }
    }
}

fn assertion(answer: &Value, client_data: &str) -> String {
    let [id, data, signature] = [1, 2, 3].map(|key| at(answer, key).unwrap());
    let id = under(id, "id").unwrap();
    let encoded = |value: &Value| BASE64URL_NOPAD.encode(value.as_bytes().unwrap());
    let mut response = json!({
        "clientDataJSON": BASE64URL_NOPAD.encode(client_data.as_bytes()),
        "authenticatorData": encoded(data),
        "signature": encoded(signature),
    });
    if let Some(user) = at(answer, 4) {
        response["userHandle"] = encoded(under(user, "id").unwrap()).into();
    }
    json!({
        "id": encoded(id),
        "rawId": encoded(id),
        "type": "public-key",
        "authenticatorAttachment": "cross-platform",
        "clientExtensionResults": {},
        "response": response,
    })
    .to_string()
}

fn hash(client_data: &str) -> Value {
    let hash = digest::digest(&digest::SHA256, client_data.as_bytes());
    Value::Bytes(hash.as_ref().to_vec())
}

fn decoded(text: &Json) -> Value {
    Value::Bytes(
        BASE64URL_NOPAD
            .decode(text.as_str().unwrap().as_bytes())
            .unwrap(),
    )
}

fn descriptors(list: &Json) -> Option<Value> {
    let list = list.as_array()?.iter();
    let list =
        list.map(|entry| named([("id", decoded(&entry["id"])), ("type", "public-key".into())]));
    Some(Value::Array(list.collect()))
}

fn protection(extensions: &Json) -> Option<Value> {
    let level = match extensions["credentialProtectionPolicy"].as_str()? {
        "userVerificationRequired" => 3,
        "userVerificationOptionalWithCredentialIDList" => 2,
        _ => 1,
    };
    Some(named([("credProtect", level.into())]))
}

/// The id in the authenticator data of a registration.
pub(crate) fn credential_id(data: &[u8]) -> Vec<u8> {
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    data[55..55 + length].to_vec()
}
