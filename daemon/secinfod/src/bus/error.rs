//! Errors as they cross the bus: a typed name for programs and a sentence for a person.

use secinfo_wire::{Details, Reason};
use std::borrow::Cow;
use zbus::Message;

/// An error reply: its name is what clients act on, its message is what a person reads.
///
/// Neither may hold a secret, a code or another user's data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct BusError {
    name: &'static str,
    message: Cow<'static, str>,
    details: Box<Details>,
}

impl BusError {
    /// One of our own errors.
    pub fn typed(reason: Reason, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: reason.error_name(),
            message: message.into(),
            details: Box::default(),
        }
    }

    fn standard(name: &'static str, message: Cow<'static, str>) -> Self {
        Self {
            name,
            message,
            details: Box::default(),
        }
    }

    /// The same, with what its sentence says that changes from time to time.
    #[must_use]
    pub fn with(self, details: Details) -> Self {
        Self {
            details: Box::new(details),
            ..self
        }
    }

    /// The full D-Bus error name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The sentence for a person.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The reply to `call` that says it. Errors that have details have them as a second argument.
    pub(super) fn reply(&self, call: &Message) -> zbus::Result<Message> {
        let reply = Message::error(&call.header(), self.name);
        if *self.details == Details::default() {
            reply.build(&self.message())
        } else {
            reply.build(&(self.message(), &*self.details))
        }
    }

    /// There is no object at the path, or the caller may not know of it: the text is one and the
    /// same.
    pub fn unknown_object() -> Self {
        Self::standard(
            "org.freedesktop.DBus.Error.UnknownObject",
            Cow::Borrowed("There is no such object."),
        )
    }

    /// The object has no such interface.
    pub fn unknown_interface(name: &str) -> Self {
        Self::standard(
            "org.freedesktop.DBus.Error.UnknownInterface",
            format!("The object has no interface {name}.").into(),
        )
    }

    /// The object, or its interface, has no such method.
    pub fn unknown_method(name: &str) -> Self {
        Self::standard(
            "org.freedesktop.DBus.Error.UnknownMethod",
            format!("The object has no method {name}, or several and the call names no interface.")
                .into(),
        )
    }

    /// The interface has no such property.
    pub fn unknown_property(name: &str) -> Self {
        Self::standard(
            "org.freedesktop.DBus.Error.UnknownProperty",
            format!("The interface has no property {name}.").into(),
        )
    }

    /// Every property of ours is changed by a method, never by `Set`.
    pub fn read_only_property() -> Self {
        Self::standard(
            "org.freedesktop.DBus.Error.PropertyReadOnly",
            Cow::Borrowed("Properties are read-only; a method changes what they show."),
        )
    }

    /// An argument has the right type, and means nothing.
    pub fn invalid_argument(message: impl Into<Cow<'static, str>>) -> Self {
        Self::typed(Reason::InvalidArgument, message)
    }

    /// The arguments are not of the types that the method takes.
    pub fn invalid_args(message: impl Into<Cow<'static, str>>) -> Self {
        Self::standard("org.freedesktop.DBus.Error.InvalidArgs", message.into())
    }

    /// The caller may not do this.
    pub fn not_authorized() -> Self {
        Self::typed(Reason::NotAuthorized, "You are not allowed to do this.")
    }

    /// Too much at once, or too large.
    pub fn limits_exceeded(message: impl Into<Cow<'static, str>>) -> Self {
        Self::typed(Reason::LimitsExceeded, message)
    }

    /// The service is stopping and takes no more calls.
    pub fn shutting_down() -> Self {
        Self::typed(
            Reason::ShuttingDown,
            "The service is stopping. Try again in a moment.",
        )
    }

    /// A fault of ours. Its cause is in the service's log, never in the reply.
    pub fn internal() -> Self {
        Self::typed(
            Reason::Internal,
            "Something went wrong in the service. Its log says more.",
        )
    }
}
