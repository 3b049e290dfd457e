//! What ssh and ssh-keygen ask a security key through a provider (OpenSSH's `sk-api.h`), put to a key here.
//! `tests/ssh/provider.c` is that provider, and says how it asks.

use crate::authenticator::{Authenticator, Touch};
use crate::cbor::{self, at, named};
use crate::credential::Algorithm;
use crate::hid::Shared;
use ciborium::Value;
use ring::digest;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;

/// The flag of OpenSSH for a key that has to verify its user.
const VERIFIED: u8 = 0x04;

/// The head of a `SubjectPublicKeyInfo`, in bytes, behind which the key stands.
const HEAD_OF_P256: usize = 26;
const HEAD_OF_ED25519: usize = 12;

/// What a provider asks.
struct Request {
    what: u8,
    algorithm: Algorithm,
    verified: bool,
    application: String,
    handle: Vec<u8>,
    data: Vec<u8>,
}

/// Answers providers on this socket with this key, until the test ends. Its user has a finger on it where they
/// are to be verified.
pub fn serve_open_ssh(mut key: Authenticator, socket: &Path) -> Shared {
    key.finger = Some(true);
    let key = Shared::new(key);
    let served = key.clone();
    let listener = UnixListener::bind(socket).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = Request::read(&mut stream).unwrap();
            let mut plugged = served.lock();
            let answer = match request.what {
                b'e' => request.enroll(&mut plugged.key),
                _ => request.sign(&mut plugged.key),
            };
            let answer = answer.unwrap_or_else(|status| vec![status]);
            // A client that was stopped reads it no more.
            let _ = stream.write_all(&answer);
        }
    });
    key
}

impl Request {
    fn read(stream: &mut UnixStream) -> io::Result<Self> {
        let mut head = [0; 3];
        stream.read_exact(&mut head)?;
        let [what, algorithm, flags] = head;
        let mut field = || {
            let mut length = [0; 4];
            stream.read_exact(&mut length)?;
            let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
            stream.read_exact(&mut bytes)?;
            Ok::<_, io::Error>(bytes)
        };
        Ok(Self {
            what,
            algorithm: if algorithm == 0 {
                Algorithm::Es256
            } else {
                Algorithm::EdDsa
            },
            verified: flags & VERIFIED != 0,
            application: String::from_utf8(field()?).unwrap(),
            handle: field()?,
            data: field()?,
        })
    }

    /// The hash that a client signs with: of the data themselves, without a client's own.
    fn hash(&self) -> Value {
        Value::Bytes(
            digest::digest(&digest::SHA256, &self.data)
                .as_ref()
                .to_vec(),
        )
    }

    fn enroll(&self, key: &mut Authenticator) -> Result<Vec<u8>, u8> {
        let application = self.application.as_str();
        let algorithm = named([
            ("alg", self.algorithm.number().into()),
            ("type", "public-key".into()),
        ]);
        let party = named([("id", application.into()), ("name", application.into())]);
        let user = named([("id", Value::Bytes(vec![1])), ("name", "openssh".into())]);
        let answer = send(
            key,
            0x01,
            [
                (1, self.hash()),
                (2, party),
                (3, user),
                (4, Value::Array(vec![algorithm])),
                (7, named([("uv", self.verified.into())])),
            ],
        )?;
        let data = at(&answer, 2).and_then(Value::as_bytes).unwrap();
        let handle = crate::browser::credential_id(data);
        let (_, public_key) = key.public_key(&handle);
        let head = match self.algorithm {
            Algorithm::Es256 => HEAD_OF_P256,
            Algorithm::EdDsa => HEAD_OF_ED25519,
        };
        Ok([&[0][..], &field(&public_key[head..]), &field(&handle)].concat())
    }

    fn sign(&self, key: &mut Authenticator) -> Result<Vec<u8>, u8> {
        let credential = named([
            ("id", Value::Bytes(self.handle.clone())),
            ("type", "public-key".into()),
        ]);
        let answer = send(
            key,
            0x02,
            [
                (1, self.application.as_str().into()),
                (2, self.hash()),
                (3, Value::Array(vec![credential])),
                (
                    5,
                    named([("up", true.into()), ("uv", self.verified.into())]),
                ),
            ],
        )?;
        let data = at(&answer, 2).and_then(Value::as_bytes).unwrap();
        let signature = at(&answer, 3).and_then(Value::as_bytes).unwrap();
        let (r, s) = match self.algorithm {
            Algorithm::EdDsa => (&signature[..], &[][..]),
            // Two numbers in DER.
            Algorithm::Es256 => {
                let (r, s) = signature[4..].split_at(usize::from(signature[3]));
                (r, &s[2..])
            }
        };
        // The flags, and the counter behind them.
        let flags_and_counter = &data[32..37];
        Ok([&[0][..], flags_and_counter, &field(r), &field(s)].concat())
    }
}

fn send<const N: usize>(
    key: &mut Authenticator,
    command: u8,
    parameters: [(i64, Value); N],
) -> Result<Value, u8> {
    let request = cbor::bytes(&cbor::numbered(parameters));
    let request = [&[command][..], &request].concat();
    let answer = key.command(&request, &mut || Touch::Given);
    match answer.split_first().unwrap() {
        (0, answer) => Ok(ciborium::from_reader(answer).unwrap()),
        (status, _) => Err(*status),
    }
}

/// Bytes behind their length.
fn field(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap();
    [&length.to_be_bytes(), bytes].concat()
}
