//! An authenticator, as CTAP 2.1 describes it: what it remembers, and how it answers a command.

mod assertion;
mod client_pin;
mod making;

pub(crate) use assertion::shortened;

use crate::attestation::Attestation;
use crate::cbor::{self, named, numbered};
use crate::credential::{Algorithm, Credential, random};
use crate::pin::{Agreement, Protocol, TRIES};
use ciborium::Value;
use ring::digest;

/// What an authenticator answers where it does not do what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "as CTAP names them")]
pub enum Status {
    InvalidCommand = 0x01,
    InvalidParameter = 0x02,
    InvalidCbor = 0x12,
    MissingParameter = 0x14,
    LimitExceeded = 0x15,
    CredentialExcluded = 0x19,
    UnsupportedAlgorithm = 0x26,
    OperationDenied = 0x27,
    UnsupportedOption = 0x2B,
    InvalidOption = 0x2C,
    KeepaliveCancel = 0x2D,
    NoCredentials = 0x2E,
    UserActionTimeout = 0x2F,
    NotAllowed = 0x30,
    PinInvalid = 0x31,
    PinBlocked = 0x32,
    PinAuthInvalid = 0x33,
    PinAuthBlocked = 0x34,
    PinNotSet = 0x35,
    PinRequired = 0x36,
    PinPolicyViolation = 0x37,
}

/// How an authenticator is touched when it waits for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// It is touched.
    Given,
    /// It is not, for as long as it waits.
    Late,
    /// The client does not wait any longer.
    Cancelled,
}

/// What the counter in its signatures does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Grows by one with each signature.
    Growing(u32),
    /// Stays as it is.
    Fixed(u32),
}

impl Counter {
    fn next(&mut self) -> u32 {
        match self {
            Self::Growing(count) => {
                *count += 1;
                *count
            }
            Self::Fixed(count) => *count,
        }
    }
}

/// What stands in its signatures, whatever has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// Whether the user was there; as it happened where none is given.
    pub present: Option<bool>,
    /// Whether the user was verified; as it happened where none is given.
    pub verified: Option<bool>,
    /// Whether the credential can be copied to elsewhere.
    pub backup_eligible: bool,
    /// Whether it has been.
    pub backed_up: bool,
}

impl Flags {
    fn byte(self, present: bool, verified: bool) -> u8 {
        let bits = [
            (self.present.unwrap_or(present), 0x01),
            (self.verified.unwrap_or(verified), 0x04),
            (self.backup_eligible, 0x08),
            (self.backed_up, 0x10),
        ];
        let set = bits.into_iter().filter_map(|(set, bit)| set.then_some(bit));
        set.sum()
    }
}

/// A security key. A clone is a copy of its memory, as a thief makes one: what both do from then on,
/// neither knows of the other.
pub struct Authenticator {
    /// Its model.
    pub aaguid: [u8; 16],
    /// The algorithms that it knows.
    pub algorithms: Vec<Algorithm>,
    /// What it says of its making.
    pub attestation: Attestation,
    /// Its counter.
    pub counter: Counter,
    /// What stands in its signatures.
    pub flags: Flags,
    /// Whether it lies: to hold whatever credential it is asked for.
    pub claims_all: bool,
    /// Whether it has a fingerprint reader, and whether the finger is the right one.
    pub finger: Option<bool>,
    /// How many credentials one command may name.
    pub most_listed: usize,
    /// The shortest PIN, in characters.
    pub shortest_pin: usize,
    /// The id of the next credential, if it is not to be drawn.
    pub next_id: Option<Vec<u8>>,
    credentials: Vec<Credential>,
    pin: Option<[u8; 16]>,
    tries: u8,
    power: Power,
}

/// What is gone when it is unplugged.
#[derive(Default)]
struct Power {
    wrong: u8,
    agreement: Option<Agreement>,
    token: Option<(Protocol, [u8; 32])>,
}

impl Clone for Authenticator {
    fn clone(&self) -> Self {
        Self {
            attestation: self.attestation.clone(),
            algorithms: self.algorithms.clone(),
            credentials: self.credentials.clone(),
            next_id: self.next_id.clone(),
            power: Power::default(),
            ..*self
        }
    }
}

impl Default for Authenticator {
    fn default() -> Self {
        Self::new()
    }
}

impl Authenticator {
    /// A new one, without a PIN.
    pub fn new() -> Self {
        Self {
            aaguid: random(),
            algorithms: vec![Algorithm::Es256, Algorithm::EdDsa],
            attestation: Attestation::default(),
            counter: Counter::Growing(0),
            flags: Flags::default(),
            claims_all: false,
            finger: None,
            most_listed: 8,
            shortest_pin: 4,
            next_id: None,
            credentials: Vec::new(),
            pin: None,
            tries: TRIES,
            power: Power::default(),
        }
    }

    /// How often a wrong PIN may still be told.
    pub const fn tries(&self) -> u8 {
        self.tries
    }

    /// How many credentials it has made.
    pub fn credentials(&self) -> usize {
        self.credentials.len()
    }

    /// The algorithm and public key of a credential that it has made.
    pub(crate) fn public_key(&self, id: &[u8]) -> (i64, Vec<u8>) {
        let made = self.credentials.iter().find(|made| made.id == id);
        let signer = &made.expect("a credential of this key").signer;
        (signer.algorithm.number(), signer.subject_public_key_info())
    }

    /// Unplugs it, and plugs it in again.
    pub fn replug(&mut self) {
        self.power = Power::default();
    }

    /// Answers a command. `touch` is called where a touch is waited for.
    pub fn command(&mut self, request: &[u8], touch: &mut dyn FnMut() -> Touch) -> Vec<u8> {
        match self.answer(request, touch) {
            Ok(None) => vec![0],
            Ok(Some(answer)) => [&[0][..], &cbor::bytes(&answer)].concat(),
            Err(status) => vec![status as u8],
        }
    }

    fn answer(
        &mut self,
        request: &[u8],
        touch: &mut dyn FnMut() -> Touch,
    ) -> Result<Option<Value>, Status> {
        let (command, parameters) = request.split_first().ok_or(Status::InvalidCommand)?;
        let parameters = if parameters.is_empty() {
            Value::Map(Vec::new())
        } else {
            ciborium::from_reader(parameters).map_err(|_| Status::InvalidCbor)?
        };
        match command {
            0x01 => self.make(&parameters, touch).map(Some),
            0x02 => self.assert(&parameters, touch).map(Some),
            0x04 => Ok(Some(self.info())),
            0x06 => self.client_pin(&parameters),
            0x07 => {
                touched(touch)?;
                self.credentials.clear();
                self.pin = None;
                self.tries = TRIES;
                self.replug();
                Ok(None)
            }
            0x0B => touched(touch).map(|()| None),
            _ => Err(Status::InvalidCommand),
        }
    }

    fn info(&self) -> Value {
        let texts =
            |texts: &[&str]| Value::Array(texts.iter().map(|text| (*text).into()).collect());
        let mut options = vec![("rk", true), ("up", true)];
        if self.finger.is_some() {
            options.push(("uv", true));
        }
        options.push(("clientPin", self.pin.is_some()));
        options.push(("pinUvAuthToken", true));
        options.push(("makeCredUvNotRqd", true));
        let options = options.into_iter();
        let algorithm = |algorithm: &Algorithm| {
            named([
                ("alg", algorithm.number().into()),
                ("type", "public-key".into()),
            ])
        };
        numbered([
            (1, texts(&["FIDO_2_0", "FIDO_2_1"])),
            (2, texts(&["credProtect"])),
            (3, Value::Bytes(self.aaguid.to_vec())),
            (
                4,
                Value::Map(options.map(|(name, on)| (name.into(), on.into())).collect()),
            ),
            (5, 7609.into()),
            (6, Value::Array(vec![2.into(), 1.into()])),
            (7, (self.most_listed as u64).into()),
            (8, 128.into()),
            (9, texts(&["usb"])),
            (
                10,
                Value::Array(self.algorithms.iter().map(algorithm).collect()),
            ),
            (13, (self.shortest_pin as u64).into()),
        ])
    }

    /// What is signed of who was there and for whom.
    fn data(&mut self, rp_id: &str, (present, verified): (bool, bool), rest: u8) -> Vec<u8> {
        let flags = self.flags.byte(present, verified) | rest;
        let hash = digest::digest(&digest::SHA256, rp_id.as_bytes());
        [hash.as_ref(), &[flags], &self.counter.next().to_be_bytes()].concat()
    }

    /// Whether the user is verified in this command, by PIN or finger.
    fn verified(
        &self,
        hash: &[u8],
        parameters: &Value,
        [tag, protocol]: [i64; 2],
        uv: bool,
        touch: &mut dyn FnMut() -> Touch,
    ) -> Result<bool, Status> {
        if let Some(tag) = cbor::at(parameters, tag).and_then(Value::as_bytes) {
            if tag.is_empty() {
                touched(touch)?;
                let set = self.pin.is_some();
                return Err(if set {
                    Status::PinInvalid
                } else {
                    Status::PinNotSet
                });
            }
            let protocol = cbor::at(parameters, protocol).ok_or(Status::MissingParameter)?;
            let protocol = Protocol::numbered(protocol).ok_or(Status::InvalidParameter)?;
            let valid =
                self.power.token.as_ref().is_some_and(|(of, token)| {
                    *of == protocol && protocol.verifies(token, hash, tag)
                });
            return if valid {
                Ok(true)
            } else {
                Err(Status::PinAuthInvalid)
            };
        }
        match (uv, self.finger) {
            (false, _) => Ok(false),
            (true, Some(true)) => Ok(true),
            (true, Some(false)) if self.pin.is_some() => Err(Status::PinRequired),
            (true, Some(false)) => Err(Status::OperationDenied),
            (true, None) => Err(Status::InvalidOption),
        }
    }
}

/// Waits for a touch.
fn touched(touch: &mut dyn FnMut() -> Touch) -> Result<(), Status> {
    match touch() {
        Touch::Given => Ok(()),
        Touch::Late => Err(Status::UserActionTimeout),
        Touch::Cancelled => Err(Status::KeepaliveCancel),
    }
}

/// An option of a command, where it is given.
fn option(parameters: &Value, key: i64, name: &str) -> Option<bool> {
    let options = cbor::at(parameters, key)?;
    cbor::under(options, name)?.as_bool()
}

/// The credentials that a list names.
fn listed(parameters: &Value, key: i64) -> Option<Vec<&[u8]>> {
    let list = cbor::at(parameters, key)?.as_array()?;
    let ids = list
        .iter()
        .filter_map(|entry| cbor::under(entry, "id")?.as_bytes());
    Some(ids.map(Vec::as_slice).collect())
}

fn hash(parameters: &Value, key: i64) -> Result<&[u8], Status> {
    let hash = cbor::at(parameters, key).and_then(Value::as_bytes);
    hash.map(Vec::as_slice).ok_or(Status::MissingParameter)
}
