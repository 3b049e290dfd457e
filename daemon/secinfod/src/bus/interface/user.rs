//! `org.secinfo.SecurityInfo1.User`: the security info of one user.

use super::tree::{Daemon, Node, enrollment_path, method_path, method_path_or_none};
use super::{MANAGE_USERS, READ_USERS, UNLOCK_USERS, parse, requester, session_owner};
use crate::bus::{Access, BusError, Call, EmitsChanged, Interface, Method, Property};
use crate::methods::kind::Details;
use crate::methods::one_time_password::Secret;
use crate::service::{EnrollmentRequest, Overview, Person, ServiceError, Started};
use secinfo_domain::{Action, Kind, Label, Seconds, Timestamp};
use secinfo_wire::names::interface::USER;
use secinfo_wire::{Dictionary, EnrollmentDetails, EnrollmentOptions};
use zbus::{ObjectPath, OwnedObjectPath};

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::Owner { or: None };
    let manage = Access::Administrator(MANAGE_USERS);
    Interface {
        name: USER,
        doc: "The security info of one user.",
        methods: vec![
            Method::new(
                "StartEnrollment",
                "Begins to enrol a method; the session belongs to the calling connection, or with the option detached to the uid.",
                own,
                ["kind", "options"],
                ["enrollment", "details"],
                start_enrollment,
            ),
            Method::new(
                "SetDefault",
                "Chooses the default method.",
                Access::Owner {
                    or: Some(MANAGE_USERS),
                },
                ["method"],
                [],
                set_default,
            ),
            Method::new(
                "IssueRecoveryCodes",
                "Issues recovery codes, shown this once; former ones are void.",
                own,
                [],
                ["codes"],
                issue_recovery_codes,
            ),
            Method::new(
                "IssueAccessPass",
                "Issues an access pass, shown this once; never for oneself.",
                manage,
                ["valid_seconds", "once"],
                ["pass", "expires"],
                issue_access_pass,
            ),
            Method::new(
                "RevokeAccessPass",
                "Revokes an access pass.",
                manage,
                [],
                [],
                revoke_access_pass,
            ),
            Method::new(
                "Unlock",
                "Lifts every lock of the user.",
                Access::Administrator(UNLOCK_USERS),
                [],
                [],
                unlock,
            ),
            Method::new(
                "Erase",
                "Destroys the keys of the user's name and methods, which can then no longer be read.",
                manage,
                [],
                [],
                erase,
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
        Property::new("Uid", "The uid.", read, EmitsChanged::Const, uid),
        Property::new("Name", "The name.", read, EmitsChanged::Const, name),
        Property::new(
            "DefaultMethod",
            "The default method, / for none.",
            read,
            EmitsChanged::Value,
            default_method,
        ),
        Property::new(
            "Methods",
            "The methods, in the order of enrollment.",
            read,
            EmitsChanged::Value,
            methods,
        ),
        Property::new(
            "StillRequired",
            "How many more methods policy asks for.",
            read,
            EmitsChanged::Value,
            still_required,
        ),
        Property::new(
            "GraceEnds",
            "When they must be there; 0 when nothing is asked for.",
            read,
            EmitsChanged::Value,
            grace_ends,
        ),
        Property::new(
            "LockedUntil",
            "Until when wrong codes make the user wait; 0 for not at all.",
            read,
            EmitsChanged::Value,
            locked_until,
        ),
        Property::new(
            "FreshProofUntil",
            "Until when a proof of the caller's own session is fresh; 0 when there is none.",
            read,
            EmitsChanged::No,
            fresh_proof_until,
        ),
    ]
}

fn uid_of(call: &Call<Daemon>) -> Result<u32, BusError> {
    match call.object() {
        Node::User(uid) => Ok(*uid),
        _ => Err(BusError::unknown_object()),
    }
}

fn person(call: &Call<Daemon>) -> Result<Person, BusError> {
    Ok(call.state().service().core().person(uid_of(call)?)?)
}

fn overview(call: &Call<Daemon>) -> Result<Overview, BusError> {
    Ok(call
        .state()
        .service()
        .security_info()
        .overview(&person(call)?)?)
}

fn seconds(time: Option<Timestamp>) -> u64 {
    time.map_or(0, Timestamp::as_seconds)
}

async fn uid(call: Call<Daemon>) -> Result<u32, BusError> {
    uid_of(&call)
}

async fn name(call: Call<Daemon>) -> Result<String, BusError> {
    Ok(person(&call)?.account.name.as_str().to_owned())
}

async fn default_method(call: Call<Daemon>) -> Result<ObjectPath<'static>, BusError> {
    Ok(method_path_or_none(
        uid_of(&call)?,
        overview(&call)?.default,
    ))
}

async fn methods(call: Call<Daemon>) -> Result<Vec<ObjectPath<'static>>, BusError> {
    let uid = uid_of(&call)?;
    Ok(overview(&call)?
        .methods
        .into_iter()
        .map(|method| method_path(uid, method))
        .collect())
}

async fn still_required(call: Call<Daemon>) -> Result<u32, BusError> {
    Ok(overview(&call)?.still_required.into())
}

async fn grace_ends(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(seconds(overview(&call)?.grace_ends))
}

async fn locked_until(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(seconds(overview(&call)?.waits_until))
}

async fn fresh_proof_until(call: Call<Daemon>) -> Result<u64, BusError> {
    let tag = call.state().tag(call.caller());
    Ok(seconds(
        call.state()
            .service()
            .security_info()
            .fresh_proof_until(&person(&call)?, tag),
    ))
}

async fn start_enrollment(
    call: Call<Daemon>,
    (kind, options): (String, Dictionary),
) -> Result<(ObjectPath<'static>, EnrollmentDetails), BusError> {
    let kind = parse::kind(&kind)?;
    let mut options = EnrollmentOptions::try_from(options)?;
    let label = options.label.as_deref().map(Label::parse).transpose();
    let place = options.place.as_deref().map(parse::place).transpose()?;
    let request = EnrollmentRequest {
        kind,
        label: label.map_err(ServiceError::from)?,
        serial: options.serial.take(),
        destination: options.destination.take(),
        place,
        language: parse::language(options.language.take())?,
        secret: brought_over(kind, options.secret.as_deref())?,
        forms: options.forms,
    };
    let owner = session_owner(&call, options.detached);
    let by = requester(&call, None);
    let service = call.state().service();
    let started = service
        .enrollments()
        .start(uid_of(&call)?, &by, owner, &request)?;
    if call.caller().is_gone() {
        service.enrollments().sessions().close(started.session.id());
    }
    Ok((enrollment_path(started.session.id()), details(started)))
}

/// The secret of an app that was set up for another system.
fn brought_over(kind: Kind, text: Option<&str>) -> Result<Option<Secret>, BusError> {
    let Some(text) = text else {
        return Ok(None);
    };
    if kind != Kind::AuthenticatorApp {
        return Err(BusError::invalid_argument(
            "Only an authenticator app has a secret: leave it out.",
        ));
    }
    let secret = Secret::brought_over_in_base32(text);
    secret
        .map(Some)
        .map_err(|error| BusError::invalid_argument(format!("This cannot be used: {error}.")))
}

fn details(started: Started) -> EnrollmentDetails {
    let Details {
        presentation,
        period,
        algorithm,
        mode,
        manufacturer,
        model,
        place,
        dropped_extension,
    } = started.details;
    let shown = presentation.as_ref();
    EnrollmentDetails {
        expires: started.session.expires().as_seconds(),
        attempts: started.session.attempts_left().into(),
        becomes_default: started.becomes_default,
        challenge: started.challenge,
        issuer: shown.map(|shown| shown.issuer.clone()),
        account: shown.map(|shown| shown.account.clone()),
        key: shown.map(|shown| shown.key_in_groups.as_str().to_owned()),
        uri: shown.map(|shown| shown.uri.as_str().to_owned()),
        period,
        algorithm,
        mode,
        manufacturer,
        model,
        place,
        dropped_extension,
    }
}

async fn set_default(call: Call<Daemon>, (method,): (OwnedObjectPath,)) -> Result<(), BusError> {
    let uid = uid_of(&call)?;
    let method = parse::method_at(method.as_str(), uid)?;
    act(call, Action::SetDefault { method }).await
}

async fn issue_recovery_codes(call: Call<Daemon>, (): ()) -> Result<(Vec<String>,), BusError> {
    let codes = call
        .state()
        .service()
        .issued_codes()
        .issue_recovery_codes(uid_of(&call)?, &requester(&call, None))
        .await?;
    Ok((codes.iter().map(|code| code.as_str().to_owned()).collect(),))
}

async fn issue_access_pass(
    call: Call<Daemon>,
    (valid, once): (u64, bool),
) -> Result<(String, u64), BusError> {
    let valid = Seconds::new(u32::try_from(valid).unwrap_or(u32::MAX));
    let by = requester(&call, None);
    let (pass, expires) = call
        .state()
        .service()
        .issued_codes()
        .issue_access_pass(uid_of(&call)?, &by, valid, once)
        .await?;
    Ok((pass.as_str().to_owned(), expires.as_seconds()))
}

async fn revoke_access_pass(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    act(call, Action::RevokeAccessPass).await
}

async fn unlock(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    act(call, Action::Unlock).await
}

async fn erase(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    act(call, Action::Erase).await
}

async fn act(call: Call<Daemon>, action: Action) -> Result<(), BusError> {
    Ok(call
        .state()
        .service()
        .act(uid_of(&call)?, &requester(&call, None), action)
        .await?)
}
