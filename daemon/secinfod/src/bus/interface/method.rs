//! `org.secinfo.SecurityInfo1.Method`: one enrolled method.

use super::tree::{Daemon, Node};
use super::{MANAGE_USERS, READ_USERS, requester, seconds};
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface, Property};
use crate::service::{Deletion, ServiceError};
use crate::wire_names::WireName;
use secinfo_domain::{Action, Label, MethodId};
use secinfo_wire::MethodProperties;
use secinfo_wire::names::interface::METHOD;

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::Owner { or: None };
    let own_or_manage = Access::Owner {
        or: Some(MANAGE_USERS),
    };
    Interface {
        name: METHOD,
        doc: "One enrolled method.",
        methods: methods! {
            /// Gives the method another label.
            "Rename"(label) -> () for own => rename;
            /// Deletes the method for good: at once, or at the time due when the proof was of a
            /// weaker method.
            "Delete"() -> (deleted, due) for own_or_manage => delete;
            /// Cancels a scheduled deletion.
            "CancelDeletion"() -> () for own_or_manage => cancel_deletion;
            /// Finds a hardware token again by two consecutive codes.
            "Resynchronize"(first, second) -> () for own_or_manage => resynchronize;
            /// A security key as OpenSSH keeps one: the line for `authorized_keys`, and the file with
            /// which ssh finds the key. Neither holds a secret.
            "GetOpenSshKey"() -> (public, private) for own => open_ssh_key;
        },
        properties: Property::rows(
            Access::Owner {
                or: Some(READ_USERS),
            },
            properties,
        ),
        signals: vec![],
    }
}

fn place(call: &Call<Daemon>) -> Result<(u32, MethodId), BusError> {
    match call.object() {
        Node::Method(uid, method) => Ok((*uid, *method)),
        _ => Err(BusError::unknown_object()),
    }
}

async fn properties(call: Call<Daemon>) -> Result<MethodProperties, BusError> {
    let (uid, method) = place(&call)?;
    let person = call.service().core().person(uid)?;
    let view = call.service().security_info().method(&person, method)?;
    let purposes = view.purposes.iter();
    Ok(MethodProperties {
        id: method.to_string(),
        kind: view.kind.wire_name().to_owned(),
        label: view.label,
        hint: view.hint,
        purposes: purposes
            .map(|purpose| purpose.wire_name().to_owned())
            .collect(),
        created: view.created.as_seconds(),
        last_used: seconds(view.last_used),
        last_seen: seconds(call.service().approvals().seen(&person, method)),
        locked_until: seconds(view.locked_until),
        deletion_due: seconds(view.deletion_due),
        is_default: view.is_default,
        is_allowed: view.is_allowed,
        may_be_copied: view.may_be_copied,
        remaining: view.remaining,
        confirm_due: seconds(view.confirm_due),
        begins: seconds(view.begins),
        expires: seconds(view.expires),
    })
}

async fn open_ssh_key(call: Call<Daemon>, (): ()) -> Result<(String, String), BusError> {
    let (uid, method) = place(&call)?;
    let person = call.service().core().person(uid)?;
    let key = call
        .service()
        .security_info()
        .open_ssh_key(&person, method)?;
    Ok((key.public, key.private))
}

async fn rename(call: Call<Daemon>, (label,): (String,)) -> Result<(), BusError> {
    let (uid, method) = place(&call)?;
    let label = Label::parse(&label).map_err(ServiceError::from)?;
    Ok(call
        .service()
        .security_info()
        .rename(uid, &requester(&call, None), method, label)
        .await?)
}

async fn delete(call: Call<Daemon>, (): ()) -> Result<(bool, u64), BusError> {
    let (uid, method) = place(&call)?;
    Ok(
        match call
            .service()
            .security_info()
            .delete(uid, &requester(&call, None), method)
            .await?
        {
            Deletion::Done => (true, 0),
            Deletion::Waits(due) => (false, due.as_seconds()),
        },
    )
}

async fn cancel_deletion(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    let (uid, method) = place(&call)?;
    Ok(call
        .service()
        .act(
            uid,
            &requester(&call, None),
            Action::CancelDeletion { method },
        )
        .await?)
}

async fn resynchronize(
    call: Call<Daemon>,
    (first, second): (String, String),
) -> Result<(), BusError> {
    let (uid, method) = place(&call)?;
    let by = requester(&call, None);
    Ok(call
        .service()
        .tokens()
        .resynchronize(uid, &by, method, (&first, &second))
        .await?)
}
