//! `org.secinfo.SecurityInfo1.Enrollment`: a session that ends in a method.

use super::delivery::{delivery, delivery_problem, sent_code};
use super::tree::{Daemon, Node, method_path};
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface, Property};
use crate::service::session::Session;
use crate::service::{Answered, Enrollment};
use crate::wire_names::WireName;
use secinfo_wire::names::interface::ENROLLMENT;
use secinfo_wire::{Dictionary, EnrollmentProperties, SentCode, Submitted};
use std::sync::Arc;

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::SessionOwner;
    Interface {
        name: ENROLLMENT,
        doc: "A short-lived session that ends in a method, after the user has proved that it works.",
        methods: methods! {
            /// Answers the challenge: what is asked next, or the method, once an answer has proved it
            /// and it is in security info.
            "Submit"(response) -> (submitted) for own => submit;
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

async fn submit(call: Call<Daemon>, (response,): (Dictionary,)) -> Result<(Submitted,), BusError> {
    let session = session(&call)?;
    let response = response.try_into()?;
    let answered = call
        .service()
        .enrollments()
        .answer(session, &response)
        .await?;
    let uid = session.subject().uid();
    Ok((match answered {
        Answered::Next(challenge) => Submitted::Next(challenge),
        Answered::Enrolled(enrolled) => Submitted::Enrolled(secinfo_wire::Enrolled {
            method: method_path(uid, enrolled.method).into(),
            became_default: enrolled.became_default,
            former_default: enrolled
                .former_default
                .map(|former| method_path(uid, former).into()),
        }),
    },))
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
