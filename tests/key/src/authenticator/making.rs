//! Makes credentials.

use super::{Authenticator, Status, Touch, hash, listed, option, touched};
use crate::cbor::{self, named, numbered};
use crate::credential::{Algorithm, Credential, Signer, random};
use ciborium::Value;

/// What stands in the flags where a credential, or extensions, follow.
const CREDENTIAL_FOLLOWS: u8 = 0x40;
const EXTENSIONS_FOLLOW: u8 = 0x80;

impl Authenticator {
    /// Answers `authenticatorMakeCredential`.
    pub(super) fn make(
        &mut self,
        parameters: &Value,
        touch: &mut dyn FnMut() -> Touch,
    ) -> Result<Value, Status> {
        let client_data_hash = hash(parameters, 1)?;
        let rp_id = cbor::at(parameters, 2).and_then(|rp| cbor::under(rp, "id"));
        let rp_id = rp_id
            .and_then(Value::as_text)
            .ok_or(Status::MissingParameter)?;
        let user = cbor::at(parameters, 3).and_then(|user| cbor::under(user, "id"));
        let user = user
            .and_then(Value::as_bytes)
            .ok_or(Status::MissingParameter)?;
        let offered = cbor::at(parameters, 4).ok_or(Status::MissingParameter)?;
        let algorithm = self.chosen(offered).ok_or(Status::UnsupportedAlgorithm)?;
        let excluded = listed(parameters, 5).unwrap_or_default();
        if excluded.len() > self.most_listed {
            return Err(Status::LimitExceeded);
        }
        if option(parameters, 7, "up") == Some(false) {
            return Err(Status::InvalidOption);
        }
        let uv = option(parameters, 7, "uv") == Some(true);
        let verified = self.verified(client_data_hash, parameters, [8, 9], uv, touch)?;
        if !verified && self.pin.is_some() && option(parameters, 7, "rk") == Some(true) {
            return Err(Status::PinRequired);
        }
        touched(touch)?;
        let known = |of: &&Credential| of.rp_id == rp_id && excluded.contains(&of.id.as_slice());
        if self.credentials.iter().any(|credential| known(&credential)) {
            return Err(Status::CredentialExcluded);
        }
        let protection = cbor::at(parameters, 6)
            .and_then(|extensions| cbor::under(extensions, "credProtect"))
            .and_then(cbor::number);
        let stored = option(parameters, 7, "rk") == Some(true);
        let credential = Credential {
            id: self
                .next_id
                .take()
                .unwrap_or_else(|| random::<48>().to_vec()),
            rp_id: rp_id.to_owned(),
            signer: Signer::new(algorithm),
            protection: protection.unwrap_or(1),
            user: stored.then(|| user.clone()),
        };
        let follows = CREDENTIAL_FOLLOWS | protection.map_or(0, |_| EXTENSIONS_FOLLOW);
        let mut data = self.data(rp_id, (true, verified), follows);
        data.extend(credential.attested(self.aaguid));
        if let Some(protection) = protection {
            data.extend(cbor::bytes(&named([("credProtect", protection.into())])));
        }
        let (format, statement) = self
            .attestation
            .statement(&credential, &data, client_data_hash);
        self.credentials.push(credential);
        Ok(numbered([
            (1, format.into()),
            (2, Value::Bytes(data)),
            (3, statement),
        ]))
    }

    /// The first algorithm offered that it knows.
    fn chosen(&self, offered: &Value) -> Option<Algorithm> {
        offered.as_array()?.iter().find_map(|parameters| {
            let wanted = cbor::number(cbor::under(parameters, "alg")?)?;
            let mut known = self.algorithms.iter();
            known.find(|known| known.number() == wanted).copied()
        })
    }
}
