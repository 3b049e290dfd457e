//! `org.secinfo.SecurityInfo1.Verification`: a session in which a user proves a method.

use super::delivery::{delivery, delivery_problem, sent_code};
use super::tree::{Daemon, Node, method_path, verification_path};
use super::{parse, requester, session_owner};
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface, Property};
use crate::service::session::Session;
use crate::service::{Asked, Candidate, Circumstances, Proven, Verification};
use crate::wire_names::WireName;
use secinfo_domain::{Label, ServiceName};
use secinfo_wire::names::NO_OBJECT;
use secinfo_wire::names::interface::VERIFICATION;
use secinfo_wire::{
    AskableMethod, Dictionary, Proof, SentCode, VerificationChallenge, VerificationOptions,
    VerificationProperties,
};
use std::sync::Arc;
use zbus::{ObjectPath, OwnedObjectPath};

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::SessionOwner;
    Interface {
        name: VERIFICATION,
        doc: "A short-lived session in which a user proves a method.",
        methods: methods! {
            /// The methods that can answer and that the client can present, the one asked now
            /// first: method, kind, label, hint.
            "ListMethods"() -> (methods) for own => list_methods;
            /// Asks another method.
            "ChangeMethod"(method) -> (challenge) for own => change_method;
            /// Sends a code of the method that is asked now, in place of any before it; waits a few
            /// seconds for news of it.
            "SendCode"() -> (sent) for own => send_code;
            /// Responds to the challenge; a code that is accepted is used up on disk before the
            /// reply.
            "Submit"(response) -> (proof) for own => submit;
            /// Ends the session without a proof.
            "Cancel"() -> () for own => cancel;
        },
        properties: Property::rows(own, properties),
        signals: vec![],
    }
}

/// What the user is asked for.
fn challenge(session: &Session<Verification>, asked: Asked) -> VerificationChallenge {
    let (method, challenge) = (asked.method, asked.challenge);
    VerificationChallenge {
        method: method_path(session.subject().uid(), method.method).into(),
        kind: method.kind.wire_name().to_owned(),
        label: method.label,
        hint: method.hint,
        expires: session.expires().as_seconds(),
        challenge,
    }
}

/// What a finished verification leaves.
fn proof(uid: u32, proven: &Proven) -> Proof {
    Proof {
        method: method_path(uid, proven.method).into(),
        kind: proven.kind.wire_name().to_owned(),
        strength: proven.strength.wire_name().to_owned(),
        time: proven.time.as_seconds(),
        remaining: proven.remaining,
    }
}

type StartArguments = (u32, String, String, Dictionary);

pub(super) async fn start_verification(
    call: Call<Daemon>,
    (uid, purpose, service, options): StartArguments,
) -> Result<(ObjectPath<'static>, VerificationChallenge), BusError> {
    let purpose = parse::purpose(&purpose)?;
    let options = VerificationOptions::try_from(options)?;
    let first = options.method.as_ref();
    let circumstances = Circumstances {
        first: first
            .map(|path| parse::method_at(path.as_str(), uid))
            .transpose()?,
        forms: options.forms,
        origin: origin(options.origin)?,
        language: parse::language(options.language)?,
    };
    let owner = session_owner(&call, options.detached);
    let by = requester(&call, parse::service_name(&service)?);
    let verifications = call.service().verifications();
    let (session, asked) = verifications
        .start(uid, &by, owner, purpose, circumstances)
        .await?;
    if call.caller().is_gone() {
        verifications.sessions().close(session.id());
    }
    Ok((verification_path(session.id()), challenge(&session, asked)))
}

/// From where the user asks, as the client that verifies them knows it.
fn origin(named: Option<String>) -> Result<String, BusError> {
    let Some(text) = named else {
        return Ok(String::new());
    };
    let origin = Label::parse(&text).map_err(|error| {
        BusError::invalid_argument(format!("The origin cannot be used: {error}."))
    })?;
    Ok(origin.as_str().to_owned())
}

type VerifyArguments = (u32, String, String, OwnedObjectPath, Dictionary);

pub(super) async fn verify(
    call: Call<Daemon>,
    (uid, purpose, service, method, response): VerifyArguments,
) -> Result<(Proof,), BusError> {
    let purpose = parse::purpose(&purpose)?;
    let method = match method.as_str() {
        NO_OBJECT => None,
        path => Some(parse::method_at(path, uid)?),
    };
    let response = response.try_into()?;
    let by = requester(&call, parse::service_name(&service)?);
    let proven = call
        .service()
        .verifications()
        .verify(uid, &by, purpose, method, &response)
        .await?;
    Ok((proof(uid, &proven),))
}

fn session(call: &Call<Daemon>) -> Result<&Arc<Session<Verification>>, BusError> {
    match call.object() {
        Node::Verification(session) => Ok(session),
        _ => Err(BusError::unknown_object()),
    }
}

async fn list_methods(call: Call<Daemon>, (): ()) -> Result<(Vec<AskableMethod>,), BusError> {
    let verification = session(&call)?.subject();
    let uid = verification.uid();
    let methods = call.service().verifications().methods(verification)?;
    let askable = |candidate: Candidate| AskableMethod {
        method: method_path(uid, candidate.method).into(),
        kind: candidate.kind.wire_name().to_owned(),
        label: candidate.label,
        hint: candidate.hint,
    };
    Ok((methods.into_iter().map(askable).collect(),))
}

async fn change_method(
    call: Call<Daemon>,
    (method,): (OwnedObjectPath,),
) -> Result<(VerificationChallenge,), BusError> {
    let session = session(&call)?;
    let verification = session.subject();
    let method = parse::method_at(method.as_str(), verification.uid())?;
    let asked = call
        .service()
        .verifications()
        .change_and_ask(verification, method)
        .await?;
    Ok((challenge(session, asked),))
}

async fn send_code(call: Call<Daemon>, (): ()) -> Result<(SentCode,), BusError> {
    let sent = call
        .service()
        .verifications()
        .send_code(session(&call)?)
        .await?;
    Ok((sent_code(sent),))
}

async fn submit(call: Call<Daemon>, (response,): (Dictionary,)) -> Result<(Proof,), BusError> {
    let session = session(&call)?;
    let response = response.try_into()?;
    let proven = call
        .service()
        .verifications()
        .finish(session, &response)
        .await?;
    Ok((proof(session.subject().uid(), &proven),))
}

async fn cancel(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    call.service()
        .verifications()
        .sessions()
        .close(session(&call)?.id());
    Ok(())
}

async fn properties(call: Call<Daemon>) -> Result<VerificationProperties, BusError> {
    let session = session(&call)?;
    let verification = session.subject();
    let service = verification.by().service.as_ref();
    let sending = verification.sending();
    Ok(VerificationProperties {
        purpose: verification.purpose().wire_name().to_owned(),
        service: service.map_or("", ServiceName::as_str).to_owned(),
        expires: session.expires().as_seconds(),
        method: method_path(verification.uid(), verification.asked()).into(),
        delivery: delivery(sending),
        delivery_problem: delivery_problem(sending),
    })
}
