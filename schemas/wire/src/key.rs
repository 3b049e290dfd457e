//! What the daemon and the command ask of the process that talks to security keys: one request in one
//! line of JSON, and lines of events back, of which the last ends it. docs/reference/key.md describes it.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version of the protocol.
pub const VERSION: u32 = 1;

/// Where systemd listens for the daemon.
pub const SOCKET: &str = "/run/secinfo/key";

/// The program.
pub const PROGRAM: &str = "/usr/lib/secinfo/secinfo-key";

/// The longest request or event, in bytes, with the line feed behind it.
pub const LONGEST_LINE: usize = 64 * 1024;

/// The lengths of a PIN in bytes that CTAP2 has room for.
pub const PIN_LENGTHS: std::ops::RangeInclusive<usize> = 4..=63;

/// How many seconds a touch is waited for.
pub const TOUCH_SECONDS: u64 = 15;

/// A request.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// [`VERSION`].
    pub version: u32,
    /// What is to be done.
    pub task: Task,
}

impl Request {
    /// A request of this version.
    pub const fn new(task: Task) -> Self {
        let version = VERSION;
        Self { version, task }
    }
}

/// What is to be done. Options are `WebAuthn`'s own JSON, as the daemon gives them.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Task {
    /// Find the key that holds one of the credentials in these request options, without PIN and touch.
    Find {
        /// Request options, one for each RP ID.
        options: Vec<String>,
        /// The public keys of these credentials. Where there are any, a key has to sign with one to be found.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        known: Vec<Known>,
    },
    /// Have the key that holds one of them sign.
    Assert {
        /// Request options, one for each RP ID.
        options: Vec<String>,
        /// The public keys of these credentials, as for [`Task::Find`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        known: Vec<Known>,
        /// How the user is verified.
        verification: Verification,
        /// How many tries of the PIN are not spent: with so few left, none is.
        spared_tries: u8,
    },
    /// Find the key to register: the only one that is plugged in, or the one that is touched.
    Choose {
        /// Creation options: a key that holds a credential which they exclude is refused.
        options: String,
    },
    /// Have this key make a credential.
    Register {
        /// The key, as [`Found`] names it.
        key: String,
        /// Creation options.
        options: String,
        /// How the user is verified.
        verification: Verification,
    },
    /// Give a key that has no PIN its first.
    SetPin {
        /// The key, as [`Found`] names it.
        key: String,
        /// The PIN.
        pin: Pin,
    },
}

/// A credential whose public key is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Its id, as options name it.
    pub id: String,
    /// The public key as COSE has it, in base64url without padding.
    pub public_key: String,
}

/// How the key verifies its user.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verification {
    /// By this PIN.
    Pin(Pin),
    /// By a finger on its sensor.
    Fingerprint,
}

/// The PIN of a security key. It is overwritten after use, and not printed.
pub struct Pin(SecretString);

/// What was typed is no PIN of any key: it has not 4 to 63 bytes, or control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a PIN has 4 to 63 bytes and no control characters")]
pub struct UnfitPin;

impl Pin {
    /// Takes what was typed.
    ///
    /// # Errors
    /// [`UnfitPin`].
    pub fn parse(typed: &str) -> Result<Self, UnfitPin> {
        if !PIN_LENGTHS.contains(&typed.len()) || typed.contains(char::is_control) {
            return Err(UnfitPin);
        }
        Ok(Self(typed.into()))
    }

    /// The PIN.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl Serialize for Pin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What is read is overwritten, whether it is a PIN or not.
        let typed = SecretString::from(String::deserialize(deserializer)?);
        Self::parse(typed.expose_secret()).map_err(serde::de::Error::custom)
    }
}

/// What happens meanwhile, and what comes of a request: each but [`Event::Touch`] is the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// The key waits for a touch.
    Touch,
    /// The key was found.
    Found(Found),
    /// The PIN was set.
    PinSet,
    /// The credential or the assertion, as `WebAuthn`'s own JSON.
    Signed(String),
    /// It came to nothing.
    Failed(Failure),
}

/// A key that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// What it is called in this boot, until it is unplugged.
    pub key: String,
    /// Its name, as it says itself, without control characters.
    pub name: String,
    /// The id of the credential that it holds, as the options name it; none of a key to register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// Whether it has a PIN.
    pub has_pin: bool,
    /// Whether it reads fingerprints, and knows one.
    pub reads_fingerprints: bool,
    /// How often a wrong PIN may be tried until it takes none any more.
    pub tries: u8,
    /// The shortest PIN that it takes, in characters.
    pub shortest_pin: u8,
}

/// Why it came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Failure {
    /// No security key is plugged in.
    NoKey,
    /// Keys are plugged in, but none of them holds one of the credentials.
    NotTheirs,
    /// The key holds a credential of this user already.
    AlreadyRegistered,
    /// Several keys are plugged in, and cannot be told apart by a touch.
    SeveralKeys,
    /// This user may not use the device.
    NotPermitted,
    /// The key has neither a PIN nor a fingerprint, and cannot verify its user.
    NoPin,
    /// The PIN is wrong.
    WrongPin {
        /// How many tries are left.
        tries: u8,
    },
    /// No try of the PIN was spent, because too few are left.
    FewTries {
        /// How many are left.
        tries: u8,
    },
    /// The key takes no PIN until it is unplugged and plugged in again.
    Replug,
    /// The key takes no PIN any more.
    PinBlocked,
    /// The key has a PIN already, or does not take this one.
    PinRefused,
    /// The key does not know the finger.
    WrongFinger,
    /// It was not touched in time.
    NotTouched,
    /// Another program uses the key.
    Busy,
    /// It was unplugged meanwhile.
    Unplugged,
    /// It does not answer, or says what cannot be understood.
    NotAnswering,
    /// It cannot do what is asked: it is too old, or knows no algorithm that is accepted.
    Unsupported,
    /// It refuses.
    Refused {
        /// The status that it gave (CTAP 2.1, 8.2).
        status: u8,
    },
    /// The request cannot be understood.
    BadRequest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_pin_of_a_key_is_none() {
        for fit in ["1234", "пин!", &"x".repeat(63)] {
            assert_eq!(
                Pin::parse(fit).map(|pin| pin.expose().to_owned()),
                Ok(fit.to_owned())
            );
        }
        for unfit in ["", "123", &"x".repeat(64), "12\n34", "1234\0"] {
            assert_eq!(Pin::parse(unfit).err(), Some(UnfitPin), "{unfit:?}");
            let json = serde_json::to_string(unfit).expect("text");
            assert!(serde_json::from_str::<Pin>(&json).is_err(), "{unfit:?}");
        }
    }

    #[test]
    fn requests_and_events_are_written_as_the_reference_has_them() {
        let pin = Pin::parse("1234").expect("a PIN");
        let request = Request::new(Task::Assert {
            options: vec!["{}".to_owned()],
            known: Vec::new(),
            verification: Verification::Pin(pin),
            spared_tries: 3,
        });
        let written = r#"{"version":1,"task":{"assert":{"options":["{}"],"verification":{"pin":"1234"},"spared_tries":3}}}"#;
        assert_eq!(serde_json::to_string(&request).expect("JSON"), written);
        assert!(serde_json::from_str::<Request>(written).is_ok());
        for (event, written) in [
            (Event::Touch, r#""touch""#),
            (Event::Signed("{}".to_owned()), r#"{"signed":"{}"}"#),
            (Event::Failed(Failure::NoKey), r#"{"failed":"no-key"}"#),
            (
                Event::Failed(Failure::WrongPin { tries: 7 }),
                r#"{"failed":{"wrong-pin":{"tries":7}}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&event).expect("JSON"), written);
            assert_eq!(serde_json::from_str::<Event>(written).ok(), Some(event));
        }
    }
}
