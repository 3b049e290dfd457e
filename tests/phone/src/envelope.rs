//! What the app takes for a reply.

use crate::member;
use serde_json::Value;

/// Why the app does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// There is no reply.
    Unreachable(String),
    /// The reply is not one that it reads.
    Reply(String),
    /// The host refuses.
    Refused {
        /// The status of HTTP.
        status: u16,
        /// The number of the error.
        code: u64,
        /// What it shows.
        message: String,
    },
    /// A link is not one that it reads.
    Link(String),
    /// A request is not signed by the host, and is not shown.
    Signature(&'static str),
}

/// A reply.
pub struct Envelope {
    /// What it says.
    pub value: Value,
    /// What it says besides.
    pub detail: Value,
}

impl Envelope {
    /// Reads a reply as the app does, which insists on the type of each member.
    pub(crate) fn read(status: u16, body: &[u8]) -> Result<Self, Problem> {
        let wrong = |what: &str| Problem::Reply(format!("{status}: {what}"));
        // Without a header that it believes, the app reads Latin-1.
        if !body.is_ascii() {
            return Err(wrong("it is not ASCII"));
        }
        let reply: Value = serde_json::from_slice(body).map_err(|_| wrong("it is no JSON"))?;
        let is_text = |name| member(&reply, name).is_string();
        if !is_text("jsonrpc") || !member(&reply, "id").is_u64() {
            return Err(wrong("it is no JSON-RPC"));
        }
        if !member(&reply, "time").is_f64() {
            return Err(wrong("its time is no number with a fraction"));
        }
        let version = member(&reply, "version").as_str();
        if !version.is_some_and(|version| version.contains(' ')) {
            return Err(wrong("its version has no blank"));
        }
        let result = member(&reply, "result");
        match member(result, "status").as_bool() {
            Some(true) => Ok(Self {
                value: member(result, "value").clone(),
                detail: member(&reply, "detail").clone(),
            }),
            Some(false) => {
                let error = member(result, "error");
                let code = member(error, "code").as_u64();
                let message = member(error, "message").as_str();
                Err(Problem::Refused {
                    status,
                    code: code.ok_or_else(|| wrong("its error has no code"))?,
                    message: message
                        .ok_or_else(|| wrong("its error has no message"))?
                        .to_owned(),
                })
            }
            None => Err(wrong("its status is neither true nor false")),
        }
    }

    /// What it says, which is true or false to an answer.
    pub fn value(&self) -> Result<bool, Problem> {
        let value = self.value.as_bool();
        value.ok_or_else(|| Problem::Reply("its value is neither true nor false".into()))
    }
}
