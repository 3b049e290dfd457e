//! The daemon's own interfaces, a file for each, and the tree of objects that carries them.

mod audit;
mod backup;
mod channels;
mod delivery;
mod dict;
mod enrollment;
mod errors;
mod manager;
mod method;
mod notify;
mod sign_in;
mod statistics;
mod tree;
mod user;
mod verification;

pub use notify::notify;
pub use tree::{Daemon, Node};

use super::{Action, BusError, Call, Granted, Interface, Table};
use crate::service::{Requester, SessionOwner};
use secinfo_domain::{Authority, MethodId, ServiceName};

/// The bus name, and the prefix of every interface and error.
pub const BUS_NAME: &str = "org.secinfo.SecurityInfo1";

/// Managing other users: deleting their methods, issuing access passes, erasing them.
pub const MANAGE_USERS: Action = Action::new("org.secinfo.SecurityInfo1.manage-users");
/// Verifying other users.
pub const VERIFY_USERS: Action = Action::new("org.secinfo.SecurityInfo1.verify-users");
/// Reading other users' security info.
pub const READ_USERS: Action = Action::new("org.secinfo.SecurityInfo1.read-users");
/// Lifting the locks of a user.
pub const UNLOCK_USERS: Action = Action::new("org.secinfo.SecurityInfo1.unlock-users");
/// Importing and removing hardware tokens.
pub const IMPORT_TOKENS: Action = Action::new("org.secinfo.SecurityInfo1.import-tokens");
/// Seeing how channels are, and trying them out.
pub const MANAGE_CHANNELS: Action = Action::new("org.secinfo.SecurityInfo1.manage-channels");
/// Reading the log.
pub const READ_LOG: Action = Action::new("org.secinfo.SecurityInfo1.read-log");

/// Every interface: what dispatch, authorization, introspection and docs all come from.
pub fn table() -> Table<Daemon> {
    Table::new(interfaces())
}

/// Our own interfaces, without the standard ones.
pub fn interfaces() -> Vec<Interface<Daemon>> {
    vec![
        manager::interface(),
        user::interface(),
        method::interface(),
        enrollment::interface(),
        verification::interface(),
        sign_in::interface(),
        audit::interface(),
    ]
}

/// Who asks, in the service's words.
fn requester(call: &Call<Daemon>, service: Option<ServiceName>) -> Requester {
    let authority = match call.granted() {
        Granted::Action(_) | Granted::Root => Authority::Administrator,
        Granted::Owner | Granted::Session | Granted::Anyone => Authority::Own,
    };
    Requester {
        uid: call.caller().uid(),
        session: call.state().tag(call.caller()),
        service,
        authority,
    }
}

/// The service that an argument names; none for an empty one.
fn service_name(text: &str) -> Result<Option<ServiceName>, BusError> {
    if text.is_empty() {
        return Ok(None);
    }
    ServiceName::parse(text).map(Some).map_err(|error| {
        BusError::typed(
            "InvalidArgument",
            format!("The service name cannot be used: {error}."),
        )
    })
}

/// The longest locale or BCP 47 tag that is looked at.
const LONGEST_LANGUAGE: usize = 64;

/// The language that a caller speaks; empty for none that they say.
fn language(options: &mut dict::Options) -> Result<String, BusError> {
    let language = options.take::<String>("language")?.unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
    if language.len() > LONGEST_LANGUAGE || !language.chars().all(known) {
        return Err(BusError::typed(
            "InvalidArgument",
            "The language is a locale, such as de_DE.UTF-8, or a language tag, such as de.",
        ));
    }
    Ok(language)
}

/// The method of user `uid` that an object path names.
fn method_at(path: &str, uid: u32) -> Result<MethodId, BusError> {
    match tree::parse(path) {
        Some(tree::Place::Method(owner, method)) if owner == uid => Ok(method),
        _ => Err(BusError::typed(
            "NotFound",
            "That is no method of this user: list the methods and choose one.",
        )),
    }
}

/// Whose the session is: the connection's, or, where the caller asked for it, its uid's.
fn session_owner(call: &Call<Daemon>, detached: Option<bool>) -> SessionOwner {
    if detached == Some(true) {
        SessionOwner::User(call.caller().uid())
    } else {
        SessionOwner::Connection(call.caller().unique_name().clone())
    }
}
