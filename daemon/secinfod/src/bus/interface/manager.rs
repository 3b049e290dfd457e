//! `org.secinfo.SecurityInfo1.Manager`: users, kinds, policy, verifications, tokens.

use super::backup;
use super::channels::{list_channels, test_channel};
use super::dict::{Dict, Options};
use super::sign_in::start_sign_in;
use super::statistics::get_statistics;
use super::tree::{Daemon, user_path, verification_path};
use super::verification::{challenge_dict, proof_dict};
use super::{
    IMPORT_TOKENS, MANAGE_CHANNELS, MANAGE_USERS, READ_USERS, VERIFY_USERS, language, method_at,
    requester, service_name, session_owner,
};
use crate::bus::{Access, BusError, Call, Interface, Method};
use crate::methods::hardware_token::import::pskc::PreSharedKey;
use crate::service::{Circumstances, Imports, ServiceError};
use secinfo_domain::policy::{FirstMethod, ResetMethods};
use secinfo_domain::{Label, Purpose, UserName};
use secinfo_wire::{Forms, Response};
use std::collections::HashMap;
use zbus::{ObjectPath, OwnedObjectPath, OwnedVariant};
use zeroize::Zeroizing;

/// The most users in one page of the list.
const MOST_USERS: u32 = 500;

/// The most bytes of a file of tokens, and what surrounds it in a message.
const TOKEN_FILE_BODY: usize = crate::methods::hardware_token::import::LARGEST_FILE + 1024;

/// The most bytes of a file of methods, and what surrounds it in a message.
const METHODS_FILE_BODY: usize = crate::methods::import::LARGEST_FILE + 1024;

pub(super) fn interface() -> Interface<Daemon> {
    let own_or_read = Access::NamedUser {
        or: Some(READ_USERS),
    };
    let own_or_verify = Access::NamedUser {
        or: Some(VERIFY_USERS),
    };
    Interface {
        name: "org.secinfo.SecurityInfo1.Manager",
        doc: "Users, policy, verifications and hardware tokens of this host.",
        methods: vec![
            Method::new(
                "GetUser",
                "The object of the user with this uid.",
                own_or_read,
                ["uid"],
                ["user"],
                get_user,
            ),
            Method::new(
                "GetUserByName",
                "The object of the user with this name; a stranger's question is refused whether the name exists or not.",
                Access::Anyone,
                ["name"],
                ["user"],
                get_user_by_name,
            ),
            Method::new(
                "ListUsers",
                "A page of all users by name: uid, name, number of methods, kind of the default, state (ok, locked or methods-required), whether an access pass is out.",
                Access::Administrator(READ_USERS),
                ["after", "limit"],
                ["users"],
                list_users,
            ),
            Method::new(
                "ListKinds",
                "The kinds that policy lets this user have for a purpose and a service.",
                own_or_read,
                ["uid", "purpose", "service"],
                ["kinds"],
                list_kinds,
            ),
            Method::new(
                "GetPolicy",
                "The policy as it applies to this user and a service.",
                own_or_read,
                ["uid", "service"],
                ["policy"],
                get_policy,
            ),
            Method::new(
                "StartVerification",
                "Begins to verify this user; the session belongs to the calling connection.",
                own_or_verify,
                ["uid", "purpose", "service", "options"],
                ["verification", "challenge"],
                start_verification,
            ),
            Method::new(
                "Verify",
                "Verifies this user by one method in one call; / for the method that is asked first.",
                own_or_verify,
                ["uid", "purpose", "service", "method", "code"],
                ["proof"],
                verify,
            ),
            Method::new(
                "StartSignIn",
                "Begins to sign in the user with this name at a PAM service, as policy asks there: oneself; anybody by root and by others with org.secinfo.SecurityInfo1.verify-users. A stranger's call is refused whether the name exists or not.",
                Access::Anyone,
                ["name", "service", "options"],
                ["sign_in", "step"],
                start_sign_in,
            ),
            Method::new(
                "ImportTokens",
                "Imports hardware tokens from a CSV table or a PSKC file (RFC 6030).",
                Access::Administrator(IMPORT_TOKENS),
                ["format", "content", "options"],
                ["imported", "problems"],
                import_tokens,
            )
            .max_body(TOKEN_FILE_BODY),
            Method::new(
                "ImportMethods",
                "Brings the methods of users over from the file of another system: oath-users (pam_oath) or u2f-mappings (pam_u2f), of which nothing is taken in yet.",
                Access::Administrator(MANAGE_USERS),
                ["format", "content", "options"],
                ["imported", "problems"],
                import_methods,
            )
            .max_body(METHODS_FILE_BODY),
            Method::new(
                "ListTokens",
                "The tokens that wait to be activated: serial number, manufacturer, model, mode, state.",
                Access::Administrator(IMPORT_TOKENS),
                [],
                ["tokens"],
                list_tokens,
            ),
            Method::new(
                "RemoveToken",
                "Removes a token that nobody has activated.",
                Access::Administrator(IMPORT_TOKENS),
                ["serial"],
                [],
                remove_token,
            ),
            Method::new(
                "ListChannels",
                "How each channel is: name, kind, plugin, version, state (ready, starting or down), health, how many messages wait and are under way, the last error and its time, what confines it.",
                Access::Administrator(MANAGE_CHANNELS),
                [],
                ["channels"],
                list_channels,
            ),
            Method::new(
                "TestChannel",
                "Sends a message without a code through one channel, and waits for what becomes of it.",
                Access::Administrator(MANAGE_CHANNELS),
                ["channel", "destination", "options"],
                ["outcome"],
                test_channel,
            ),
            Method::new(
                "GetStatus",
                "How the daemon is: version, whether it is healthy and if not why, how it authorizes, since when it runs.",
                Access::Anyone,
                [],
                ["status"],
                get_status,
            ),
            Method::new(
                "GetStatistics",
                "The daemon in numbers, which name nobody: users and their methods, what has happened since it started, its log, sessions, channels and memory.",
                Access::Administrator(READ_USERS),
                [],
                ["statistics"],
                get_statistics,
            ),
        ]
        .into_iter()
        .chain(backup::methods())
        .collect(),
        properties: vec![],
        signals: vec![],
    }
}

async fn get_user(call: Call<Daemon>, (uid,): (u32,)) -> Result<(ObjectPath<'static>,), BusError> {
    let person = call.state().service().core().person(uid)?;
    Ok((user_path(person.uid()),))
}

async fn get_user_by_name(
    call: Call<Daemon>,
    (name,): (String,),
) -> Result<(ObjectPath<'static>,), BusError> {
    let account = match UserName::parse(&name) {
        Ok(name) => call
            .state()
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

type UserRow = (u32, String, u32, String, String, bool);

async fn list_users(
    call: Call<Daemon>,
    (after, limit): (String, u32),
) -> Result<(Vec<UserRow>,), BusError> {
    let service = call.state().service().clone();
    let limit = usize::try_from(limit.min(MOST_USERS)).unwrap_or_default();
    // It opens every user's name: seconds, where there are a hundred thousand.
    let rows =
        tokio::task::spawn_blocking(move || service.security_info().users(&after, limit)).await;
    let rows = rows.map_err(|_| BusError::internal())??;
    let row = |row: crate::service::UserRow| {
        let default = row
            .default
            .map(|kind| kind.as_str().to_owned())
            .unwrap_or_default();
        let name = row.account.name.as_str().to_owned();
        (
            row.account.uid,
            name,
            row.methods,
            default,
            row.state.to_owned(),
            row.has_access_pass,
        )
    };
    Ok((rows.into_iter().map(row).collect(),))
}

async fn list_kinds(
    call: Call<Daemon>,
    (uid, purpose, service): (u32, String, String),
) -> Result<(Vec<String>,), BusError> {
    let purpose = parse_purpose(&purpose)?;
    let person = call.state().service().core().person(uid)?;
    let policy = call
        .state()
        .service()
        .core()
        .effective_policy(&person, service_name(&service)?.as_ref())?;
    Ok((policy
        .allowed
        .iter()
        .filter(|kind| {
            kind.serves(purpose) && call.state().service().deliveries().has_channel_for(*kind)
        })
        .map(|kind| kind.as_str().to_owned())
        .collect(),))
}

async fn get_policy(
    call: Call<Daemon>,
    (uid, service): (u32, String),
) -> Result<(Dict,), BusError> {
    let daemon = call.state().service().core();
    let person = daemon.person(uid)?;
    let policy = daemon.effective_policy(&person, service_name(&service)?.as_ref())?;
    let rules = daemon.state().policy().rules.clone();
    let allowed: Vec<String> = policy
        .allowed
        .iter()
        .map(|kind| kind.as_str().to_owned())
        .collect();
    let first_method = match policy.first_method {
        FirstMethod::Session => "session",
        FirstMethod::AccessPass => "access-pass",
    };
    let reset_methods: u32 = match policy.reset_methods {
        ResetMethods::One => 1,
        ResetMethods::Two => 2,
    };
    Ok((Dict::from([
        ("allowed", allowed.into()),
        ("required", u32::from(policy.required).into()),
        ("grace_days", u32::from(policy.grace_days).into()),
        ("first_method", first_method.into()),
        ("reset_methods", reset_methods.into()),
        ("deletion_wait", u64::from(rules.deletion_wait.get()).into()),
        ("fresh_proof", u64::from(rules.fresh_proof.get()).into()),
    ]),))
}

type StartArguments = (u32, String, String, HashMap<String, OwnedVariant>);

async fn start_verification(
    call: Call<Daemon>,
    (uid, purpose, service, options): StartArguments,
) -> Result<(ObjectPath<'static>, Dict), BusError> {
    let purpose = parse_purpose(&purpose)?;
    let mut options = Options::new(options);
    let first = options
        .take::<OwnedObjectPath>("method")?
        .map(|path| method_at(path.as_str(), uid))
        .transpose()?;
    let circumstances = Circumstances {
        forms: Forms::default(),
        first,
        origin: origin(&mut options)?,
        language: language(&mut options)?,
    };
    let owner = session_owner(&call, options.take("detached")?);
    options.finish()?;
    let by = requester(&call, service_name(&service)?);
    let verifications = call.state().service().verifications();
    let (session, challenge) = verifications.start(uid, &by, owner, purpose, circumstances)?;
    if call.caller().is_gone() {
        verifications.sessions().close(session.id());
    }
    let mut dict = challenge_dict(uid, &challenge);
    dict.insert("expires", session.expires().as_seconds().into());
    Ok((verification_path(session.id()), dict))
}

type VerifyArguments = (u32, String, String, OwnedObjectPath, String);

async fn verify(
    call: Call<Daemon>,
    (uid, purpose, service, method, code): VerifyArguments,
) -> Result<(Dict,), BusError> {
    let purpose = parse_purpose(&purpose)?;
    let method = match method.as_str() {
        "/" => None,
        path => Some(method_at(path, uid)?),
    };
    let by = requester(&call, service_name(&service)?);
    let proof = call
        .state()
        .service()
        .verifications()
        .verify(uid, &by, purpose, method, &Response::code(code))
        .await?;
    Ok((proof_dict(uid, &proof),))
}

type ImportArguments = (String, Vec<u8>, HashMap<String, OwnedVariant>);

async fn import_tokens(
    call: Call<Daemon>,
    (format, content, options): ImportArguments,
) -> Result<(u32, Vec<(u32, String)>), BusError> {
    let is_xml = content
        .iter()
        .find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte))
        == Some(&b'<');
    match format.as_str() {
        "csv" if !is_xml => {}
        "pskc" if is_xml => {}
        "csv" | "pskc" => return Err(invalid(format!("The file is not of the format {format}."))),
        _ => return Err(invalid("The format is \"csv\" or \"pskc\".")),
    }
    let mut options = Options::new(options);
    let key = options
        .take::<String>("key")?
        .map(|key| PreSharedKey::from_hexadecimal(&key))
        .transpose();
    let key = key.map_err(|error| invalid(error.to_string()))?;
    options.finish()?;
    let by = requester(&call, None);
    let imported = call
        .state()
        .service()
        .tokens()
        .import(&by, &content, key.as_ref())
        .await?;
    Ok((imported.count, imported.problems))
}

async fn import_methods(
    call: Call<Daemon>,
    (format, content, options): ImportArguments,
) -> Result<(u32, Vec<(u32, String)>), BusError> {
    let content = Zeroizing::new(content);
    Options::new(options).finish()?;
    let by = requester(&call, None);
    let imported = match format.as_str() {
        "oath-users" => {
            let service = call.state().service();
            service.imports().import_oath_users(&by, &content).await?
        }
        "u2f-mappings" => Imports::read_u2f_mappings(&content)?,
        _ => {
            return Err(invalid("The format is \"oath-users\" or \"u2f-mappings\"."));
        }
    };
    Ok((imported.count, imported.problems))
}

type TokenRow = (String, String, String, String, String);

async fn list_tokens(call: Call<Daemon>, (): ()) -> Result<(Vec<TokenRow>,), BusError> {
    let rows = call.state().service().tokens().list()?;
    let row = |row: crate::service::TokenRow| {
        (
            row.serial,
            row.manufacturer,
            row.model,
            row.mode.to_owned(),
            "free".to_owned(),
        )
    };
    Ok((rows.into_iter().map(row).collect(),))
}

async fn remove_token(call: Call<Daemon>, (serial,): (String,)) -> Result<(), BusError> {
    let by = requester(&call, None);
    Ok(call.state().service().tokens().remove(&by, &serial).await?)
}

/// From where a user asks, as whoever verifies them knows it.
fn origin(options: &mut Options) -> Result<String, BusError> {
    let Some(text) = options.take::<String>("origin")? else {
        return Ok(String::new());
    };
    let origin = Label::parse(&text)
        .map_err(|error| invalid(format!("The origin cannot be used: {error}.")))?;
    Ok(origin.as_str().to_owned())
}

async fn get_status(call: Call<Daemon>, (): ()) -> Result<(Dict,), BusError> {
    let daemon = call.state();
    let problem = daemon.service().core().problem();
    // The reason names files of the host: a stranger learns only that there is one.
    let reason = match &problem {
        Some(why) if call.caller().uid() == 0 => why.clone(),
        Some(_) => "The log cannot be written.".to_owned(),
        None => String::new(),
    };
    Ok((Dict::from([
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("healthy", problem.is_none().into()),
        ("problem", reason.into()),
        ("authorization", daemon.authorization().into()),
        ("started", daemon.started().as_seconds().into()),
    ]),))
}

fn parse_purpose(text: &str) -> Result<Purpose, BusError> {
    text.parse()
        .map_err(|error: secinfo_domain::UnknownWord| invalid(format!("{error}.")))
}

fn invalid(why: impl Into<std::borrow::Cow<'static, str>>) -> BusError {
    BusError::typed("InvalidArgument", why)
}
