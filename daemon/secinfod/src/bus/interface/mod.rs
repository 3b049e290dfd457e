//! The daemon's own interfaces, a file for each, and the tree of objects that carries them.

mod audit;
mod backups;
mod channels;
mod delivery;
mod enrollment;
mod errors;
mod file;
mod manager;
mod method;
mod notify;
mod parse;
mod statistics;
mod tokens;
mod tree;
mod user;
mod verification;

pub use notify::notify;
pub use tree::{Daemon, Node};

use super::{Action, Call, Granted, Interface, Table};
use crate::core::RequestSource;
use crate::service::{Requester, Service, SessionOwner};
use secinfo_domain::{Authority, ServiceName, Timestamp};
use std::sync::Arc;

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
/// Seeing how channels are, and testing them.
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
        tokens::interface(),
        channels::interface(),
        backups::interface(),
        user::interface(),
        method::interface(),
        enrollment::interface(),
        verification::interface(),
        audit::interface(),
    ]
}

impl Call<Daemon> {
    fn service(&self) -> &Arc<Service> {
        self.state().service()
    }
}

/// Who asks, for the service.
fn requester(call: &Call<Daemon>, service: Option<ServiceName>) -> Requester {
    let authority = match call.granted() {
        Granted::Action(_) | Granted::Root => Authority::Administrator,
        Granted::Owner | Granted::Session | Granted::Anyone => Authority::Own,
    };
    let uid = call.caller().uid();
    Requester {
        uid,
        session: call.state().tag(call.caller()),
        service,
        // Root asks for others.
        source: (uid != 0).then_some(RequestSource::Account(uid)),
        place: None,
        authority,
        became_root: call.caller().became_root(),
    }
}

/// A time as it is on the bus, where 0 is never.
fn seconds(time: Option<Timestamp>) -> u64 {
    time.map_or(0, Timestamp::as_seconds)
}

/// Who owns the session: the connection, or its uid where the caller asked for that.
fn session_owner(call: &Call<Daemon>, detached: Option<bool>) -> SessionOwner {
    if detached == Some(true) {
        SessionOwner::User(call.caller().uid())
    } else {
        SessionOwner::Connection(call.caller().unique_name().clone())
    }
}
