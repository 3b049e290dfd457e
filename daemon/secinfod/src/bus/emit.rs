//! Signals. They hold personal data, so each goes to named connections only, never to everyone,
//! and shows each of them what they could also read.

use super::access::Granted;
use super::call::Call;
use super::dispatch::Core;
use super::error::BusError;
use super::object::{Object, ObjectTree};
use super::signature::{Outputs, body_signature};
use super::standard::{OBJECT_MANAGER, PROPERTIES, Values, values_of};
use super::table::EmitsChanged;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use zbus::names::OwnedUniqueName;
use zbus::{DynamicType, Message, ObjectPath};

/// Sends signals that have a row in the table.
///
/// The destinations are unique names, such as [`Emitter::connections_of`] gives. A destination
/// that left the bus in the meantime is passed over.
pub struct Emitter<T: ObjectTree> {
    core: Arc<Core<T>>,
}

impl<T: ObjectTree> Clone for Emitter<T> {
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
        }
    }
}

impl<T: ObjectTree> Emitter<T> {
    pub(crate) fn new(core: Arc<Core<T>>) -> Self {
        Self { core }
    }

    /// The connections of `uid` that have called us and are still on the bus.
    pub fn connections_of(&self, uid: u32) -> Vec<OwnedUniqueName> {
        self.core.callers.of_user(uid)
    }

    /// The users of these connections.
    pub fn connected_users(&self) -> BTreeSet<u32> {
        self.core.callers.users()
    }

    /// Sends the signal `interface.name` of the object at `path`.
    ///
    /// # Errors
    /// `Internal` when the table has no such signal, or one with other arguments, and when the
    /// bus is gone.
    pub async fn signal<const N: usize, A: Outputs<N>>(
        &self,
        to: &[OwnedUniqueName],
        path: &str,
        interface: &str,
        name: &str,
        arguments: &A,
    ) -> Result<(), BusError> {
        let row = self
            .core
            .table
            .interface(interface)
            .and_then(|interface| interface.signal(name));
        if row.is_none_or(|row| row.body_signature != body_signature(&A::signatures())) {
            tracing::error!(
                interface,
                signal = name,
                "the table has no signal of this name and type"
            );
            return Err(BusError::internal());
        }
        for destination in to {
            self.send(destination, path, interface, name, arguments)
                .await?;
        }
        Ok(())
    }

    /// Announces that properties of the object at `path` changed, to each destination those that
    /// it may read.
    ///
    /// # Errors
    /// `Internal` when the table has no such property, and when the bus is gone.
    pub async fn properties_changed(
        &self,
        to: &[OwnedUniqueName],
        path: &str,
        interface: &str,
        changed: &[&str],
    ) -> Result<(), BusError> {
        let mut rows = Vec::with_capacity(changed.len());
        for name in changed {
            let row = self
                .core
                .table
                .interface(interface)
                .and_then(|interface| interface.property(name));
            rows.push(row.ok_or_else(|| {
                tracing::error!(
                    interface,
                    property = name,
                    "the table has no property of this name"
                );
                BusError::internal()
            })?);
        }
        for (call, destinations) in self.viewers(to, path) {
            let mut values = Values::new();
            let mut invalidated = Vec::new();
            for row in &rows {
                let Ok(value) = call.read(row).await else {
                    continue;
                };
                match row.emits_changed {
                    EmitsChanged::Value => {
                        values.insert(row.name, value);
                    }
                    EmitsChanged::Invalidates => invalidated.push(row.name),
                    EmitsChanged::Const | EmitsChanged::No => {}
                }
            }
            if !values.is_empty() || !invalidated.is_empty() {
                let body = (interface, values, invalidated);
                for destination in destinations {
                    self.send(destination, path, PROPERTIES, "PropertiesChanged", &body)
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// Announces the new object at `path` on behalf of the object manager at `manager`, to each
    /// destination with the properties that it may read.
    ///
    /// # Errors
    /// `Internal` when `path` is no object path, and when the bus is gone.
    pub async fn interfaces_added(
        &self,
        to: &[OwnedUniqueName],
        manager: &str,
        path: &str,
    ) -> Result<(), BusError> {
        let object = ObjectPath::try_from(path).map_err(|_| BusError::internal())?;
        for (call, destinations) in self.viewers(to, path) {
            let Some(values) = values_of(&call).await else {
                continue;
            };
            let body = (&object, values);
            for destination in destinations {
                self.send(
                    destination,
                    manager,
                    OBJECT_MANAGER,
                    "InterfacesAdded",
                    &body,
                )
                .await?;
            }
        }
        Ok(())
    }

    /// Announces that the object at `path`, which had `interfaces`, is gone. The destinations
    /// must be connections that could see it.
    ///
    /// # Errors
    /// `Internal` when `path` is no object path, and when the bus is gone.
    pub async fn interfaces_removed(
        &self,
        to: &[OwnedUniqueName],
        manager: &str,
        path: &str,
        interfaces: &[&str],
    ) -> Result<(), BusError> {
        let object = ObjectPath::try_from(path).map_err(|_| BusError::internal())?;
        for destination in to {
            self.send(
                destination,
                manager,
                OBJECT_MANAGER,
                "InterfacesRemoved",
                &(&object, interfaces),
            )
            .await?;
        }
        Ok(())
    }

    /// The object at `path` as each user would read it who may see it, with those of the destinations
    /// that are theirs: what is announced depends on whose a connection is, and not on which it is, so
    /// that it is worked out once for each user.
    fn viewers<'t>(
        &self,
        to: &'t [OwnedUniqueName],
        path: &str,
    ) -> Vec<(Call<T>, Vec<&'t OwnedUniqueName>)> {
        let mut viewers: Vec<(Call<T>, Vec<&OwnedUniqueName>)> = Vec::new();
        for destination in to {
            let Some(call) = self.seen_by(destination, path) else {
                continue;
            };
            let is_same =
                |(known, _): &&mut (Call<T>, _)| known.caller().uid() == call.caller().uid();
            match viewers.iter_mut().find(is_same) {
                Some((_, destinations)) => destinations.push(destination),
                None => viewers.push((call, vec![destination])),
            }
        }
        viewers
    }

    /// The object at `path` as `destination` would read it; `None` if it is gone or hidden from
    /// them.
    fn seen_by(&self, destination: &OwnedUniqueName, path: &str) -> Option<Call<T>> {
        let caller = self.core.callers.caller(destination)?;
        let target = self.core.state.resolve(path)?;
        if target
            .session_owner()
            .is_some_and(|owner| !caller.owns(&owner))
        {
            return None;
        }
        Some(Call {
            core: self.core.clone(),
            path: path.into(),
            target: Some(target),
            caller,
            granted: Granted::Anyone,
            message: None,
        })
    }

    async fn send<B: Serialize + DynamicType>(
        &self,
        destination: &OwnedUniqueName,
        path: &str,
        interface: &str,
        name: &str,
        body: &B,
    ) -> Result<(), BusError> {
        let message = Message::signal(path, interface, name)
            .destination(destination)
            .build(body);
        let sent = match message {
            Ok(message) => self.core.connection.send(&message).await,
            Err(error) => Err(error),
        };
        sent.map_err(|error| {
            tracing::warn!(%error, interface, signal = name, "a signal could not be sent");
            BusError::internal()
        })
    }
}
