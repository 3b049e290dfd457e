//! `org.secinfo.SecurityInfo1.Enrollment`: a session that ends in a method.

use super::delivery::{delivery, delivery_problem, sent_code};
use super::tree::{Daemon, Node, method_path, method_path_or_none};
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface, Property};
use crate::service::Enrollment;
use crate::service::session::Session;
use crate::wire_names::WireName;
use secinfo_wire::names::interface::ENROLLMENT;
use secinfo_wire::{Dictionary, EnrollmentProperties, SentCode};
use std::sync::Arc;
use zbus::ObjectPath;

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::SessionOwner;
    Interface {
        name: ENROLLMENT,
        doc: "A short-lived session that ends in a method, after the user has proved that it works.",
        methods: methods! {
            /// Proves the method by a response to its challenge; then it is in security info.
            "Submit"(response) -> (method, became_default, former_default) for own => submit;
            /// Sends a code to the destination that is being enrolled, in place of any before it;
            /// waits a few seconds for news of it.
            "SendCode"() -> (sent) for own => send_code;
            /// Ends the session without a method.
            "Cancel"() -> () for own => cancel;
        },
        properties: Property::rows(own, properties),
        signals: vec![],
    }
}

fn session(call: &Call<Daemon>) -> Result<&Arc<Session<Enrollment>>, BusError> {
    match call.object() {
        Node::Enrollment(session) => Ok(session),
        _ => Err(BusError::unknown_object()),
    }
}

async fn submit(
    call: Call<Daemon>,
    (response,): (Dictionary,),
) -> Result<(ObjectPath<'static>, bool, ObjectPath<'static>), BusError> {
    let session = session(&call)?;
    let response = response.try_into()?;
    let enrolled = call
        .service()
        .enrollments()
        .finish(session, &response)
        .await?;
    let uid = session.subject().uid();
    let former = method_path_or_none(uid, enrolled.former_default);
    Ok((
        method_path(uid, enrolled.method),
        enrolled.became_default,
        former,
    ))
}

async fn send_code(call: Call<Daemon>, (): ()) -> Result<(SentCode,), BusError> {
    let sent = call
        .service()
        .enrollments()
        .send_code(session(&call)?)
        .await?;
    Ok((sent_code(sent),))
}

async fn cancel(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    call.service()
        .enrollments()
        .sessions()
        .close(session(&call)?.id());
    Ok(())
}

async fn properties(call: Call<Daemon>) -> Result<EnrollmentProperties, BusError> {
    let session = session(&call)?;
    let sending = session.subject().sending();
    Ok(EnrollmentProperties {
        kind: session.subject().kind().wire_name().to_owned(),
        expires: session.expires().as_seconds(),
        attempts_left: session.attempts_left().into(),
        delivery: delivery(sending),
        delivery_problem: delivery_problem(sending),
    })
}
