//! What the host replies to a phone.

use crate::{SignedChallenge, ascii};
use serde::Serialize;
use serde_json::value::RawValue;

/// What the host replies to a phone.
pub enum Reply<'r> {
    /// A phone registered: the host's public key, from [`crate::HostKey::public_key`].
    Registered {
        /// It.
        public_key: &'r str,
    },
    /// The requests that are open for the phone.
    Requests(&'r [SignedChallenge]),
    /// Whether an answer or a message counted.
    Counted(bool),
    /// An accepted request: the phone shows this code in large digits, and the words below it.
    Code {
        /// The code, which the user types where the sign-in began.
        code: &'r str,
        /// What to do with it.
        message: &'r str,
    },
    /// A refusal.
    Refused(Refusal),
}

/// Why the host takes nothing. The app shows the words of some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A phone that is not known, a wrong signature or time: all alike.
    Unverified,
    /// A registration that no enrollment waits for.
    NoEnrollment,
    /// A message that is malformed, or misses a field.
    Malformed,
    /// An app that is too old to show codes.
    OldApp,
    /// A phone that asks too often.
    TooMany,
    /// The host cannot tell now.
    Unavailable,
}

impl Refusal {
    /// The status of HTTP.
    pub const fn status(self) -> u16 {
        match self {
            Self::NoEnrollment => 404,
            Self::Unverified | Self::Malformed => 400,
            Self::OldApp => 403,
            Self::TooMany => 429,
            Self::Unavailable => 503,
        }
    }

    const fn code(self) -> u16 {
        match self {
            Self::Unverified => 10,
            Self::NoEnrollment => 601,
            Self::Malformed => 905,
            Self::OldApp => 303,
            Self::TooMany => 403,
            Self::Unavailable => 903,
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Unverified => "This host does not know the phone, or its clock is wrong.",
            Self::NoEnrollment => {
                "This code has expired or was used. Begin again with: secinfo add push"
            }
            Self::Malformed => "This host did not understand the app.",
            Self::OldApp => "This app cannot show codes. Update it to 4.7.0 or newer.",
            Self::TooMany => "This phone asks too often. Try again in a minute.",
            Self::Unavailable => "This host cannot answer now. Try again in a minute.",
        }
    }
}

/// The envelope, JSON-RPC in name. The app insists on each member and its type.
#[derive(Serialize)]
struct Envelope<'e> {
    jsonrpc: &'static str,
    id: u8,
    /// With a fraction always.
    time: f64,
    /// A name, a blank and a version.
    version: &'static str,
    result: Outcome<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Detail<'e>>,
}

#[derive(Serialize)]
struct Outcome<'o> {
    status: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorMember>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value<'v> {
    Counted(bool),
    Requests(Vec<&'v RawValue>),
}

#[derive(Serialize)]
struct ErrorMember {
    code: u16,
    message: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Detail<'d> {
    Registered {
        public_key: &'d str,
    },
    Code {
        display_code: &'d str,
        message: &'d str,
    },
}

impl Reply<'_> {
    /// The status of HTTP.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Refused(refusal) => refusal.status(),
            _ => 200,
        }
    }

    /// The body: JSON in ASCII. `now` in Unix seconds.
    pub fn to_json(&self, now: u64) -> String {
        let value = match self {
            Self::Registered { .. } | Self::Code { .. } => Some(Value::Counted(true)),
            Self::Counted(counted) => Some(Value::Counted(*counted)),
            Self::Requests(requests) => Some(Value::Requests(
                requests.iter().map(SignedChallenge::raw).collect(),
            )),
            Self::Refused(_) => None,
        };
        let error = match self {
            Self::Refused(refusal) => Some(ErrorMember {
                code: refusal.code(),
                message: refusal.message(),
            }),
            _ => None,
        };
        let detail = match *self {
            Self::Registered { public_key } => Some(Detail::Registered { public_key }),
            Self::Code { code, message } => Some(Detail::Code {
                display_code: code,
                message,
            }),
            _ => None,
        };
        ascii::json(&Envelope {
            jsonrpc: "2.0",
            id: 1,
            time: fractional(now),
            version: concat!("secinfo ", env!("CARGO_PKG_VERSION")),
            result: Outcome {
                status: value.is_some(),
                value,
                error,
            },
            detail,
        })
    }
}

/// The time with half a second, because the app takes no whole number.
#[allow(
    clippy::cast_precision_loss,
    reason = "seconds since 1970 have fewer bits than a double's fraction for millions of years"
)]
fn fractional(now: u64) -> f64 {
    now as f64 + 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn read(reply: &Reply<'_>) -> Json {
        let body = reply.to_json(1_764_417_600);
        assert!(body.is_ascii());
        serde_json::from_str(&body).unwrap()
    }

    #[test]
    fn the_envelope_has_the_types_that_the_app_insists_on() {
        let reply = read(&Reply::Counted(true));
        assert!(reply["time"].is_f64());
        assert!(reply["version"].as_str().unwrap().contains(' '));
        assert_eq!(reply["jsonrpc"], "2.0");
        assert!(reply["id"].is_u64());
        assert_eq!(reply["result"], json!({"status": true, "value": true}));
        assert!(reply.get("detail").is_none());
    }

    #[test]
    fn what_is_replied_is_where_the_app_looks_for_it() {
        let code = read(&Reply::Code {
            code: "1234567",
            message: "José",
        });
        assert_eq!(code["result"]["value"], true);
        let detail = json!({"display_code": "1234567", "message": "José"});
        assert_eq!(code["detail"], detail);
        let request = SignedChallenge::from_json(r#"{"nonce":"A"}"#.into()).unwrap();
        let requests = read(&Reply::Requests(&[request]));
        assert_eq!(requests["result"]["value"], json!([{"nonce": "A"}]));
        let refused = read(&Reply::Refused(Refusal::NoEnrollment));
        assert_eq!(refused["result"]["status"], false);
        assert_eq!(refused["result"]["error"]["code"], 601);
    }
}
