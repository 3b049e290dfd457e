//! Reading names and paths that a caller gives.

use super::tree;
use crate::bus::BusError;
use crate::wire_names::WireName;
use secinfo_domain::{Kind, MethodId, Place, Purpose, ServiceName};
use secinfo_wire::Reason;

/// The longest locale or BCP 47 tag that is looked at.
const LONGEST_LANGUAGE: usize = 64;

/// The kind of this name.
pub(super) fn kind(name: &str) -> Result<Kind, BusError> {
    named("kind", &Kind::ALL, name)
}

/// The purpose of this name.
pub(super) fn purpose(name: &str) -> Result<Purpose, BusError> {
    let purposes = [Purpose::SignIn, Purpose::PasswordReset];
    named("purpose", &purposes, name)
}

/// The place of this name.
pub(super) fn place(name: &str) -> Result<Place, BusError> {
    named("place", &Place::ALL, name)
}

fn named<T: WireName>(what: &str, all: &[T], name: &str) -> Result<T, BusError> {
    let found = all.iter().copied().find(|one| one.wire_name() == name);
    found.ok_or_else(|| {
        let known: Vec<_> = all.iter().map(|one| one.wire_name()).collect();
        let known = known.join(", ");
        BusError::invalid_argument(format!("Unknown {what}: write one of {known}."))
    })
}

/// The service that an argument names; none for an empty one.
pub(super) fn service_name(text: &str) -> Result<Option<ServiceName>, BusError> {
    if text.is_empty() {
        return Ok(None);
    }
    ServiceName::parse(text).map(Some).map_err(|error| {
        BusError::invalid_argument(format!("The service name cannot be used: {error}."))
    })
}

/// The language that a caller names; empty where none is named.
pub(super) fn language(named: Option<String>) -> Result<String, BusError> {
    let language = named.unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
    if language.len() > LONGEST_LANGUAGE || !language.chars().all(known) {
        return Err(BusError::invalid_argument(
            "The language is a locale, such as de_DE.UTF-8, or a language tag, such as de.",
        ));
    }
    Ok(language)
}

/// The method of user `uid` that an object path names.
pub(super) fn method_at(path: &str, uid: u32) -> Result<MethodId, BusError> {
    match tree::parse(path) {
        Some(tree::PathTarget::Method(owner, method)) if owner == uid => Ok(method),
        _ => Err(BusError::typed(
            Reason::NotFound,
            "That is no method of this user: list the methods and choose one.",
        )),
    }
}
