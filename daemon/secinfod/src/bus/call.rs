//! One call as its handler sees it.

use super::access::{Access, Action, Granted};
use super::caller::Caller;
use super::dispatch::Core;
use super::emit::Emitter;
use super::error::BusError;
use super::object::{Object, ObjectTree};
use super::table::{Interface, Property};
use std::collections::BTreeMap;
use std::sync::Arc;
use zbus::message::Flags;
use zbus::{Message, Variant};

/// A call that was let in, or the reading of a property: on what, by whom and why.
pub struct Call<T: ObjectTree> {
    pub(crate) core: Arc<Core<T>>,
    pub(crate) path: Arc<str>,
    pub(crate) target: Option<T::Object>,
    pub(crate) caller: Arc<Caller>,
    pub(crate) granted: Granted,
    /// None where a property is read to be announced.
    pub(crate) message: Option<Message>,
}

impl<T: ObjectTree> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
            path: self.path.clone(),
            target: self.target.clone(),
            caller: self.caller.clone(),
            granted: self.granted,
            message: self.message.clone(),
        }
    }
}

impl<T: ObjectTree> Call<T> {
    /// The application's state.
    pub fn state(&self) -> &Arc<T> {
        &self.core.state
    }

    /// The object that is called.
    ///
    /// # Panics
    /// Never in a handler of an interface that an object names.
    pub fn object(&self) -> &T::Object {
        self.target
            .as_ref()
            .expect("rows of the application are reached on its objects only")
    }

    pub(crate) fn target(&self) -> Option<&T::Object> {
        self.target.as_ref()
    }

    /// The path of the object.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Who calls.
    pub fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    /// Why the call was let in.
    pub fn granted(&self) -> Granted {
        self.granted
    }

    /// Whether the caller is ready to wait while a person is asked.
    pub fn is_interactive(&self) -> bool {
        self.message.as_ref().is_some_and(|message| {
            message
                .primary_header()
                .flags()
                .contains(Flags::ALLOW_INTERACTIVE_AUTH)
        })
    }

    /// Whether the caller may also do `action`: root may, others ask polkit. For what depends on
    /// an argument; what does not belongs into the row's [`Access`].
    pub async fn authorize(&self, action: Action) -> bool {
        let header = self.message.as_ref().map(Message::header);
        self.core
            .authorizer
            .allows(&self.caller, header.as_ref(), action, self.is_interactive())
            .await
    }

    /// Sends signals.
    pub fn emitter(&self) -> Emitter<T> {
        Emitter::new(self.core.clone())
    }

    /// Lets the call in under `access`, or refuses it. Also tells a caller who may know it when
    /// the object does not exist.
    pub(crate) async fn admit(
        &mut self,
        access: Access,
        named_uid: Option<u32>,
    ) -> Result<(), BusError> {
        self.granted = access.grant(self, named_uid).await?;
        if let Some(object) = &self.target {
            let may_know = match object.owner_uid() {
                None => true,
                Some(owner) => {
                    owner == self.caller.uid()
                        || self.caller.uid() == 0
                        || matches!(self.granted, Granted::Action(_))
                }
            };
            if may_know && !self.core.state.exists(object) {
                return Err(BusError::unknown_object());
            }
        }
        Ok(())
    }

    /// Reads one property of the target, if the caller may.
    pub(crate) async fn read(&self, property: &Property<T>) -> Result<Variant<'static>, BusError> {
        let mut call = self.clone();
        call.admit(property.access, None).await?;
        (property.getter)(call).await
    }

    /// Reads all properties of the target in `interface` that the caller may read.
    ///
    /// # Errors
    /// The refusal where there are properties and the caller may read none of them, or the error
    /// of a getter.
    pub(crate) async fn read_all(
        &self,
        interface: &Interface<T>,
    ) -> Result<BTreeMap<&'static str, Variant<'static>>, BusError> {
        // Rows with the same rule share one decision, so polkit is asked once for each rule.
        let mut decided: Vec<(Access, Result<Self, BusError>)> = Vec::new();
        let mut values = BTreeMap::new();
        let mut refusal = None;
        for property in &interface.properties {
            let known = decided
                .iter()
                .position(|(access, _)| *access == property.access);
            let index = if let Some(index) = known {
                index
            } else {
                let mut call = self.clone();
                let admitted = call.admit(property.access, None).await;
                decided.push((property.access, admitted.map(|()| call)));
                decided.len() - 1
            };
            match &decided[index].1 {
                Ok(call) => {
                    values.insert(property.name, (property.getter)(call.clone()).await?);
                }
                Err(error) => refusal = Some(error.clone()),
            }
        }
        match refusal {
            Some(error) if values.is_empty() => Err(error),
            _ => Ok(values),
        }
    }
}
