//! `org.secinfo.SecurityInfo1.Manager`: users, kinds, policy and the daemon's status.

use super::file;
use super::statistics::get_statistics;
use super::tokens::reply;
use super::tree::{Daemon, user_path};
use super::verification::{start_verification, verify};
use super::{MANAGE_USERS, READ_USERS, VERIFY_USERS, parse, requester};
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface};
use crate::methods::import::{LARGEST_FILE, oath_users, one_time_codes, u2f_mappings};
use crate::service::{Account, Beginning, Effect, Expected, KeyEntry, ServiceError, UserRow};
use crate::wire_names::WireName;
use secinfo_domain::{Kind, Room, Timestamp, UserName};
use secinfo_webauthn::RpId;
use secinfo_wire::names::interface::MANAGER;
use secinfo_wire::names::{disk_room, expected};
use secinfo_wire::{
    DepartedUser, Dictionary, ExpectedSignIn, ImportMethodsOptions, ImportReply, Policy, PushState,
    Status, UserSummary,
};
use secinfo_words::Language;
use zbus::{ObjectPath, OwnedFd};

/// The most users in one page of the list.
const MOST_USERS: u32 = 500;

pub(super) fn interface() -> Interface<Daemon> {
    let own_or_read = Access::NamedUser {
        or: Some(READ_USERS),
    };
    let own_or_verify = Access::NamedUser {
        or: Some(VERIFY_USERS),
    };
    Interface {
        name: MANAGER,
        doc: "The users of this host, the kinds and the policy that apply to them, and the status of the daemon.",
        methods: methods! {
            /// The object of the user with this uid.
            "GetUser"(uid) -> (user) for own_or_read => get_user;
            /// The object of the user with this name; others are refused whether the name exists or
            /// not.
            "GetUserByName"(name) -> (user) for Access::Anyone => get_user_by_name;
            /// A page of all users by name: uid, name, number of methods, kind of the default,
            /// state (ok, locked, account-locked, methods-required, renamed or gone), whether an access pass is
            /// out, how many methods are lacking for a password reset.
            "ListUsers"(after, limit) -> (users) for Access::Administrator(READ_USERS) => list_users;
            /// A page of the users whose accounts the host no longer knows, by name: uid, name, number of
            /// methods, the name that has the uid now, empty for none.
            "ListDeparted"(after, limit) -> (users) for Access::Administrator(READ_USERS) => list_departed;
            /// Lets a user go by the name that their account has now: the former name, and the new one with the
            /// same uid.
            "RenameUser"(former, name) -> () for Access::Administrator(MANAGE_USERS) => rename_user;
            /// Erases a user whose account the host no longer knows, by uid and name together.
            "EraseDeparted"(uid, name) -> () for Access::Administrator(MANAGE_USERS) => erase_departed;
            /// The kinds that policy lets this user have for a purpose and a service.
            "ListKinds"(uid, purpose, service) -> (kinds) for own_or_read => list_kinds;
            /// The policy as it applies to this user and a service: the kinds that are allowed, how many methods are
            /// required and in how many days, what the first method takes, how many methods a password reset
            /// asks for, the seconds that a deletion waits and a proof stays fresh, whether a lock ends the
            /// user's sessions, and the sections of the configuration that say so.
            "GetPolicy"(uid, service) -> (policy) for own_or_read => get_policy;
            /// What a sign-in of this user at a service would come to now, from a place that is not known:
            /// what it would begin with (not-covered, verify, set-up or refused), why it would be refused, until
            /// when setting up can be put off, whether the user administers the host.
            "GetExpectedSignIn"(uid, service) -> (expected) for own_or_read => get_expected_sign_in;
            /// The security questions that users can choose, by id and with their words in the
            /// language of a locale; how many of them to choose, and how many are asked in a password
            /// reset.
            "ListQuestions"(language) -> (questions, to_enrol, to_answer) for Access::Anyone => list_questions;
            /// Begins to verify this user; the session belongs to the calling connection.
            "StartVerification"(uid, purpose, service, options) -> (verification, challenge) for own_or_verify => start_verification;
            /// Verifies this user by one method in one call; / for the first method that the
            /// response can answer.
            "Verify"(uid, purpose, service, method, response) -> (proof) for own_or_verify => verify;
            /// Brings the methods of users over from the file of another system, which comes
            /// through a pipe: oath-users (pam_oath), one-time-codes (a JSON object a line), or
            /// u2f-mappings (pam_u2f), with the options origin and appid of the module. With the option
            /// check it only tells what would be imported.
            "ImportMethods"(format, pipe, options) -> (imported, users, problems) for Access::Administrator(MANAGE_USERS) => import_methods;
            /// How requests to phones are sent: how push stands, where phones ask (empty where it is off),
            /// how many phones are enrolled, how many requests are open.
            "GetPushState"() -> (state) for Access::Administrator(READ_USERS) => get_push_state;
            /// How the daemon is: version, whether it is healthy and if not why, how it authorizes,
            /// since when it runs, whether phones can be asked, how much room the disk has.
            "GetStatus"() -> (status) for Access::Anyone => get_status;
            /// The daemon in numbers, without personal data: users and their methods, what has
            /// happened since it started, its log, sessions, channels and memory.
            "GetStatistics"() -> (statistics) for Access::Administrator(READ_USERS) => get_statistics;
        },
        properties: vec![],
        signals: vec![],
    }
}

async fn get_user(call: Call<Daemon>, (uid,): (u32,)) -> Result<(ObjectPath<'static>,), BusError> {
    let person = call.service().core().person(uid)?;
    Ok((user_path(person.uid()),))
}

async fn get_user_by_name(
    call: Call<Daemon>,
    (name,): (String,),
) -> Result<(ObjectPath<'static>,), BusError> {
    let account = match UserName::parse(&name) {
        Ok(name) => call
            .service()
            .core()
            .accounts()
            .by_name(&name)
            .map_err(ServiceError::from)?,
        Err(_) => None,
    };
    if let Some(account) = &account
        && account.uid == call.caller().uid()
    {
        return Ok((user_path(account.uid),));
    }
    if !call.authorize(READ_USERS).await {
        return Err(BusError::not_authorized());
    }
    account
        .map(|account| (user_path(account.uid),))
        .ok_or_else(|| ServiceError::NotFound.into())
}

async fn list_users(
    call: Call<Daemon>,
    (after, limit): (String, u32),
) -> Result<(Vec<UserSummary>,), BusError> {
    let service = call.service().clone();
    let limit = usize::try_from(limit.min(MOST_USERS)).unwrap_or_default();
    // It opens every user's name: seconds, where there are a hundred thousand.
    let rows =
        tokio::task::spawn_blocking(move || service.security_info().users(&after, limit)).await;
    let rows = rows.map_err(|_| BusError::internal())??;
    let row = |row: UserRow| UserSummary {
        uid: row.account.uid,
        name: row.account.name.as_str().to_owned(),
        methods: row.methods,
        default_kind: row.default.map_or("", WireName::wire_name).to_owned(),
        state: row.state.to_owned(),
        has_access_pass: row.has_access_pass,
        lacking_for_reset: row.lacking_for_reset.into(),
    };
    Ok((rows.into_iter().map(row).collect(),))
}

async fn list_departed(
    call: Call<Daemon>,
    (after, limit): (String, u32),
) -> Result<(Vec<DepartedUser>,), BusError> {
    let service = call.service().clone();
    let limit = usize::try_from(limit.min(MOST_USERS)).unwrap_or_default();
    // As for the list of all.
    let rows = tokio::task::spawn_blocking(move || service.departed(&after, limit)).await;
    let rows = rows.map_err(|_| BusError::internal())??;
    let rows = rows.into_iter().map(|row| DepartedUser {
        uid: row.account.uid,
        name: row.account.name.as_str().to_owned(),
        methods: row.methods,
        now: row
            .now
            .map_or_else(String::new, |now| now.as_str().to_owned()),
    });
    Ok((rows.collect(),))
}

async fn rename_user(call: Call<Daemon>, (former, name): (String, String)) -> Result<(), BusError> {
    let (former, name) = (user_name(&former)?, user_name(&name)?);
    let by = requester(&call, None);
    Ok(call.service().rename_user(former, &name, &by).await?)
}

async fn erase_departed(call: Call<Daemon>, (uid, name): (u32, String)) -> Result<(), BusError> {
    let name = user_name(&name)?;
    let by = requester(&call, None);
    let account = Account { uid, name };
    Ok(call.service().erase_departed(account, &by).await?)
}

/// The name of an account. What is none is that of no account.
fn user_name(text: &str) -> Result<UserName, BusError> {
    UserName::parse(text).map_err(|_| ServiceError::NotFound.into())
}

async fn list_kinds(
    call: Call<Daemon>,
    (uid, purpose, service): (u32, String, String),
) -> Result<(Vec<String>,), BusError> {
    let purpose = parse::purpose(&purpose)?;
    let person = call.service().core().person(uid)?;
    let allowed = call
        .service()
        .core()
        .allowed_kinds(&person, parse::service_name(&service)?.as_ref())?;
    let service = call.service();
    let can_be_used = |kind: &Kind| match kind {
        Kind::Push => service.approvals().is_on(),
        kind => service.deliveries().has_channel_for(*kind),
    };
    Ok((allowed
        .iter()
        .filter(|kind| kind.serves(purpose) && can_be_used(kind))
        .map(|kind| kind.wire_name().to_owned())
        .collect(),))
}

async fn list_questions(
    call: Call<Daemon>,
    (language,): (String,),
) -> Result<(Vec<(String, String)>, u32, u32), BusError> {
    let core = call.service().core();
    let settings = core.settings();
    let language = parse::language(Some(language))?;
    let language = Language::negotiate(&[&language, &settings.language]);
    let list = settings.questions.ids().filter_map(|id| {
        let text = settings.questions.text(id, language)?;
        Some((id.to_owned(), text))
    });
    let state = core.state();
    let rules = &state.policy().rules.security_questions;
    Ok((
        list.collect(),
        rules.to_enrol.into(),
        rules.to_answer.into(),
    ))
}

async fn get_policy(
    call: Call<Daemon>,
    (uid, service): (u32, String),
) -> Result<(Policy,), BusError> {
    let daemon = call.service().core();
    let person = daemon.person(uid)?;
    let service = parse::service_name(&service)?;
    let policy = daemon.effective_policy(&person, service.as_ref())?;
    let rules = daemon.state().policy().rules.clone();
    let allowed = daemon.allowed_kinds(&person, service.as_ref())?;
    let allowed = allowed.iter();
    Ok((Policy {
        allowed: allowed.map(|kind| kind.wire_name().to_owned()).collect(),
        required: policy.required.into(),
        grace_days: policy.grace_days.into(),
        first_method: policy.first_method.wire_name().to_owned(),
        reset_gates: policy.reset_gates.count().into(),
        deletion_wait: rules.deletion_wait.get().into(),
        fresh_proof: rules.fresh_proof.get().into(),
        end_sessions_on_lock: policy.end_sessions_on_lock,
        sections: daemon.policy_sections(&person, service.as_ref())?,
    },))
}

async fn get_expected_sign_in(
    call: Call<Daemon>,
    (uid, service): (u32, String),
) -> Result<(ExpectedSignIn,), BusError> {
    let person = call.service().core().person(uid)?;
    let by = requester(&call, parse::service_name(&service)?);
    let Expected {
        beginning,
        is_administrator,
    } = call.service().sign_ins().expected(&person, &by)?;
    let (beginning, reason, grace_ends) = match beginning {
        Beginning::NotCovered => (expected::NOT_COVERED, "", 0),
        Beginning::Verify => (expected::VERIFY, "", 0),
        Beginning::SetUp { grace_ends } => {
            let ends = grace_ends.map_or(0, Timestamp::as_seconds);
            (expected::SET_UP, "", ends)
        }
        Beginning::Refused(why) => (expected::REFUSED, why.wire_name(), 0),
    };
    Ok((ExpectedSignIn {
        beginning: beginning.to_owned(),
        reason: reason.to_owned(),
        grace_ends,
        administrator: is_administrator,
    },))
}

async fn import_methods(
    call: Call<Daemon>,
    (format, pipe, options): (String, OwnedFd, Dictionary),
) -> Result<ImportReply, BusError> {
    let file = file::receive(call.state(), pipe, LARGEST_FILE).await?;
    let content = file.content();
    let options: ImportMethodsOptions = options.try_into()?;
    let effect = Effect::of(options.check);
    let read = match format.as_str() {
        "oath-users" => oath_users::read(content),
        "one-time-codes" => one_time_codes::read(content),
        "u2f-mappings" => {
            let rp_id = rp_id_of_pam_u2f(&call, &options)?;
            let keys = u2f_mappings::read(content);
            let keys = keys.map_err(|error| BusError::invalid_argument(error.to_string()))?;
            let import = KeyEntry::read(keys, &rp_id);
            let (by, imports) = (requester(&call, None), call.service().imports());
            let imported = imports.import(&by, import, "Security key", effect).await?;
            return Ok(reply(imported));
        }
        _ => {
            return Err(BusError::invalid_argument(
                "The format is \"oath-users\", \"one-time-codes\" or \"u2f-mappings\".",
            ));
        }
    };
    let import = read.map_err(|error| BusError::invalid_argument(error.to_string()))?;
    let by = requester(&call, None);
    let imports = call.service().imports();
    let label = "Imported from oath-users";
    Ok(reply(imports.import(&by, import, label, effect).await?))
}

/// What `pam_u2f` has bound its keys to: the application id, else the origin, else `pam://` and the name of
/// the host.
fn rp_id_of_pam_u2f(call: &Call<Daemon>, options: &ImportMethodsOptions) -> Result<RpId, BusError> {
    let of_host = || format!("pam://{}", call.service().core().settings().host);
    let named = options.appid.clone().or_else(|| options.origin.clone());
    RpId::imported(&named.unwrap_or_else(of_host))
        .map_err(|error| BusError::invalid_argument(format!("{error}.")))
}

async fn get_push_state(call: Call<Daemon>, (): ()) -> Result<(PushState,), BusError> {
    let approvals = call.service().approvals();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok((PushState {
        state: approvals.state().to_owned(),
        url: approvals
            .address()
            .map_or_else(String::new, |address| address.as_str().to_owned()),
        phones: count(approvals.phones()),
        open: count(approvals.open()),
    },))
}

async fn get_status(call: Call<Daemon>, (): ()) -> Result<(Status,), BusError> {
    let daemon = call.state();
    let problem = daemon.service().core().problem();
    // The reason names files of the host: a stranger learns only that there is one.
    let reason = match &problem {
        Some(why) if call.caller().uid() == 0 => why.clone(),
        Some(_) => "The log cannot be written.".to_owned(),
        None => String::new(),
    };
    Ok((Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        healthy: problem.is_none(),
        problem: reason,
        authorization: daemon.authorization().to_owned(),
        started: daemon.started().as_seconds(),
        push: daemon.service().approvals().state().to_owned(),
        room: match daemon.service().core().published().room() {
            Room::Enough => disk_room::ENOUGH.to_owned(),
            Room::Kept => disk_room::KEPT.to_owned(),
        },
    },))
}
