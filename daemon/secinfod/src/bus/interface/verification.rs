//! `org.secinfo.SecurityInfo1.Verification`: a session in which a user proves a method.

use super::delivery::{english, sent_dict};
use super::dict::Dict;
use super::method_at;
use super::tree::{Daemon, Node, method_path};
use crate::bus::{Access, BusError, Call, EmitsChanged, Interface, Method, Property};
use crate::service::session::Session;
use crate::service::{Candidate, Proven, Verification};
use secinfo_domain::ServiceName;
use secinfo_wire::Response;
use std::sync::Arc;
use zbus::{ObjectPath, OwnedObjectPath};

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::SessionOwner;
    Interface {
        name: "org.secinfo.SecurityInfo1.Verification",
        doc: "A short-lived session in which a user proves a method.",
        methods: vec![
            Method::new(
                "ListMethods",
                "The methods that can answer, the one asked now first: path, kind, label, hint.",
                own,
                [],
                ["methods"],
                list_methods,
            ),
            Method::new(
                "ChangeMethod",
                "Asks another method.",
                own,
                ["method"],
                ["challenge"],
                change_method,
            ),
            Method::new(
                "SendCode",
                "Sends a code of the method that is asked now, in place of any before it; waits a few seconds for news of it.",
                own,
                [],
                ["sent"],
                send_code,
            ),
            Method::new(
                "Submit",
                "Answers with a code; when it is accepted, it is used up on disk before the reply.",
                own,
                ["code"],
                ["proof"],
                submit,
            ),
            Method::new(
                "Cancel",
                "Ends the session without a proof.",
                own,
                [],
                [],
                cancel,
            ),
        ],
        properties: vec![
            Property::new(
                "Purpose",
                "What the verification is for.",
                own,
                EmitsChanged::Const,
                purpose,
            ),
            Property::new(
                "Service",
                "The service that asked for it.",
                own,
                EmitsChanged::Const,
                service,
            ),
            Property::new(
                "Expires",
                "When the session ends.",
                own,
                EmitsChanged::Const,
                expires,
            ),
            Property::new(
                "Method",
                "The method that is asked now.",
                own,
                EmitsChanged::No,
                asked,
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

/// What the user is asked for.
pub(super) fn challenge_dict(uid: u32, candidate: &Candidate) -> Dict {
    Dict::from([
        ("method", method_path(uid, candidate.method).into()),
        ("kind", candidate.kind.as_str().into()),
        ("label", candidate.label.clone().into()),
        ("hint", english(&candidate.hint).into()),
        ("digits", candidate.challenge.digits().unwrap_or(0).into()),
        ("delivered", candidate.kind.is_delivered().into()),
    ])
}

/// What a finished verification leaves.
pub(super) fn proof_dict(uid: u32, proof: &Proven) -> Dict {
    let mut dict = Dict::from([
        ("method", method_path(uid, proof.method).into()),
        ("kind", proof.kind.as_str().into()),
        ("strength", proof.strength.as_str().into()),
        ("time", proof.time.as_seconds().into()),
    ]);
    if let Some(remaining) = proof.remaining {
        dict.insert("remaining", remaining.into());
    }
    dict
}

fn session(call: &Call<Daemon>) -> Result<&Arc<Session<Verification>>, BusError> {
    match call.object() {
        Node::Verification(session) => Ok(session),
        _ => Err(BusError::unknown_object()),
    }
}

type Row = (ObjectPath<'static>, String, String, String);

async fn list_methods(call: Call<Daemon>, (): ()) -> Result<(Vec<Row>,), BusError> {
    let verification = session(&call)?.subject();
    let uid = verification.uid();
    let methods = call
        .state()
        .service()
        .verifications()
        .methods(verification)?;
    let row = |way: Candidate| {
        (
            method_path(uid, way.method),
            way.kind.as_str().to_owned(),
            way.label,
            english(&way.hint),
        )
    };
    Ok((methods.into_iter().map(row).collect(),))
}

async fn change_method(
    call: Call<Daemon>,
    (method,): (OwnedObjectPath,),
) -> Result<(Dict,), BusError> {
    let session = session(&call)?;
    let verification = session.subject();
    let method = method_at(method.as_str(), verification.uid())?;
    let challenge = call
        .state()
        .service()
        .verifications()
        .change_method(verification, method)?;
    let mut dict = challenge_dict(verification.uid(), &challenge);
    dict.insert("expires", session.expires().as_seconds().into());
    Ok((dict,))
}

async fn send_code(call: Call<Daemon>, (): ()) -> Result<(Dict,), BusError> {
    let sent = call
        .state()
        .service()
        .verifications()
        .send_code(session(&call)?)
        .await?;
    Ok((sent_dict(&sent),))
}

async fn delivery(call: Call<Daemon>) -> Result<String, BusError> {
    let sending = session(&call)?.subject().sending();
    Ok(super::delivery::delivery(Some(sending)))
}

async fn delivery_problem(call: Call<Daemon>) -> Result<String, BusError> {
    let sending = session(&call)?.subject().sending();
    Ok(super::delivery::problem(Some(sending)))
}

async fn submit(call: Call<Daemon>, (code,): (String,)) -> Result<(Dict,), BusError> {
    let session = session(&call)?;
    let proof = call
        .state()
        .service()
        .verifications()
        .finish(session, &Response::code(code))
        .await?;
    Ok((proof_dict(session.subject().uid(), &proof),))
}

async fn cancel(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    call.state()
        .service()
        .verifications()
        .sessions()
        .close(session(&call)?.id());
    Ok(())
}

async fn purpose(call: Call<Daemon>) -> Result<String, BusError> {
    Ok(session(&call)?.subject().purpose().as_str().to_owned())
}

async fn service(call: Call<Daemon>) -> Result<String, BusError> {
    let by = session(&call)?.subject().by();
    Ok(by
        .service
        .as_ref()
        .map(ServiceName::as_str)
        .unwrap_or_default()
        .to_owned())
}

async fn expires(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(session(&call)?.expires().as_seconds())
}

async fn asked(call: Call<Daemon>) -> Result<ObjectPath<'static>, BusError> {
    let verification = session(&call)?.subject();
    Ok(method_path(verification.uid(), verification.asked()))
}
