//! Sets, changes and takes PINs.

use super::{Authenticator, Power, Status};
use crate::cbor::{self, numbered};
use crate::credential::random;
use crate::pin::{Agreement, Protocol, Shared, TRIES, TRIES_WHILE_PLUGGED, digest_of, unpadded};
use ciborium::Value;

impl Authenticator {
    /// Gives it this PIN, as its owner has done before.
    #[must_use]
    pub fn with_pin(mut self, pin: &str) -> Self {
        self.pin = Some(digest_of(pin.as_bytes()));
        self
    }

    /// Spends all tries, as wrong PINs do.
    pub const fn block(&mut self) {
        self.tries = 0;
    }

    /// Whether this is its PIN.
    pub fn has_pin(&self, pin: &str) -> bool {
        self.pin == Some(digest_of(pin.as_bytes()))
    }

    /// Answers `authenticatorClientPIN`.
    pub(super) fn client_pin(&mut self, parameters: &Value) -> Result<Option<Value>, Status> {
        let command = cbor::at(parameters, 2).and_then(cbor::number);
        match command.ok_or(Status::MissingParameter)? {
            1 => Ok(Some(numbered([
                (3, self.tries.into()),
                (4, self.is_shut().into()),
            ]))),
            2 => {
                let agreement = Agreement::new();
                let public = agreement.public();
                self.power.agreement = Some(agreement);
                Ok(Some(numbered([(1, public)])))
            }
            3 => self.set_pin(parameters).map(|()| None),
            4 => self.change_pin(parameters).map(|()| None),
            5 | 9 => self.token(parameters).map(Some),
            _ => Err(Status::InvalidParameter),
        }
    }

    /// Whether it must be unplugged before it takes another PIN.
    const fn is_shut(&self) -> bool {
        self.power.wrong >= TRIES_WHILE_PLUGGED
    }

    fn shared(&mut self, parameters: &Value) -> Result<(Protocol, Shared), Status> {
        let protocol = cbor::at(parameters, 1).ok_or(Status::MissingParameter)?;
        let protocol = Protocol::numbered(protocol).ok_or(Status::InvalidParameter)?;
        let theirs = cbor::at(parameters, 3).ok_or(Status::MissingParameter)?;
        let ours = self
            .power
            .agreement
            .take()
            .ok_or(Status::InvalidParameter)?;
        let shared = ours.shared_with(theirs, protocol);
        Ok((protocol, shared.ok_or(Status::InvalidParameter)?))
    }

    fn set_pin(&mut self, parameters: &Value) -> Result<(), Status> {
        if self.pin.is_some() {
            return Err(Status::PinAuthInvalid);
        }
        let (_, shared) = self.shared(parameters)?;
        let [tag, told] = [4, 5].map(|key| bytes(parameters, key));
        self.take_new_pin(&shared, told?, told?, tag?)
    }

    fn change_pin(&mut self, parameters: &Value) -> Result<(), Status> {
        let (_, shared) = self.shared(parameters)?;
        let [tag, told, digest] = [4, 5, 6].map(|key| bytes(parameters, key));
        let signed = [told?, digest?].concat();
        if !shared.verifies(&signed, tag?) {
            return Err(Status::PinAuthInvalid);
        }
        self.check_pin(&shared, digest?)?;
        self.take_new_pin(&shared, told?, &signed, tag?)
    }

    fn take_new_pin(
        &mut self,
        shared: &Shared,
        told: &[u8],
        signed: &[u8],
        tag: &[u8],
    ) -> Result<(), Status> {
        if !shared.verifies(signed, tag) {
            return Err(Status::PinAuthInvalid);
        }
        let padded = shared.decrypt(told).ok_or(Status::InvalidParameter)?;
        let pin = unpadded(&padded, self.shortest_pin).ok_or(Status::PinPolicyViolation)?;
        self.pin = Some(digest_of(pin));
        self.tries = TRIES;
        Ok(())
    }

    fn token(&mut self, parameters: &Value) -> Result<Value, Status> {
        if self.pin.is_none() {
            return Err(Status::PinNotSet);
        }
        let (protocol, shared) = self.shared(parameters)?;
        self.check_pin(&shared, bytes(parameters, 6)?)?;
        let token = random();
        self.power.token = Some((protocol, token));
        Ok(numbered([(2, Value::Bytes(shared.encrypt(&token)))]))
    }

    fn check_pin(&mut self, shared: &Shared, told: &[u8]) -> Result<(), Status> {
        if self.tries == 0 {
            return Err(Status::PinBlocked);
        }
        if self.is_shut() {
            return Err(Status::PinAuthBlocked);
        }
        self.tries -= 1;
        let told = shared.decrypt(told).ok_or(Status::InvalidParameter)?;
        if self.pin.is_some_and(|pin| pin == told.as_slice()) {
            self.tries = TRIES;
            self.power.wrong = 0;
            return Ok(());
        }
        self.power = Power {
            wrong: self.power.wrong + 1,
            ..Power::default()
        };
        if self.tries == 0 {
            Err(Status::PinBlocked)
        } else if self.is_shut() {
            Err(Status::PinAuthBlocked)
        } else {
            Err(Status::PinInvalid)
        }
    }
}

fn bytes(parameters: &Value, key: i64) -> Result<&[u8], Status> {
    let bytes = cbor::at(parameters, key).and_then(Value::as_bytes);
    bytes.map(Vec::as_slice).ok_or(Status::MissingParameter)
}
