//! `org.secinfo.SecurityInfo1.Method`: one enrolled method.

use super::tree::{Daemon, Node};
use super::{MANAGE_USERS, READ_USERS, requester};
use crate::bus::{Access, BusError, Call, EmitsChanged, Interface, Method, Property};
use crate::service::{Deletion, MethodView, ServiceError};
use crate::wire_names::WireName;
use secinfo_domain::{Action, Label, MethodId, Timestamp};
use secinfo_wire::Hint;
use secinfo_wire::names::interface::METHOD;

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::Owner { or: None };
    let own_or_manage = Access::Owner {
        or: Some(MANAGE_USERS),
    };
    Interface {
        name: METHOD,
        doc: "One enrolled method.",
        methods: vec![
            Method::new(
                "Rename",
                "Gives the method another label.",
                own,
                ["label"],
                [],
                rename,
            ),
            Method::new(
                "Delete",
                "Deletes the method for good: at once, or at the time due when the proof was of a weaker method.",
                own_or_manage,
                [],
                ["deleted", "due"],
                delete,
            ),
            Method::new(
                "CancelDeletion",
                "Cancels a scheduled deletion.",
                own_or_manage,
                [],
                [],
                cancel_deletion,
            ),
            Method::new(
                "Resynchronize",
                "Finds a hardware token again by two consecutive codes.",
                own_or_manage,
                ["first", "second"],
                [],
                resynchronize,
            ),
        ],
        properties: properties(),
        signals: vec![],
    }
}

fn properties() -> Vec<Property<Daemon>> {
    let read = Access::Owner {
        or: Some(READ_USERS),
    };
    vec![
        Property::new("Id", "The id.", read, EmitsChanged::Const, id),
        Property::new("Kind", "The kind.", read, EmitsChanged::Const, kind),
        Property::new(
            "Label",
            "What the user calls it.",
            read,
            EmitsChanged::Value,
            label,
        ),
        Property::new(
            "Hint",
            "What it can be told from others by, masked: digits, period, place, number, address, serial, mode or once.",
            read,
            EmitsChanged::Value,
            hint,
        ),
        Property::new(
            "Purposes",
            "What it serves.",
            read,
            EmitsChanged::Const,
            purposes,
        ),
        Property::new(
            "Created",
            "When it was enrolled.",
            read,
            EmitsChanged::Const,
            created,
        ),
        Property::new(
            "LastUsed",
            "When it was last proved; 0 for never.",
            read,
            EmitsChanged::Value,
            last_used,
        ),
        Property::new(
            "LockedUntil",
            "When its lock ends; 0 for not locked.",
            read,
            EmitsChanged::Value,
            locked_until,
        ),
        Property::new(
            "DeletionDue",
            "When it will be deleted; 0 for never.",
            read,
            EmitsChanged::Value,
            deletion_due,
        ),
        Property::new(
            "IsDefault",
            "Whether it is the default.",
            read,
            EmitsChanged::Value,
            is_default,
        ),
        Property::new(
            "Remaining",
            "How many recovery codes are left.",
            read,
            EmitsChanged::Value,
            remaining,
        ),
        Property::new(
            "Expires",
            "When an access pass ends; 0 for never.",
            read,
            EmitsChanged::Const,
            expires,
        ),
    ]
}

fn place(call: &Call<Daemon>) -> Result<(u32, MethodId), BusError> {
    match call.object() {
        Node::Method(uid, method) => Ok((*uid, *method)),
        _ => Err(BusError::unknown_object()),
    }
}

fn view(call: &Call<Daemon>) -> Result<MethodView, BusError> {
    let (uid, method) = place(call)?;
    let service = call.state().service();
    let person = service.core().person(uid)?;
    Ok(service.security_info().method(&person, method)?)
}

fn seconds(time: Option<Timestamp>) -> u64 {
    time.map_or(0, Timestamp::as_seconds)
}

async fn id(call: Call<Daemon>) -> Result<String, BusError> {
    Ok(place(&call)?.1.to_string())
}

async fn kind(call: Call<Daemon>) -> Result<String, BusError> {
    Ok(view(&call)?.kind.wire_name().to_owned())
}

async fn label(call: Call<Daemon>) -> Result<String, BusError> {
    Ok(view(&call)?.label)
}

async fn hint(call: Call<Daemon>) -> Result<Hint, BusError> {
    Ok(view(&call)?.hint)
}

async fn purposes(call: Call<Daemon>) -> Result<Vec<String>, BusError> {
    Ok(view(&call)?
        .purposes
        .iter()
        .map(|purpose| purpose.wire_name().to_owned())
        .collect())
}

async fn created(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(view(&call)?.created.as_seconds())
}

async fn last_used(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(seconds(view(&call)?.last_used))
}

async fn locked_until(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(seconds(view(&call)?.locked_until))
}

async fn deletion_due(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(seconds(view(&call)?.deletion_due))
}

async fn is_default(call: Call<Daemon>) -> Result<bool, BusError> {
    Ok(view(&call)?.is_default)
}

async fn remaining(call: Call<Daemon>) -> Result<u32, BusError> {
    Ok(view(&call)?.remaining)
}

async fn expires(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(seconds(view(&call)?.expires))
}

async fn rename(call: Call<Daemon>, (label,): (String,)) -> Result<(), BusError> {
    let (uid, method) = place(&call)?;
    let label = Label::parse(&label).map_err(ServiceError::from)?;
    Ok(call
        .state()
        .service()
        .security_info()
        .rename(uid, &requester(&call, None), method, label)
        .await?)
}

async fn delete(call: Call<Daemon>, (): ()) -> Result<(bool, u64), BusError> {
    let (uid, method) = place(&call)?;
    Ok(
        match call
            .state()
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
        .state()
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
        .state()
        .service()
        .tokens()
        .resynchronize(uid, &by, method, (&first, &second))
        .await?)
}
