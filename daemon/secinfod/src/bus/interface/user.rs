//! `org.secinfo.SecurityInfo1.User`: the security info of one user.

use super::tree::{Daemon, Node, enrollment_path, method_path, method_path_or_none};
use super::{MANAGE_USERS, READ_USERS, UNLOCK_USERS, parse, requester, seconds, session_owner};
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface, Property};
use crate::methods::kind::{Details, Entry};
use crate::methods::one_time_password::Secret;
use crate::service::{ActivityLine, EnrollmentRequest, ServiceError, Started};
use secinfo_domain::{Action, Kind, Label, Seconds, Timestamp};
use secinfo_wire::names::interface::USER;
use secinfo_wire::{
    ActivityEntry, ActivityProof, Dictionary, EnrollmentDetails, EnrollmentOptions, UserProperties,
};
use secrecy::SecretString;
use zbus::{ObjectPath, OwnedObjectPath};

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::Owner { or: None };
    let manage = Access::Administrator(MANAGE_USERS);
    let read = Access::Owner {
        or: Some(READ_USERS),
    };
    Interface {
        name: USER,
        doc: "The security info of one user.",
        methods: methods! {
            /// Begins to enrol a method; the session belongs to the calling connection, or with the
            /// option detached to the uid.
            "StartEnrollment"(kind, options) -> (enrollment, details) for own => start_enrollment;
            /// Chooses the default method.
            "SetDefault"(method) -> () for Access::Owner { or: Some(MANAGE_USERS) } => set_default;
            /// Issues recovery codes, shown this once; former ones are void.
            "IssueRecoveryCodes"() -> (codes) for own => issue_recovery_codes;
            /// Issues an access pass, shown this once; never for oneself.
            "IssueAccessPass"(valid_seconds, once, begins) -> (pass, expires) for manage => issue_access_pass;
            /// Revokes an access pass.
            "RevokeAccessPass"() -> () for manage => revoke_access_pass;
            /// Lifts every lock of the user, that of the account too.
            "Unlock"() -> () for Access::Administrator(UNLOCK_USERS) => unlock;
            /// Locks the account at once: proofs, open sign-ins and remembered terminals end, and nobody signs in
            /// until it is unlocked, by the user's strongest method or an administrator.
            "LockAccount"() -> () for Access::Owner { or: Some(MANAGE_USERS) } => lock_account;
            /// Says of a line of one's own activity that it was not oneself: what sign-ins have left ends, and
            /// administrators are told.
            "ReportActivity"(seq) -> () for own => report_activity;
            /// What happened in the account, the newest first: of the events before this number, or 0 for
            /// the newest, at most so many and at most 200.
            "ListActivity"(before, limit) -> (entries) for read => list_activity;
            /// The event behind a line of activity in exactly the bytes that are hashed, the hashes that
            /// prove that it is in the log (RFC 6962 section 2.1.1), and the checkpoint of that log.
            "GetActivityProof"(seq) -> (event, hashes, checkpoint) for read => get_activity_proof;
            /// Destroys the keys of the user's name and methods, which can then no longer be
            /// read.
            "Erase"() -> () for manage => erase;
        },
        properties: Property::rows(read, properties),
        signals: vec![],
    }
}

fn uid_of(call: &Call<Daemon>) -> Result<u32, BusError> {
    match call.object() {
        Node::User(uid) => Ok(*uid),
        _ => Err(BusError::unknown_object()),
    }
}

async fn properties(call: Call<Daemon>) -> Result<UserProperties, BusError> {
    let uid = uid_of(&call)?;
    let person = call.service().core().person(uid)?;
    let security_info = call.service().security_info();
    let overview = security_info.overview(&person)?;
    let tag = call.state().tag(call.caller());
    let methods = overview.methods.into_iter();
    Ok(UserProperties {
        uid,
        name: person.account.name.as_str().to_owned(),
        default_method: method_path_or_none(uid, overview.default).into(),
        methods: methods
            .map(|method| method_path(uid, method).into())
            .collect(),
        still_required: overview.still_required.into(),
        grace_ends: seconds(overview.grace_ends),
        locked_until: seconds(overview.waits_until),
        push_paused_until: seconds(overview.push_paused_until),
        lacking_for_reset: security_info.lacking_for_reset(&person)?.into(),
        account_locked: overview
            .account_locked
            .map_or(0, secinfo_domain::Timestamp::as_millis),
        fresh_proof_until: seconds(security_info.fresh_proof_until(&person, tag)),
    })
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
        questions: options.questions.take().unwrap_or_default(),
        answers: answers(options.answers.take()),
        forms: options.forms,
    };
    let owner = session_owner(&call, options.detached);
    let by = requester(&call, None);
    let service = call.service();
    let started = service
        .enrollments()
        .start(uid_of(&call)?, &by, owner, &request)
        .await?;
    if call.caller().is_gone() {
        service.enrollments().sessions().close(started.session.id());
    }
    Ok((enrollment_path(started.session.id()), details(started)))
}

/// The answers to security questions, as secrets.
fn answers(answers: Option<Vec<String>>) -> Vec<SecretString> {
    let answers = answers.into_iter().flatten();
    answers.map(SecretString::from).collect()
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
        entry,
        period,
        algorithm,
        mode,
        manufacturer,
        model,
        place,
        dropped_extension,
    } = started.details;
    let app = presentation.as_ref();
    let of_entry = |part: fn(&Entry) -> &str| entry.as_ref().map(|entry| part(entry).to_owned());
    EnrollmentDetails {
        expires: started.session.expires().as_seconds(),
        attempts: started.session.attempts_left().into(),
        becomes_default: started.becomes_default,
        challenge: started.challenge,
        issuer: app
            .map(|app| app.issuer.clone())
            .or(of_entry(|entry| entry.issuer.as_str())),
        account: app
            .map(|app| app.account.clone())
            .or(of_entry(|entry| entry.account.as_str())),
        key: app.map(|app| app.key_in_groups.as_str().to_owned()),
        uri: app
            .map(|app| app.uri.as_str().to_owned())
            .or(of_entry(|entry| entry.uri.as_str())),
        app_link: of_entry(|entry| entry.app_link.as_str()),
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
        .service()
        .issued_codes()
        .issue_recovery_codes(uid_of(&call)?, &requester(&call, None))
        .await?;
    Ok((codes.iter().map(|code| code.as_str().to_owned()).collect(),))
}

async fn issue_access_pass(
    call: Call<Daemon>,
    (valid, once, begins): (u64, bool, u64),
) -> Result<(String, u64), BusError> {
    let valid = Seconds::new(u32::try_from(valid).unwrap_or(u32::MAX));
    let begins = (begins != 0).then(|| Timestamp::from_seconds(begins));
    let by = requester(&call, None);
    let (pass, expires) = call
        .service()
        .issued_codes()
        .issue_access_pass(uid_of(&call)?, &by, begins, valid, once)
        .await?;
    Ok((pass.as_str().to_owned(), expires.as_seconds()))
}

async fn revoke_access_pass(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    act(call, Action::RevokeAccessPass).await
}

async fn unlock(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    act(call, Action::Unlock).await
}

async fn lock_account(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    let by = requester(&call, None);
    Ok(call.service().lock_account(uid_of(&call)?, &by).await?)
}

async fn report_activity(call: Call<Daemon>, (seq,): (u64,)) -> Result<(), BusError> {
    let by = requester(&call, None);
    Ok(call
        .service()
        .report_activity(uid_of(&call)?, &by, seq)
        .await?)
}

async fn list_activity(
    call: Call<Daemon>,
    (before, limit): (u64, u32),
) -> Result<(Vec<ActivityEntry>,), BusError> {
    let uid = uid_of(&call)?;
    let activity = call.service().activity();
    let lines = activity.list(uid, call.caller().uid(), before, limit);
    let entries = lines.await?.into_iter().map(|line| entry(uid, line));
    Ok((entries.collect(),))
}

fn entry(uid: u32, line: ActivityLine) -> ActivityEntry {
    let text = |word: &str| word.to_owned();
    ActivityEntry {
        seq: line.seq,
        time: line.time.as_millis(),
        what: text(line.what),
        method: line.method.map(|method| method_path(uid, method).into()),
        kind: line.kind.map(|kind| text(kind.as_str())),
        label: line.label,
        service: line.service.map(|service| text(service.as_str())),
        source: line.source,
        by: line.by,
        login: line.login,
        purpose: line.purpose.map(|purpose| text(purpose.as_str())),
        reason: line.reason.map(text),
        reported: line.is_reported,
    }
}

async fn get_activity_proof(call: Call<Daemon>, (seq,): (u64,)) -> Result<ActivityProof, BusError> {
    let activity = call.service().activity();
    let proven = activity
        .prove(uid_of(&call)?, call.caller().uid(), seq)
        .await?;
    let hashes = proven.hashes.iter().map(|hash| hash.as_bytes().to_vec());
    Ok((proven.event, hashes.collect(), proven.checkpoint))
}

async fn erase(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    act(call, Action::Erase).await
}

async fn act(call: Call<Daemon>, action: Action) -> Result<(), BusError> {
    Ok(call
        .service()
        .act(uid_of(&call)?, &requester(&call, None), action)
        .await?)
}
