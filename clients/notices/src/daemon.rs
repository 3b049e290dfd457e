//! The daemon on the system bus: what the user's security info is, and when to look again.

use crate::security_info::{Method, SecurityInfo};
use futures_util::StreamExt as _;
use secinfo_wire::names::interface::{METHOD, USER};
use secinfo_wire::names::{BUS_NAME, ROOT_PATH};
use secinfo_wire::{
    Connection, Error, MethodProperties, OwnedObjectPath, Reason, Result, UserProperties,
};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use zbus::message::Type as MessageType;
use zbus::names::OwnedUniqueName;
use zbus::{DeserializeDict, MatchRule, Message, MessageStream, OwnedVariant, Type};

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";
const BUS: &str = "org.freedesktop.DBus";

/// A connection to the system bus, on which the daemon may come and go.
pub(crate) struct Daemon {
    connection: Connection,
    address: Option<String>,
    uid: u32,
    shared: Arc<Shared>,
    listener: JoinHandle<()>,
}

/// What the task that listens shares with the one that acts.
#[derive(Default)]
struct Shared {
    /// Rung when there may be news.
    bell: Notify,
    /// The daemon's unique name, once it was found to be the daemon's. Signals of others ring no bell.
    name: Mutex<Option<OwnedUniqueName>>,
}

/// The properties of a user that notices tell of.
#[derive(DeserializeDict, Type)]
#[zbus(signature = "a{sv}", rename_all = "PascalCase")]
struct UserFields {
    methods: Vec<OwnedObjectPath>,
    default_method: OwnedObjectPath,
    /// Daemons that cannot lock accounts have no such property.
    account_locked: Option<u64>,
}

/// The properties of a method that notices tell of.
#[derive(DeserializeDict, Type)]
#[zbus(signature = "a{sv}", rename_all = "PascalCase")]
struct MethodFields {
    kind: String,
    label: String,
    deletion_due: u64,
    locked_until: u64,
    may_be_copied: bool,
}

impl Daemon {
    /// Connects to the bus at `address`, or to the system bus, and listens there for what concerns the user
    /// with this uid.
    ///
    /// # Errors
    /// [`Error::Unreachable`] without a bus.
    pub(crate) async fn connect(address: Option<String>, uid: u32) -> Result<Self> {
        let connection = secinfo_wire::connect_to_wait(address.as_deref()).await?;
        let owner_changed = MatchRule::builder()
            .msg_type(MessageType::Signal)
            .sender(BUS)
            .interface(BUS)
            .member("NameOwnerChanged")
            .add_arg(BUS_NAME)
            .build()?;
        let mut owners = MessageStream::for_match_rule(owner_changed, &connection, None).await?;
        // What the daemon sends comes without asking the bus for it.
        let mut messages = MessageStream::from(&connection);
        let shared = Arc::new(Shared::default());
        let ears = Arc::clone(&shared);
        // A task of its own: a stream that nobody empties would keep replies from arriving.
        let listener = tokio::spawn(async move {
            loop {
                tokio::select! {
                    changed = owners.next() => match changed {
                        Some(Ok(_)) => ears.forget(),
                        _ => return,
                    },
                    message = messages.next() => match message {
                        Some(Ok(message)) => ears.hear(&message, uid),
                        _ => return,
                    },
                }
            }
        });
        Ok(Self {
            connection,
            address,
            uid,
            shared,
            listener,
        })
    }

    /// Waits until the user's security info may have changed, or another daemon runs, or none.
    pub(crate) async fn rung(&self) {
        self.shared.bell.notified().await;
    }

    /// Waits until the bus is gone.
    pub(crate) async fn gone(&self) {
        self.connection.closed().await;
    }

    /// The user's security info; none while no daemon runs, which this does not start, and for an account
    /// that the daemon does not know.
    ///
    /// # Errors
    /// As the daemon answers; [`Error::Untrusted`] for a stranger in its place.
    pub(crate) async fn security_info(&self) -> Result<Option<SecurityInfo>> {
        let Some(daemon) = self.name().await? else {
            return Ok(None);
        };
        match self.read(&daemon).await {
            Err(Error::Refused {
                reason: Reason::NotFound,
                ..
            }) => Ok(None),
            info => info.map(Some),
        }
    }

    async fn read(&self, daemon: &OwnedUniqueName) -> Result<SecurityInfo> {
        let user: UserFields = self.properties(daemon, &self.user_path(), USER).await?;
        let mut info = SecurityInfo {
            account_locked: user.account_locked,
            ..SecurityInfo::default()
        };
        for path in user.methods {
            let method = self.properties(daemon, path.as_str(), METHOD).await;
            let method: MethodFields = match method {
                // It was deleted in between, and the bell has rung for that.
                Err(Error::Refused {
                    reason: Reason::NotFound,
                    ..
                }) => continue,
                method => method?,
            };
            info.methods.insert(path.to_string(), method.into());
        }
        let default = user.default_method.to_string();
        info.default = info.methods.contains_key(&default).then_some(default);
        Ok(info)
    }

    /// Locks the user's own account.
    ///
    /// # Errors
    /// As the daemon answers; [`Error::Unreachable`] when none runs.
    pub(crate) async fn lock_account(&self) -> Result<()> {
        let Some(daemon) = self.name().await? else {
            return Err(Error::Unreachable("it does not run".to_owned()));
        };
        let path = self.user_path();
        let reply = self
            .connection
            .call_method(Some(daemon), path, Some(USER), "LockAccount", &())
            .await;
        reply.map(drop).map_err(Error::from)
    }

    /// The daemon's name on the bus, found out when it is not known.
    async fn name(&self) -> Result<Option<OwnedUniqueName>> {
        if let Some(name) = self.shared.name() {
            return Ok(Some(name));
        }
        let found = secinfo_wire::daemon_on(&self.connection, self.address.as_deref()).await?;
        self.shared.learn(found.clone());
        Ok(found)
    }

    async fn properties<F: DeserializeOwned + Type>(
        &self,
        daemon: &OwnedUniqueName,
        path: &str,
        interface: &str,
    ) -> Result<F> {
        let standard = Some(PROPERTIES);
        let reply = self
            .connection
            .call_method(Some(daemon), path, standard, "GetAll", &interface)
            .await?;
        Ok(reply.body().deserialize()?)
    }

    fn user_path(&self) -> String {
        user_path(self.uid)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

fn user_path(uid: u32) -> String {
    format!("{ROOT_PATH}/users/u{uid}")
}

impl From<MethodFields> for Method {
    fn from(fields: MethodFields) -> Self {
        Self {
            kind: fields.kind,
            label: fields.label,
            deletion_due: fields.deletion_due,
            locked_until: fields.locked_until,
            may_be_copied: fields.may_be_copied,
        }
    }
}

impl Shared {
    fn name(&self) -> Option<OwnedUniqueName> {
        let name = self.name.lock().unwrap_or_else(PoisonError::into_inner);
        name.clone()
    }

    fn learn(&self, found: Option<OwnedUniqueName>) {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }

    /// The daemon's name has changed hands.
    fn forget(&self) {
        self.learn(None);
        self.bell.notify_one();
    }

    fn hear(&self, message: &Message, uid: u32) {
        if message.message_type() != MessageType::Signal {
            return;
        }
        let header = message.header();
        let by_daemon = header.sender().is_some_and(|sender| {
            self.name()
                .is_some_and(|name| name.as_str() == sender.as_str())
        });
        if by_daemon && concerns(message, &user_path(uid)) {
            self.bell.notify_one();
        }
    }
}

/// Whether a signal of the daemon is about the security info of the user at this path. What changes with
/// every sign-in is not told, and so not looked at.
fn concerns(message: &Message, user: &str) -> bool {
    let header = message.header();
    let (Some(interface), Some(member), Some(path)) =
        (header.interface(), header.member(), header.path())
    else {
        return false;
    };
    let is_own = |path: &str| {
        path.strip_prefix(user)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match (interface.as_str(), member.as_str()) {
        (OBJECT_MANAGER, "InterfacesAdded" | "InterfacesRemoved") => {
            let body = message.body();
            let object = body.deserialize::<(OwnedObjectPath,)>();
            object.is_ok_and(|(object,)| is_own(object.as_str()))
        }
        (PROPERTIES, "PropertiesChanged") if is_own(path.as_str()) => {
            type Changed = (String, HashMap<String, OwnedVariant>, Vec<String>);
            let Ok((_, changed, invalidated)) = message.body().deserialize::<Changed>() else {
                return false;
            };
            let of_use = [
                MethodProperties::LAST_USED,
                MethodProperties::REMAINING,
                UserProperties::FRESH_PROOF_UNTIL,
            ];
            let mut names = changed.keys().chain(&invalidated);
            names.any(|name| !of_use.contains(&name.as_str()))
        }
        _ => false,
    }
}
