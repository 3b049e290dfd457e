//! `org.secinfo.SecurityInfo1.User`: the security info of one user.

use super::dict::{Dict, Options};
use super::tree::{Daemon, Node, enrollment_path, method_path, method_path_or_none};
use super::{MANAGE_USERS, READ_USERS, UNLOCK_USERS, method_at, requester, session_owner};
use crate::bus::{Access, BusError, Call, EmitsChanged, Interface, Method, Property};
use crate::methods::one_time_password::Secret;
use crate::service::{EnrollmentRequest, Overview, Person, ServiceError, Started};
use secinfo_domain::{Action, Kind, Label, Place, Seconds, Timestamp};
use secinfo_wire::Forms;
use std::collections::HashMap;
use zbus::{ObjectPath, OwnedObjectPath, OwnedVariant};
use zeroize::Zeroizing;

/// Its name on the bus.
pub(super) const NAME: &str = "org.secinfo.SecurityInfo1.User";

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::Owner { or: None };
    let manage = Access::Administrator(MANAGE_USERS);
    Interface {
        name: NAME,
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
                "Takes an access pass back.",
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
                "Destroys the keys of the user's name and methods: nobody can read them any more.",
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

type EnrollmentArguments = (String, HashMap<String, OwnedVariant>);

async fn start_enrollment(
    call: Call<Daemon>,
    (kind, options): EnrollmentArguments,
) -> Result<(ObjectPath<'static>, Dict), BusError> {
    let kind: Kind = kind
        .parse()
        .map_err(|error| BusError::typed("InvalidArgument", format!("{error}.")))?;
    let mut options = Options::new(options);
    let label = options
        .take::<String>("label")?
        .map(|label| Label::parse(&label))
        .transpose();
    let label = label.map_err(ServiceError::from)?;
    let serial = options.take("serial")?;
    let destination = options.take("destination")?;
    let place = options
        .take::<String>("place")?
        .map(|place| place.parse::<Place>())
        .transpose()
        .map_err(|error| BusError::typed("InvalidArgument", format!("{error}.")))?;
    let language = super::language(&mut options)?;
    let secret = brought_over(kind, options.take::<String>("secret")?)?;
    let owner = session_owner(&call, options.take("detached")?);
    options.finish()?;
    let by = requester(&call, None);
    let service = call.state().service();
    let started = service.enrollments().start(
        uid_of(&call)?,
        &by,
        owner,
        &EnrollmentRequest {
            kind,
            label,
            serial,
            destination,
            place,
            language,
            secret,
            forms: Forms::default(),
        },
    )?;
    if call.caller().is_gone() {
        service.enrollments().sessions().close(started.session.id());
    }
    Ok((enrollment_path(started.session.id()), details(&started)))
}

/// The secret of an app that was set up for another system.
fn brought_over(kind: Kind, text: Option<String>) -> Result<Option<Secret>, BusError> {
    let Some(text) = text.map(Zeroizing::new) else {
        return Ok(None);
    };
    let invalid = |why| BusError::typed("InvalidArgument", why);
    if kind != Kind::AuthenticatorApp {
        return Err(invalid(
            "Only an authenticator app has a secret: leave it out.".to_owned(),
        ));
    }
    let secret = Secret::brought_over_in_base32(&text);
    secret
        .map(Some)
        .map_err(|error| invalid(format!("This cannot be used: {error}.")))
}

fn details(started: &Started) -> Dict {
    let session = &started.session;
    let mut dict = Dict::from([
        ("expires", session.expires().as_seconds().into()),
        ("attempts", u32::from(session.attempts_left()).into()),
        ("becomes_default", started.becomes_default.into()),
    ]);
    let enrollment = session.subject();
    dict.insert("digits", started.challenge.digits().unwrap_or(0).into());
    dict.insert("delivered", enrollment.kind().is_delivered().into());
    if let Some(destination) = started.challenge.destination() {
        dict.insert("hint", destination.to_owned().into());
    }
    let details = &started.details;
    for (name, text) in [
        ("algorithm", &details.algorithm),
        ("mode", &details.mode),
        ("manufacturer", &details.manufacturer),
        ("model", &details.model),
        ("place", &details.place),
    ] {
        if let Some(text) = text {
            dict.insert(name, text.clone().into());
        }
    }
    if let Some(period) = details.period {
        dict.insert("period", period.into());
    }
    if let Some(dropped) = details.dropped_extension {
        dict.insert("dropped_extension", dropped.into());
    }
    if let Some(presentation) = &details.presentation {
        dict.insert("issuer", presentation.issuer.clone().into());
        dict.insert("account", presentation.account.clone().into());
        dict.insert("key", presentation.key_in_groups.as_str().to_owned().into());
        dict.insert("uri", presentation.uri.as_str().to_owned().into());
    }
    dict
}

async fn set_default(call: Call<Daemon>, (method,): (OwnedObjectPath,)) -> Result<(), BusError> {
    let uid = uid_of(&call)?;
    let method = method_at(method.as_str(), uid)?;
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
