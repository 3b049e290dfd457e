//! `org.secinfo.SecurityInfo1.Enrollment`: a session that ends in a method.

use super::delivery::sent_dict;
use super::dict::Dict;
use super::tree::{Daemon, Node, method_path, method_path_or_none};
use crate::bus::{Access, BusError, Call, EmitsChanged, Interface, Method, Property};
use crate::service::session::Session;
use crate::service::{Enrollment, Sending};
use secinfo_wire::Response;
use std::sync::Arc;
use zbus::ObjectPath;

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::SessionOwner;
    Interface {
        name: "org.secinfo.SecurityInfo1.Enrollment",
        doc: "A short-lived session that ends in a method, after the user has proved that it works.",
        methods: vec![
            Method::new(
                "Submit",
                "Proves the method with a code of it; then it is in security info.",
                own,
                ["code"],
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
    (code,): (String,),
) -> Result<(ObjectPath<'static>, bool, ObjectPath<'static>), BusError> {
    let session = session(&call)?;
    let enrolled = call
        .state()
        .service()
        .enrollments()
        .finish(session, &Response::code(code))
        .await?;
    let uid = session.subject().uid();
    let former = method_path_or_none(uid, enrolled.former_default);
    Ok((
        method_path(uid, enrolled.method),
        enrolled.became_default,
        former,
    ))
}

async fn send_code(call: Call<Daemon>, (): ()) -> Result<(Dict,), BusError> {
    let sent = call
        .state()
        .service()
        .enrollments()
        .send_code(session(&call)?)
        .await?;
    Ok((sent_dict(&sent),))
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
    Ok(session(&call)?.subject().kind().as_str().to_owned())
}

async fn expires(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(session(&call)?.expires().as_seconds())
}

fn sending(call: &Call<Daemon>) -> Result<Option<&Sending>, BusError> {
    Ok(Some(session(call)?.subject().sending()))
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
