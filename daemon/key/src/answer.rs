//! What a key has signed, as `WebAuthn`'s own JSON (Level 3, 5.1.3 and 5.1.4).

use crate::options::CreationOptions;
use ciborium::Value;
use ctap_hid_fido2::fidokey::get_assertion::get_assertion_params::Assertion;
use ctap_hid_fido2::fidokey::make_credential::Attestation;
use ctap_hid_fido2::public_key::PublicKeyType;
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

fn encoded(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// An assertion by the credential with this id.
pub(crate) fn assertion(assertion: &Assertion, id: &[u8], client_data: &str) -> String {
    let mut response = json!({
        "clientDataJSON": encoded(client_data.as_bytes()),
        "authenticatorData": encoded(&assertion.auth_data),
        "signature": encoded(&assertion.signature),
    });
    if !assertion.user.id.is_empty() {
        response["userHandle"] = encoded(&assertion.user.id).into();
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

/// A credential that was made; none where the key has answered in a way that was not asked for.
pub(crate) fn credential(
    made: &Attestation,
    options: &CreationOptions,
    client_data: &str,
    transports: &[String],
) -> Option<String> {
    let (format, statement) = if options.wants_attestation() {
        (made.fmt.as_str(), statement(made)?)
    } else {
        ("none", Vec::new())
    };
    let object = map(vec![
        ("fmt", format.into()),
        ("attStmt", map(statement)),
        ("authData", Value::Bytes(made.auth_data.clone())),
    ]);
    let mut attestation = Vec::new();
    ciborium::into_writer(&object, &mut attestation).ok()?;
    let algorithm = match made.credential_publickey.key_type {
        PublicKeyType::Ecdsa256 => -7,
        PublicKeyType::Ed25519 => -8,
        PublicKeyType::Unknown => return None,
    };
    let mut extensions = json!({});
    if options.extensions.cred_props {
        extensions["credProps"] = json!({ "rk": false });
    }
    let id = encoded(&made.credential_descriptor.id);
    let transports = if transports.is_empty() {
        vec!["usb"]
    } else {
        transports.iter().map(String::as_str).collect()
    };
    Some(
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": extensions,
            "response": {
                "clientDataJSON": encoded(client_data.as_bytes()),
                "attestationObject": encoded(&attestation),
                "authenticatorData": encoded(&made.auth_data),
                "publicKeyAlgorithm": algorithm,
                "transports": transports,
            },
        })
        .to_string(),
    )
}

/// The statement of the formats that the daemon knows, with its members in the order of CTAP2.
fn statement(made: &Attestation) -> Option<Vec<(&'static str, Value)>> {
    let signature = || ("sig", Value::Bytes(made.attstmt_sig.clone()));
    let chain = || {
        let chain = made.attstmt_x5c.iter().cloned();
        ("x5c", Value::Array(chain.map(Value::Bytes).collect()))
    };
    let members = match made.fmt.as_str() {
        "none" => Vec::new(),
        "fido-u2f" => vec![signature(), chain()],
        "packed" => {
            let mut members = vec![("alg", made.attstmt_alg.into()), signature()];
            if !made.attstmt_x5c.is_empty() {
                members.push(chain());
            }
            members
        }
        _ => return None,
    };
    Some(members)
}

fn map(members: Vec<(&'static str, Value)>) -> Value {
    let members = members.into_iter();
    Value::Map(members.map(|(name, value)| (name.into(), value)).collect())
}
