//! `org.secinfo.SecurityInfo1.Enrollment`: a session that ends in a method.

use super::delivery::sent_code;
use super::tree::{Daemon, Node, method_path, method_path_or_none};
use crate::bus::{Access, BusError, Call, EmitsChanged, Interface, Method, Property};
use crate::service::session::Session;
use crate::service::{Enrollment, Sending};
use crate::wire_names::WireName;
use secinfo_wire::names::interface::ENROLLMENT;
use secinfo_wire::{Dictionary, SentCode};
use std::sync::Arc;
use zbus::ObjectPath;

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::SessionOwner;
    Interface {
        name: ENROLLMENT,
        doc: "A short-lived session that ends in a method, after the user has proved that it works.",
        methods: vec![
            Method::new(
                "Submit",
                "Proves the method by a response to its challenge; then it is in security info.",
                own,
                ["response"],
                ["method", "became_default", "former_default"],
                submit,
            ),
            Method::new(
                "SendCode",
                "Sends a code to the destination that is being enrolled, in place of any before it; waits a few seconds for news of it.",
                own,
                [],
                ["sent"],
                send_code,
            ),
            Method::new(
                "Cancel",
                "Ends the session without a method.",
                own,
                [],
                [],
                cancel,
            ),
        ],
        properties: vec![
            Property::new(
                "Kind",
                "The kind of the method.",
                own,
                EmitsChanged::Const,
                kind,
            ),
            Property::new(
                "Expires",
                "When the session ends.",
                own,
                EmitsChanged::Const,
                expires,
            ),
            Property::new(
                "AttemptsLeft",
                "How many wrong codes it still takes.",
                own,
                EmitsChanged::No,
                attempts_left,
            ),
            Property::new(
                "Delivery",
                "How far the newest code has come: waiting, sent, delivered or failed; empty when none was sent.",
                own,
                EmitsChanged::No,
                delivery,
            ),
            Property::new(
                "DeliveryProblem",
                "Why the newest code was not delivered; empty unless it failed.",
                own,
                EmitsChanged::No,
                delivery_problem,
            ),
        ],
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
        .state()
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
        .state()
        .service()
        .enrollments()
        .send_code(session(&call)?)
        .await?;
    Ok((sent_code(sent),))
}

async fn cancel(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    call.state()
        .service()
        .enrollments()
        .sessions()
        .close(session(&call)?.id());
    Ok(())
}

async fn kind(call: Call<Daemon>) -> Result<String, BusError> {
    Ok(session(&call)?.subject().kind().wire_name().to_owned())
}

async fn expires(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(session(&call)?.expires().as_seconds())
}

fn sending(call: &Call<Daemon>) -> Result<&Sending, BusError> {
    Ok(session(call)?.subject().sending())
}

async fn delivery(call: Call<Daemon>) -> Result<String, BusError> {
    Ok(super::delivery::delivery(sending(&call)?))
}

async fn delivery_problem(call: Call<Daemon>) -> Result<String, BusError> {
    Ok(super::delivery::problem(sending(&call)?))
}

async fn attempts_left(call: Call<Daemon>) -> Result<u32, BusError> {
    Ok(session(&call)?.attempts_left().into())
}
