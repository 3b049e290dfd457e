//! Makes assertions.

use super::{Authenticator, Status, Touch, hash, listed, option, touched};
use crate::cbor::{self, named};
use crate::credential::{Algorithm, Credential, Signer};
use ciborium::Value;

impl Authenticator {
    /// Answers `authenticatorGetAssertion`. Of the credentials that fit, the first that is listed
    /// answers.
    pub(super) fn assert(
        &mut self,
        parameters: &Value,
        touch: &mut dyn FnMut() -> Touch,
    ) -> Result<Value, Status> {
        let rp_id = cbor::at(parameters, 1).and_then(Value::as_text);
        let rp_id = rp_id.ok_or(Status::MissingParameter)?;
        let client_data_hash = hash(parameters, 2)?;
        let allowed = listed(parameters, 3);
        if allowed
            .as_ref()
            .is_some_and(|list| list.len() > self.most_listed)
        {
            return Err(Status::LimitExceeded);
        }
        let uv = option(parameters, 5, "uv") == Some(true);
        let present = option(parameters, 5, "up") != Some(false);
        let verified = self.verified(client_data_hash, parameters, [6, 7], uv, touch)?;
        let credential = self.fitting(rp_id, allowed.as_deref(), verified).cloned();
        let claimed = || self.claimed(rp_id, allowed.as_deref());
        let credential = credential.or_else(claimed).ok_or(Status::NoCredentials)?;
        if present {
            touched(touch)?;
        }
        let data = self.data(rp_id, (present, verified), 0);
        let signature = credential.signer.sign(&[&data, client_data_hash].concat());
        let id = named([
            ("id", Value::Bytes(credential.id)),
            ("type", "public-key".into()),
        ]);
        let mut answer = vec![
            (1.into(), id),
            (2.into(), Value::Bytes(data)),
            (3.into(), Value::Bytes(signature)),
        ];
        if let Some(user) = credential.user {
            answer.push((4.into(), named([("id", Value::Bytes(user))])));
        }
        Ok(Value::Map(answer))
    }

    /// The first credential that is listed, which it does not hold, where it lies.
    fn claimed(&self, rp_id: &str, allowed: Option<&[&[u8]]>) -> Option<Credential> {
        let id = allowed?.first().filter(|_| self.claims_all)?;
        Some(Credential {
            id: id.to_vec(),
            rp_id: rp_id.to_owned(),
            user: None,
            protection: 1,
            signer: Signer::new(Algorithm::Es256),
        })
    }

    fn fitting(
        &self,
        rp_id: &str,
        allowed: Option<&[&[u8]]>,
        verified: bool,
    ) -> Option<&Credential> {
        let fits = |credential: &&Credential| {
            let unlocked = match credential.protection {
                3 => verified,
                2 => verified || allowed.is_some(),
                _ => true,
            };
            unlocked && credential.rp_id == rp_id
        };
        if let Some(ids) = allowed {
            return ids.iter().find_map(|id| {
                let mut fitting = self.credentials.iter().filter(fits);
                fitting.find(|credential| credential.id == *id)
            });
        }
        let mut stored = self.credentials.iter().filter(fits);
        stored.find(|credential| credential.user.is_some())
    }
}

/// An answer of which the authenticator data are cut off after ten bytes.
pub(crate) fn shortened(answer: &[u8]) -> Vec<u8> {
    let answer: Value = ciborium::from_reader(answer).unwrap();
    let entries = answer.into_map().unwrap().into_iter();
    let shorten = |(key, value): (Value, Value)| match value {
        Value::Bytes(bytes) if key == Value::from(2) => (key, Value::Bytes(bytes[..10].to_vec())),
        value => (key, value),
    };
    cbor::bytes(&Value::Map(entries.map(shorten).collect()))
}
