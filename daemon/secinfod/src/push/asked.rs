//! What is known of a request that was sent to a phone, after its session may have ended.

use super::request::PhoneRequest;
use crate::core::{Person, RequestSource};
use secinfo_domain::{ApprovalId, ServiceName, Timestamp};
use secinfo_pipush::{PhoneKey, Serial};
use secinfo_wire::push::Reply;
use std::sync::{Arc, Weak};

/// A request that was sent to a phone, open or not.
pub(crate) struct Asked {
    /// Its id in the log.
    pub(crate) approval: ApprovalId,
    /// The request, as long as its session holds it.
    pub(crate) request: Weak<PhoneRequest>,
    /// The phone.
    pub(crate) serial: Serial,
    pub(crate) key: Arc<PhoneKey>,
    /// The user.
    pub(crate) person: Person,
    /// What the phone answered first. Held while an answer is decided: one after the other.
    pub(crate) answered: tokio::sync::Mutex<Option<Answered>>,
    /// What stands below a code on the phone.
    pub(crate) message: String,
    /// What it was asked for.
    pub(crate) occasion: Occasion,
    /// Where from, as far as it is known.
    pub(crate) source: Option<RequestSource>,
}

/// What a user was asked for on a phone.
pub(crate) enum Occasion {
    /// To try a phone out that is being added.
    Test,
    /// By a program that runs as the user, whatever it says of itself.
    OwnProgram,
    /// To sign in.
    SignIn {
        /// Where.
        service: Option<ServiceName>,
        /// From where, such as the address of a client; empty for this host.
        origin: String,
    },
    /// To reset the password.
    PasswordReset,
}

/// The answer that counted, and what was replied to it.
pub(crate) struct Answered {
    pub(crate) body: String,
    pub(crate) time: Timestamp,
    pub(crate) reply: Reply,
}
