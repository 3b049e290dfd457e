//! From a message to its handler: every call is looked up in the table, and only what has a row,
//! with the arguments of the row and a caller whom the row allows, gets any further.

use super::access::{Access, Granted};
use super::authorize::Authorizer;
use super::call::Call;
use super::callers::{Callers, KnownConnection};
use super::connect::{ConnectError, ask_bus, release_name, request_name};
use super::emit::Emitter;
use super::error::BusError;
use super::limits::{InFlight, Limits, MAX_DESCRIPTORS, MAX_MESSAGE, Permit};
use super::object::{Object, ObjectTree};
use super::standard::{ON_NODES, ON_NOTHING, ON_OBJECTS};
use super::table::{Interface, MAX_BODY, Method, Table};
use futures_util::{FutureExt, StreamExt};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use zbus::message::{Flags, Header, Type};
use zbus::names::UniqueName;
use zbus::{Connection, Message, MessageStream, ObjectPath};

/// How long the bus may take to tell us that our name is no longer ours.
const FAREWELL: Duration = Duration::from_secs(5);

/// What every call needs.
pub(crate) struct Core<T: ObjectTree> {
    pub(crate) connection: Connection,
    pub(crate) state: Arc<T>,
    pub(crate) table: Table<T>,
    pub(crate) authorizer: Authorizer,
    pub(crate) callers: Callers,
    in_flight: Arc<InFlight>,
    /// The name that clients find us by, once it is ours.
    name: OnceLock<String>,
    /// The bus has taken the name back, and every call sent to it before was taken up.
    name_lost: Notify,
}

/// The service on the bus.
pub struct Server<T: ObjectTree> {
    core: Arc<Core<T>>,
    dispatcher: JoinHandle<()>,
}

impl<T: ObjectTree> Server<T> {
    /// Starts answering calls on `connection`. Clients find the service only after
    /// [`Server::request_name`].
    ///
    /// Nothing else may answer on this connection: zbus starts its object server only when
    /// [`Connection::object_server`] or the builder's `serve_at` is called, so neither must be.
    ///
    /// # Errors
    /// When the bus does not let us watch connections leave.
    pub async fn start(
        connection: Connection,
        state: Arc<T>,
        table: Table<T>,
        authorizer: Authorizer,
        limits: Limits,
    ) -> Result<Self, ConnectError> {
        // One stream for calls and departures alike, so that they stay in the bus's order.
        let messages = MessageStream::from(&connection);
        let departures = "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',\
                          interface='org.freedesktop.DBus',member='NameOwnerChanged',arg2=''";
        ask_bus(&connection, "AddMatch", &departures).await?;
        let core = Arc::new(Core {
            callers: Callers::new(connection.clone()),
            connection,
            state,
            table,
            authorizer,
            in_flight: Arc::new(InFlight::new(limits)),
            name: OnceLock::new(),
            name_lost: Notify::new(),
        });
        let dispatcher = tokio::spawn(dispatch(core.clone(), messages));
        Ok(Self { core, dispatcher })
    }

    /// Takes the well-known `name`, so that clients find us.
    ///
    /// # Errors
    /// [`ConnectError::NameTaken`], [`ConnectError::NameForbidden`], or what else the bus says.
    pub async fn request_name(&self, name: &str) -> Result<(), ConnectError> {
        request_name(&self.core.connection, name).await?;
        // It is asked for once.
        let _ = self.core.name.set(name.to_owned());
        Ok(())
    }

    /// Sends signals.
    pub fn emitter(&self) -> Emitter<T> {
        Emitter::new(self.core.clone())
    }

    /// The table that is served.
    pub fn table(&self) -> &Table<T> {
        &self.core.table
    }

    /// Returns when the bus is gone.
    pub async fn closed(&self) {
        self.core.connection.closed().await;
    }

    /// Gives the name back, answers every call that was sent to it before, and refuses others with
    /// `ShuttingDown`.
    pub async fn drain(&self) {
        if let Some(name) = self.core.name.get() {
            // The bus's word that the name is gone comes behind every call that it let through.
            let given_back = async {
                release_name(&self.core.connection, name).await?;
                self.core.name_lost.notified().await;
                Ok::<(), ConnectError>(())
            };
            match tokio::time::timeout(FAREWELL, given_back).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "the name on the bus was not given back"),
                Err(_) => tracing::warn!("the bus does not take the name back"),
            }
        }
        self.core.in_flight.close().await;
    }
}

impl<T: ObjectTree> Drop for Server<T> {
    fn drop(&mut self) {
        self.dispatcher.abort();
    }
}

async fn dispatch<T: ObjectTree>(core: Arc<Core<T>>, mut messages: MessageStream) {
    while let Some(message) = messages.next().await {
        let Ok(message) = message else { continue };
        match message.message_type() {
            Type::MethodCall => core.clone().accept(message).await,
            Type::Signal => core.note_signal(&message),
            Type::MethodReturn | Type::Error => {}
        }
    }
    tracing::info!("the connection to the bus is closed");
}

/// Where a path leads, for one caller.
enum Reached<O> {
    Object(O),
    /// Only on the way to objects.
    Node,
    Nothing,
}

impl<T: ObjectTree> Core<T> {
    /// Starts answering a call, in a task of its own.
    async fn accept(self: Arc<Self>, message: Message) {
        let header = message.header();
        let Some(sender) = header.sender() else {
            return;
        };
        let admitted = acceptable(&message)
            .and_then(|()| self.callers.connection(sender))
            .and_then(|entry| {
                let permit = self.in_flight.enter(&entry, message.data().len())?;
                Ok((permit, entry))
            });
        drop(header);
        match admitted {
            Ok((permit, entry)) => {
                tokio::spawn(async move { self.serve(message, &entry, permit).await });
            }
            // Sent before the next message is read, so a flood is slowed down by its own echo.
            Err(error) => self.refuse(&message, &error).await,
        }
    }

    async fn serve(self: Arc<Self>, message: Message, entry: &KnownConnection, mut permit: Permit) {
        let answer = AssertUnwindSafe(self.answer(&message, entry, &mut permit))
            .catch_unwind()
            .await;
        let answer = answer.unwrap_or_else(|_| {
            // The panic message may hold secrets, so it is not repeated here.
            let header = message.header();
            let (interface, member) = (header.interface(), header.member());
            tracing::error!(?interface, ?member, "a handler panicked");
            Err(BusError::internal())
        });
        permit.answered();
        match answer {
            Ok(reply) if expects_reply(&message) => self.send(&reply).await,
            Ok(_) => {}
            Err(error) => self.refuse(&message, &error).await,
        }
        drop(permit);
    }

    async fn answer(
        self: &Arc<Self>,
        message: &Message,
        entry: &KnownConnection,
        permit: &mut Permit,
    ) -> Result<Message, BusError> {
        let caller = self.callers.identify(entry).await?;
        permit.count_for(caller.uid())?;
        let header = message.header();
        let (Some(path), Some(member)) = (header.path(), header.member()) else {
            return Err(BusError::invalid_args(
                "The call names no object or no method.",
            ));
        };
        let reached = self.reached(&caller, path);
        let method = self.method(&reached, &header, member.as_str())?;
        let body = message.body();
        // zbus reads `(uu)`, one structure, and `uu` as the same signature; their bytes are the
        // same too, so nothing is misread.
        if *body.signature() != method.body_signature {
            return Err(BusError::invalid_args(format!(
                "{} takes ({}), not ({}).",
                method.name,
                method.body_signature.to_string_no_parens(),
                body.signature().to_string_no_parens()
            )));
        }
        let named_uid = match method.access {
            Access::NamedUser { .. } => body.data().deserialize::<u32>().ok().map(|(uid, _)| uid),
            _ => None,
        };
        let target = match reached {
            Reached::Object(object) => Some(object),
            Reached::Node | Reached::Nothing => None,
        };
        let mut call = Call {
            core: self.clone(),
            path: path.as_str().into(),
            target,
            caller,
            granted: Granted::Anyone,
            message: Some(message.clone()),
        };
        call.admit(method.access, named_uid).await?;
        (method.handler)(call, message.clone()).await
    }

    fn reached(&self, caller: &super::caller::Caller, path: &ObjectPath<'_>) -> Reached<T::Object> {
        match self.state.resolve(path) {
            Some(object)
                if object
                    .session_owner()
                    .is_none_or(|owner| caller.owns(&owner)) =>
            {
                Reached::Object(object)
            }
            Some(_) => Reached::Nothing,
            None if self.state.children(caller, path).is_empty() => Reached::Nothing,
            None => Reached::Node,
        }
    }

    /// The row that a call is for.
    fn method(
        &self,
        reached: &Reached<T::Object>,
        header: &Header<'_>,
        member: &str,
    ) -> Result<&Method<T>, BusError> {
        let interfaces = match reached {
            Reached::Object(object) => self.interfaces_on(Some(object)),
            Reached::Node => self.interfaces_on(None),
            Reached::Nothing => self.named(&ON_NOTHING).collect(),
        };
        let found = if let Some(name) = header.interface() {
            let interface = interfaces
                .iter()
                .find(|interface| interface.name == name.as_str());
            interface
                .ok_or_else(|| BusError::unknown_interface(name))
                .and_then(|interface| {
                    interface
                        .method(member)
                        .ok_or_else(|| BusError::unknown_method(member))
                })
        } else {
            let mut rows = interfaces
                .iter()
                .filter_map(|interface| interface.method(member));
            match (rows.next(), rows.next()) {
                (Some(only), None) => Ok(only),
                _ => Err(BusError::unknown_method(member)),
            }
        };
        match reached {
            // What is missing is the object, whatever else is missing too.
            Reached::Nothing => found.map_err(|_| BusError::unknown_object()),
            Reached::Object(_) | Reached::Node => found,
        }
    }

    fn named<'a>(&'a self, names: &'a [&'static str]) -> impl Iterator<Item = &'a Interface<T>> {
        names.iter().filter_map(|name| self.table.interface(name))
    }

    /// The interfaces of an object, or of a node on the way to objects.
    pub(crate) fn interfaces_on(&self, object: Option<&T::Object>) -> Vec<&Interface<T>> {
        match object {
            Some(object) => self
                .named(object.interfaces())
                .chain(self.named(&ON_OBJECTS))
                .collect(),
            None => self.named(&ON_NODES).collect(),
        }
    }

    /// The interface called `name` of the object.
    ///
    /// # Errors
    /// `UnknownInterface`.
    pub(crate) fn interface_on(
        &self,
        object: Option<&T::Object>,
        name: &str,
    ) -> Result<&Interface<T>, BusError> {
        let found = self
            .interfaces_on(object)
            .into_iter()
            .find(|interface| interface.name == name);
        found.ok_or_else(|| BusError::unknown_interface(name))
    }

    fn note_signal(&self, message: &Message) {
        let header = message.header();
        let from_bus = header
            .sender()
            .is_some_and(|sender| sender.as_str() == "org.freedesktop.DBus");
        if !from_bus {
            return;
        }
        match header.member().map(zbus::names::MemberName::as_str) {
            Some("NameOwnerChanged") => self.note_departure(message),
            Some("NameLost") => self.name_lost.notify_one(),
            _ => {}
        }
    }

    fn note_departure(&self, message: &Message) {
        let body = message.body();
        let Ok((name, _, new_owner)) = body.deserialize::<(&str, &str, &str)>() else {
            return;
        };
        if !new_owner.is_empty() {
            return;
        }
        if let Ok(name) = UniqueName::try_from(name)
            && self.callers.forget(&name)
        {
            self.state.disconnected(&name);
        }
    }

    async fn refuse(&self, message: &Message, error: &BusError) {
        if !expects_reply(message) {
            return;
        }
        match error.reply(message) {
            Ok(reply) => self.send(&reply).await,
            Err(failure) => tracing::error!(%failure, "an error reply could not be built"),
        }
    }

    async fn send(&self, reply: &Message) {
        if let Err(error) = self.connection.send(reply).await {
            tracing::warn!(%error, "a reply could not be sent");
        }
    }
}

/// Refuses what no row takes before anything else is done with it, so that it is held by none.
fn acceptable(message: &Message) -> Result<(), BusError> {
    let data = message.data();
    if message.body().len() > MAX_BODY || data.len() > MAX_MESSAGE {
        return Err(BusError::limits_exceeded(format!(
            "The call is larger than {MAX_BODY} bytes."
        )));
    }
    if data.fds().len() > MAX_DESCRIPTORS {
        return Err(BusError::limits_exceeded(
            "The call has too many descriptors.",
        ));
    }
    Ok(())
}

fn expects_reply(message: &Message) -> bool {
    !message
        .primary_header()
        .flags()
        .contains(Flags::NO_REPLY_EXPECTED)
}
