//! The format `packed` (WebAuthn Level 3 section 8.2): by a certificate, or by the credential itself.

use super::{Shown, Subject, certificates};
use crate::cbor::{Map, Value};
use crate::{Algorithm, Error};

/// Verifies a statement.
pub(super) fn verify<'a>(
    mut statement: Map<'a>,
    subject: &Subject<'_>,
) -> Result<Shown<'a>, Error> {
    let parts = ["alg", "sig"].map(|name| statement.take(name));
    let chain = statement.take("x5c");
    let [Some(Value::Integer(number)), Some(Value::Bytes(signature))] = parts else {
        return Err(Error::WrongAssertion("the packed statement is malformed"));
    };
    if !statement.is_empty() {
        return Err(Error::WrongAssertion(
            "the packed statement has members that are not used",
        ));
    }
    let algorithm = Algorithm::of_number(number).ok_or(Error::WrongAssertion(
        "the packed statement is of an algorithm that is not used",
    ))?;
    let message = [subject.data.raw, subject.client_data_hash].concat();
    match chain {
        None => {
            let credential = subject.credential;
            if algorithm != credential.public_key.algorithm() {
                return Err(Error::WrongAssertion(
                    "the packed statement is of another algorithm than the credential",
                ));
            }
            credential.public_key.verify(&message, signature)?;
            Ok(Shown::Itself)
        }
        Some(chain) => {
            let (own, chain) = certificates(chain)?;
            own.check_packed(subject.credential.aaguid)?;
            own.verify(algorithm, &message, signature)?;
            Ok(Shown::Certificates(chain))
        }
    }
}
