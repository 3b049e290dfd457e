//! A desk with ports, keys and the program.

use data_encoding::BASE64URL_NOPAD;
use secinfo_test_key::{Authenticator, Ports, Shared};
use secinfo_wire::key::{Event, Failure, Found, Known, Pin, Request, Task, Verification};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use tempfile::TempDir;

pub(crate) const PIN: &str = "correct horse";

pub(crate) struct Desk {
    pub(crate) ports: Ports,
    /// The public keys that who asks knows.
    pub(crate) known: Vec<Known>,
    _directory: TempDir,
}

/// The program at work.
pub(crate) struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<std::process::ChildStdout>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let directory = TempDir::new().unwrap();
        Self {
            ports: Ports::new(directory.path()),
            known: Vec::new(),
            _directory: directory,
        }
    }

    /// A desk with one key, which has a PIN.
    pub(crate) fn with_key() -> (Self, Shared) {
        let mut desk = Self::new();
        let key = desk
            .ports
            .plug(Authenticator::new().with_pin(PIN), "Test Key");
        (desk, key)
    }

    pub(crate) fn start(&self) -> Running {
        let mut child = self
            .ports
            .command(env!("CARGO_BIN_EXE_secinfo-key"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Running {
            child,
            input,
            output,
        }
    }

    /// What comes of a task, and whether a touch was waited for.
    pub(crate) fn perform(&self, task: Task) -> (Event, bool) {
        let mut running = self.start();
        running.request(&serde_json::to_string(&Request::new(task)).unwrap());
        let mut touched = false;
        loop {
            match running.event().expect("an event that ends the request") {
                Event::Touch => touched = true,
                last => {
                    assert_eq!(running.event(), None, "nothing comes after the last event");
                    return (last, touched);
                }
            }
        }
    }

    pub(crate) fn find(&self, ids: &[&str]) -> Result<Found, Failure> {
        match self.perform(Task::Find {
            options: vec![request(ids)],
            known: self.known.clone(),
        }) {
            (Event::Found(found), false) => Ok(found),
            (Event::Failed(failure), false) => Err(failure),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn choose(&self) -> Result<Found, Failure> {
        match self.perform(Task::Choose {
            options: creation(&[]),
        }) {
            (Event::Found(found), _) => Ok(found),
            (Event::Failed(failure), _) => Err(failure),
            other => panic!("{other:?}"),
        }
    }

    /// Registers the first key that is plugged in; what is made, as JSON.
    pub(crate) fn register(&self, pin: &str) -> Result<Value, Failure> {
        signed(self.perform(Task::Register {
            key: "hidraw0".to_owned(),
            options: creation(&[]),
            verification: by(pin),
        }))
    }

    pub(crate) fn assert(&self, ids: &[&str], pin: &str) -> Result<Value, Failure> {
        signed(self.perform(Task::Assert {
            options: vec![request(ids)],
            known: self.known.clone(),
            verification: by(pin),
            spared_tries: 3,
        }))
    }
}

impl Running {
    pub(crate) fn request(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line.as_bytes()).unwrap();
        input.write_all(b"\n").unwrap();
    }

    pub(crate) fn close(&mut self) {
        self.input = None;
    }

    /// The next event; none when there is no other.
    pub(crate) fn event(&mut self) -> Option<Event> {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        (!line.is_empty()).then(|| serde_json::from_str(&line).expect(&line))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn by(pin: &str) -> Verification {
    Verification::Pin(Pin::parse(pin).unwrap())
}

pub(crate) fn signed(came: (Event, bool)) -> Result<Value, Failure> {
    match came {
        (Event::Signed(json), true) => Ok(serde_json::from_str(&json).unwrap()),
        (Event::Failed(failure), _) => Err(failure),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap()
}

/// The public key of a credential on P-256 that was made: in canonical CBOR it has 77 bytes, behind the id.
pub(crate) fn known(made: &Value) -> Known {
    let data = bytes(&made["response"]["authenticatorData"]);
    let begin = 55 + bytes(&made["id"]).len();
    Known {
        id: id(made).to_owned(),
        public_key: BASE64URL_NOPAD.encode(&data[begin..begin + 77]),
    }
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
}

fn listed(ids: &[&str]) -> Vec<Value> {
    let listed = ids
        .iter()
        .map(|id| json!({ "type": "public-key", "id": id }));
    listed.collect()
}

pub(crate) fn creation(excluded: &[&str]) -> String {
    json!({
        "rp": { "id": "host.example", "name": "host.example" },
        "user": { "id": "dXNlcg", "name": "alice", "displayName": "alice" },
        "challenge": "Y2hhbGxlbmdl",
        "pubKeyCredParams": [
            { "type": "public-key", "alg": -7 },
            { "type": "public-key", "alg": -8 },
        ],
        "excludeCredentials": listed(excluded),
        "extensions": {
            "credProps": true,
            "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList",
        },
    })
    .to_string()
}

pub(crate) fn request(ids: &[&str]) -> String {
    json!({
        "rpId": "host.example",
        "challenge": "bm9uY2U",
        "allowCredentials": listed(ids),
    })
    .to_string()
}
