//! The tree of objects: made on demand from their paths, never registered.

use super::file::Turns;
use crate::bus::{Caller, OBJECT_MANAGER, Object, ObjectTree, TagKey};
use crate::service::session::{Session, Sessions};
use crate::service::{Enrollment, Service, ServiceError, SessionId, SessionOwner, Verification};
use secinfo_domain::{MethodId, SessionTag, Timestamp};
use secinfo_wire::names::{NO_OBJECT, ROOT_PATH, interface};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use zbus::ObjectPath;
use zbus::names::{OwnedUniqueName, UniqueName};

/// The application behind the bus.
pub struct Daemon {
    service: Arc<Service>,
    tags: TagKey,
    authorization: &'static str,
    started: Timestamp,
    /// Connections that asked to be told of appends.
    auditors: Mutex<HashSet<OwnedUniqueName>>,
    /// Whose turn it is to send a file.
    files: Turns,
}

/// One object.
#[derive(Clone)]
pub enum Node {
    /// The root.
    Root,
    /// The security info of the user with this uid.
    User(u32),
    /// A method of that user.
    Method(u32, MethodId),
    /// An open enrollment.
    Enrollment(Arc<Session<Enrollment>>),
    /// An open verification.
    Verification(Arc<Session<Verification>>),
}

/// What a path names, by its shape.
pub(super) enum PathTarget {
    Root,
    User(u32),
    Method(u32, MethodId),
    Enrollment(SessionId),
    Verification(SessionId),
}

/// What a path names; none when it has no shape of ours.
pub(super) fn parse(path: &str) -> Option<PathTarget> {
    let Some(below) = path.strip_prefix(ROOT_PATH)?.strip_prefix('/') else {
        return (path == ROOT_PATH).then_some(PathTarget::Root);
    };
    let parts: Vec<_> = below.split('/').collect();
    match parts.as_slice() {
        ["users", user] => uid(user).map(PathTarget::User),
        ["users", user, "methods", method] => {
            Some(PathTarget::Method(uid(user)?, method.parse().ok()?))
        }
        ["enrollments", id] => id.parse().ok().map(PathTarget::Enrollment),
        ["verifications", id] => id.parse().ok().map(PathTarget::Verification),
        _ => None,
    }
}

/// One spelling for each uid: `u01000` would be another name for the same user.
fn uid(part: &str) -> Option<u32> {
    let uid: u32 = part.strip_prefix('u')?.parse().ok()?;
    (part == format!("u{uid}")).then_some(uid)
}

/// The path of a user.
pub(super) fn user_path(uid: u32) -> ObjectPath<'static> {
    owned(format!("{ROOT_PATH}/users/u{uid}"))
}

/// The path of a method.
pub(super) fn method_path(uid: u32, method: MethodId) -> ObjectPath<'static> {
    owned(format!("{ROOT_PATH}/users/u{uid}/methods/{method}"))
}

/// The path of a method, or `/` for none.
pub(super) fn method_path_or_none(uid: u32, method: Option<MethodId>) -> ObjectPath<'static> {
    method.map_or_else(
        || owned(NO_OBJECT.to_owned()),
        |method| method_path(uid, method),
    )
}

/// The path of an enrollment.
pub(super) fn enrollment_path(id: SessionId) -> ObjectPath<'static> {
    owned(format!("{ROOT_PATH}/enrollments/{id}"))
}

/// The path of a verification.
pub(super) fn verification_path(id: SessionId) -> ObjectPath<'static> {
    owned(format!("{ROOT_PATH}/verifications/{id}"))
}

fn owned(path: String) -> ObjectPath<'static> {
    ObjectPath::try_from(path)
        .expect("our paths are made of hexadecimal digits, numbers and fixed words")
}

impl Daemon {
    /// The application over its service.
    pub fn new(service: Arc<Service>, tags: TagKey, authorization: &'static str) -> Self {
        Self {
            started: service.core().now(),
            service,
            tags,
            authorization,
            auditors: Mutex::new(HashSet::new()),
            files: Turns::default(),
        }
    }

    /// The service.
    pub const fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// Whose turn it is to send a file.
    pub(super) const fn files(&self) -> &Turns {
        &self.files
    }

    /// How callers are authorized, for the status.
    pub(super) const fn authorization(&self) -> &'static str {
        self.authorization
    }

    /// When the daemon started.
    pub(super) const fn started(&self) -> Timestamp {
        self.started
    }

    /// Where a proof of this caller counts.
    pub(super) fn tag(&self, caller: &Caller) -> SessionTag {
        caller.session_tag(&self.tags)
    }

    /// Whether the connection is told of appends from now on.
    pub(super) fn audit(&self, name: &OwnedUniqueName, told: bool) {
        let mut auditors = self
            .auditors
            .lock()
            .expect("nothing panics while it holds the auditors");
        if told {
            auditors.insert(name.clone());
        } else {
            auditors.remove(name);
        }
    }

    /// The connections that are told of appends.
    pub(super) fn auditors(&self) -> Vec<OwnedUniqueName> {
        self.auditors
            .lock()
            .expect("nothing panics while it holds the auditors")
            .iter()
            .cloned()
            .collect()
    }

    /// Those of these nodes below a path that lead this caller to an object. A node without anything
    /// below it is not shown: a client that walks the tree would get an error there.
    fn nodes_of(&self, caller: &Caller, path: &str, names: &[&str]) -> Vec<String> {
        let leads_on = |name: &&&str| !self.children(caller, &format!("{path}/{name}")).is_empty();
        names
            .iter()
            .filter(leads_on)
            .map(|&name| name.to_owned())
            .collect()
    }

    fn methods_of(&self, uid: u32) -> Vec<MethodId> {
        self.read_methods_of(uid).unwrap_or_default()
    }

    fn read_methods_of(&self, uid: u32) -> Result<Vec<MethodId>, ServiceError> {
        let person = self.service.core().person(uid)?;
        Ok(self.service.security_info().overview(&person)?.methods)
    }
}

/// The open sessions that the caller may see.
fn own<S>(sessions: &Sessions<S>, caller: &Caller) -> Vec<Arc<Session<S>>> {
    sessions.of(|owner| caller.owns(owner))
}

fn ids<S>(sessions: &Sessions<S>, caller: &Caller) -> Vec<String> {
    let own = own(sessions, caller).into_iter();
    own.map(|session| session.id().to_string()).collect()
}

/// What cannot be read may be there: the call goes on, and says why it fails.
fn is_known(found: &Result<bool, ServiceError>) -> bool {
    match found {
        Ok(found) => *found,
        Err(ServiceError::NotFound) => false,
        Err(_) => true,
    }
}

impl Object for Node {
    fn interfaces(&self) -> &'static [&'static str] {
        match self {
            Self::Root => &[
                interface::MANAGER,
                interface::TOKENS,
                interface::CHANNELS,
                interface::BACKUPS,
                interface::AUDIT,
                OBJECT_MANAGER,
            ],
            Self::User(_) => &[interface::USER],
            Self::Method(..) => &[interface::METHOD],
            Self::Enrollment(_) => &[interface::ENROLLMENT],
            Self::Verification(_) => &[interface::VERIFICATION],
        }
    }

    fn owner_uid(&self) -> Option<u32> {
        match self {
            Self::User(uid) | Self::Method(uid, _) => Some(*uid),
            _ => None,
        }
    }

    fn session_owner(&self) -> Option<SessionOwner> {
        match self {
            Self::Enrollment(session) => Some(session.owner().clone()),
            Self::Verification(session) => Some(session.owner().clone()),
            _ => None,
        }
    }
}

impl ObjectTree for Daemon {
    type Object = Node;

    fn resolve(&self, path: &str) -> Option<Node> {
        Some(match parse(path)? {
            PathTarget::Root => Node::Root,
            PathTarget::User(uid) => Node::User(uid),
            PathTarget::Method(uid, method) => Node::Method(uid, method),
            PathTarget::Enrollment(id) => {
                Node::Enrollment(self.service.enrollments().sessions().get(id)?)
            }
            PathTarget::Verification(id) => {
                Node::Verification(self.service.verifications().sessions().get(id)?)
            }
        })
    }

    fn exists(&self, object: &Node) -> bool {
        match object {
            Node::User(uid) => is_known(&self.service.core().person(*uid).map(|_| true)),
            Node::Method(uid, method) => is_known(
                &self
                    .read_methods_of(*uid)
                    .map(|methods| methods.contains(method)),
            ),
            Node::Root | Node::Enrollment(_) | Node::Verification(_) => true,
        }
    }

    fn children(&self, caller: &Caller, path: &str) -> Vec<String> {
        let uid = caller.uid();
        let own = user_path(uid);
        let names: Vec<String> = match path {
            "/" => vec!["org".to_owned()],
            "/org" => vec!["secinfo".to_owned()],
            "/org/secinfo" => vec!["SecurityInfo1".to_owned()],
            ROOT_PATH => self.nodes_of(caller, path, &["enrollments", "users", "verifications"]),
            _ if path == format!("{ROOT_PATH}/users") => vec![format!("u{uid}")],
            _ if path == own.as_str() => self.nodes_of(caller, path, &["methods"]),
            _ if path == format!("{own}/methods") => self
                .methods_of(uid)
                .iter()
                .map(ToString::to_string)
                .collect(),
            _ if path == format!("{ROOT_PATH}/enrollments") => {
                ids(self.service.enrollments().sessions(), caller)
            }
            _ if path == format!("{ROOT_PATH}/verifications") => {
                ids(self.service.verifications().sessions(), caller)
            }
            _ => Vec::new(),
        };
        names
    }

    async fn managed(&self, caller: &Caller, root: &str) -> Vec<(String, Node)> {
        if root != ROOT_PATH {
            return Vec::new();
        }
        let uid = caller.uid();
        let mut objects = vec![(user_path(uid).to_string(), Node::User(uid))];
        objects.extend(
            self.methods_of(uid)
                .into_iter()
                .map(|id| (method_path(uid, id).to_string(), Node::Method(uid, id))),
        );
        let enrollments = own(self.service.enrollments().sessions(), caller);
        objects.extend(
            enrollments
                .into_iter()
                .map(|s| (enrollment_path(s.id()).to_string(), Node::Enrollment(s))),
        );
        let verifications = own(self.service.verifications().sessions(), caller);
        objects.extend(
            verifications
                .into_iter()
                .map(|s| (verification_path(s.id()).to_string(), Node::Verification(s))),
        );
        objects
    }

    fn disconnected(&self, name: &UniqueName<'_>) {
        let gone =
            |owner: &SessionOwner| matches!(owner, SessionOwner::Connection(of) if of == name);
        self.service.close_sessions_of(gone);
        self.auditors
            .lock()
            .expect("nothing panics while it holds the auditors")
            .retain(|auditor| auditor != name);
    }
}
