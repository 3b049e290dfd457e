//! The format `fido-u2f` (WebAuthn Level 3 section 8.6).

use super::{Shown, Subject, certificates};
use crate::cbor::{Map, Value};
use crate::{Algorithm, Error};

/// Verifies a statement: by exactly one certificate, with a key on P-256.
pub(super) fn verify<'a>(
    mut statement: Map<'a>,
    subject: &Subject<'_>,
) -> Result<Shown<'a>, Error> {
    let parts = ["sig", "x5c"].map(|name| statement.take(name));
    let [Some(Value::Bytes(signature)), Some(chain)] = parts else {
        return Err(Error::WrongAssertion("the U2F statement is malformed"));
    };
    let (own, chain) = certificates(chain)?;
    if !statement.is_empty() || chain.len() != 1 {
        return Err(Error::WrongAssertion(
            "the U2F statement has members or certificates that are not used",
        ));
    }
    let credential = subject.credential;
    let point = credential.public_key.point().ok_or(Error::WrongAssertion(
        "the U2F statement is on a public key that is not on P-256",
    ))?;
    let message = [
        &[0],
        &subject.data.rp_id_hash[..],
        subject.client_data_hash,
        credential.id.as_bytes(),
        &point,
    ]
    .concat();
    own.verify(Algorithm::Es256, &message, signature)?;
    Ok(Shown::U2fCertificates(chain))
}
