//! What the daemon and the process that phones talk to say to each other: lines of JSON both ways.
//! docs/reference/push.md describes it.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The version of the protocol.
pub const VERSION: u32 = 1;

/// Where the process listens for the daemon.
pub const SOCKET: &str = "/run/secinfo/push";

/// The program.
pub const PROGRAM: &str = "/usr/lib/secinfo/secinfo-push";

/// The longest line, in bytes, with the line feed behind it.
pub const LONGEST_LINE: usize = 16 * 1024;

/// The longest body that a phone may post, in bytes.
pub const LONGEST_BODY: usize = 8 * 1024;

/// The longest query that a phone may ask with, in bytes.
pub const LONGEST_QUERY: usize = 4 * 1024;

/// How many phones may be enrolled.
pub const MOST_PHONES: usize = 10_000;

/// How many requests, and how many enrollments, may be open at once.
pub const MOST_OPEN: usize = 1000;

/// What the daemon says. It begins with all that stands, up to [`ToRelay::Ready`], and goes on with
/// what changes.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ToRelay {
    /// The first line.
    Begin {
        /// [`VERSION`].
        version: u32,
        /// The path at which phones ask.
        path: String,
    },
    /// All that stands has been said.
    Ready,
    /// A phone that is enrolled.
    Phone {
        /// The serial of the method.
        serial: String,
        /// Its public key: `SubjectPublicKeyInfo` in base64.
        key: String,
    },
    /// A phone is not enrolled any more.
    PhoneGone {
        /// The serial of the method.
        serial: String,
    },
    /// An enrollment that waits for its phone.
    Enrollment {
        /// The serial of the future method.
        serial: String,
        /// The SHA-256 of the credential that the phone has to show, in base64.
        credential: String,
    },
    /// An enrollment waits no longer.
    EnrollmentGone {
        /// The serial of the future method.
        serial: String,
    },
    /// A request that is open. A phone has one at most: a newer one takes its place.
    Request {
        /// The serial of the method.
        serial: String,
        /// What the request is known by.
        nonce: String,
        /// The signed request, as phones get it.
        challenge: String,
    },
    /// The request of a phone is not open any more.
    RequestGone {
        /// The serial of the method.
        serial: String,
    },
    /// What a phone that posted is told.
    Reply {
        /// The number of [`FromRelay::Posted`].
        exchange: u64,
        /// What it is told.
        reply: Reply,
    },
}

/// What a phone that posted is told.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Reply {
    /// It is registered.
    Registered {
        /// The host's public key, as the app reads it.
        public_key: String,
    },
    /// Whether what it posted counted.
    Counted(bool),
    /// Its user accepted, and types this code where the sign-in began.
    Code {
        /// The code.
        code: Zeroizing<String>,
        /// What the phone says below it.
        message: String,
    },
    /// No enrollment waits for it.
    NoEnrollment,
    /// Its app is too old to show codes.
    OldApp,
}

/// What the relay says. All of it comes from outside: the daemon checks it as if nothing had been checked.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum FromRelay {
    /// A phone posted a registration or an answer.
    Posted {
        /// The number of the exchange, which its reply has.
        exchange: u64,
        /// The body, a form.
        body: String,
        /// The app, as it names itself.
        user_agent: String,
    },
    /// A phone asked for requests. This is said once a minute for a phone at most.
    Polled {
        /// The query.
        query: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_written_as_the_reference_has_them() {
        let begin = ToRelay::Begin {
            version: VERSION,
            path: "/p".into(),
        };
        assert_eq!(
            serde_json::to_string(&begin).expect("JSON"),
            r#"{"begin":{"version":1,"path":"/p"}}"#
        );
        let reply = ToRelay::Reply {
            exchange: 7,
            reply: Reply::Counted(false),
        };
        assert_eq!(
            serde_json::to_string(&reply).expect("JSON"),
            r#"{"reply":{"exchange":7,"reply":{"counted":false}}}"#
        );
        let polled = FromRelay::Polled {
            query: "serial=A".into(),
        };
        assert_eq!(
            serde_json::to_string(&polled).expect("JSON"),
            r#"{"polled":{"query":"serial=A"}}"#
        );
        assert_eq!(
            serde_json::to_string(&ToRelay::Ready).expect("JSON"),
            r#""ready""#
        );
    }

    #[test]
    fn the_longest_body_fits_into_a_line() {
        let posted = FromRelay::Posted {
            exchange: u64::MAX,
            // The longest that JSON makes of what a form may have: the reader takes no control characters.
            body: "\"".repeat(LONGEST_BODY - 1024),
            user_agent: "A".repeat(256),
        };
        assert!(serde_json::to_string(&posted).expect("JSON").len() < LONGEST_LINE);
    }
}
