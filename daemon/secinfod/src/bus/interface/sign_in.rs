//! `org.secinfo.SecurityInfo1.SignIn`: a conversation in which a user signs in.

use super::tree::{Daemon, Node, sign_in_path};
use super::{VERIFY_USERS, parse};
use crate::bus::{Access, BusError, Call, EmitsChanged, Interface, Method, Property};
use crate::service::session::Session;
use crate::service::{
    Outcome, Requester, ServiceError, SessionOwner, SignIn, SignInRequest, SignIns, Step,
};
use crate::wire_names::WireName;
use secinfo_channel::SecretText;
use secinfo_domain::{Authority, Label, ServiceName, SignInPlace, UserName};
use secinfo_wire::names::interface::SIGN_IN;
use secinfo_wire::names::sign_in::{display, outcome};
use secinfo_wire::{Dictionary, SignInOptions, SignInStep};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use zbus::ObjectPath;

pub(super) fn interface() -> Interface<Daemon> {
    let own = Access::SessionOwner;
    Interface {
        name: SIGN_IN,
        doc: "A conversation in which a user signs in: the caller shows each prompt and passes the answer back.",
        methods: vec![
            Method::new(
                "Answer",
                "Answers the prompt; the next step, which is another prompt or the end.",
                own,
                ["answer"],
                ["step"],
                answer,
            ),
            Method::new(
                "Cancel",
                "Ends the sign-in; the user is not let in.",
                own,
                [],
                [],
                cancel,
            ),
        ],
        properties: vec![Property::new(
            "Expires",
            "When the sign-in ends; setting up a method makes it later.",
            own,
            EmitsChanged::No,
            expires,
        )],
        signals: vec![],
    }
}

fn session(call: &Call<Daemon>) -> Result<&Arc<Session<SignIn>>, BusError> {
    match call.object() {
        Node::SignIn(session) => Ok(session),
        _ => Err(BusError::unknown_object()),
    }
}

async fn answer(call: Call<Daemon>, (answer,): (String,)) -> Result<(SignInStep,), BusError> {
    let session = session(&call)?;
    let answer = SecretText::new(answer);
    let step = call
        .state()
        .service()
        .sign_ins()
        .answer(session, &answer)
        .await?;
    let sign_in = session.subject();
    Ok((shown(step, sign_in.name(), sign_in.uid()),))
}

async fn cancel(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    let sessions = call.state().service().sign_ins().sessions();
    sessions.close(session(&call)?.id());
    Ok(())
}

async fn expires(call: Call<Daemon>) -> Result<u64, BusError> {
    Ok(session(&call)?.subject().expires().as_seconds())
}

pub(super) async fn start_sign_in(
    call: Call<Daemon>,
    (name, service, options): (String, String, Dictionary),
) -> Result<(ObjectPath<'static>, SignInStep), BusError> {
    let uid = named_user(&call, &name).await?;
    let service = parse::service_name(&service)?;
    let options = options.try_into()?;
    let sign_ins = call.state().service().sign_ins();
    let by = requester(&call, uid, service)?;
    let request = request(
        &call,
        sign_ins,
        by.service.as_ref(),
        (name.clone(), uid),
        options,
    )?;
    let owner = SessionOwner::Connection(call.caller().unique_name().clone());
    let (session, step) = sign_ins.start(&by, owner, request).await?;
    if let Some(session) = &session
        && call.caller().is_gone()
    {
        sign_ins.sessions().close(session.id());
    }
    Ok((
        sign_in_path(session.map(|session| session.id())),
        shown(step, &name, uid),
    ))
}

/// The uid of the user with this name. A caller who may not know it is refused whether there is one
/// or not.
async fn named_user(call: &Call<Daemon>, name: &str) -> Result<u32, BusError> {
    let accounts = call.state().service().core().accounts();
    let account = match UserName::parse(name) {
        Ok(name) => accounts.by_name(&name).map_err(ServiceError::from)?,
        Err(_) => None,
    };
    if let Some(account) = &account
        && account.uid == call.caller().uid()
    {
        return Ok(account.uid);
    }
    if !call.authorize(VERIFY_USERS).await {
        return Err(BusError::not_authorized());
    }
    account
        .map(|account| account.uid)
        .ok_or_else(|| ServiceError::NotFound.into())
}

/// By what right the user is signed in. Root passes on what the user does: the user's rules hold,
/// and proofs count within this one sign-in. Other callers have the rights that they have in a
/// verification.
fn requester(
    call: &Call<Daemon>,
    uid: u32,
    service: Option<ServiceName>,
) -> Result<Requester, BusError> {
    let caller = call.caller();
    let (session, authority) = match caller.uid() {
        0 => (SignIns::tag()?, Authority::Own),
        own if own == uid => (call.state().tag(caller), Authority::Own),
        _ => (call.state().tag(caller), Authority::Administrator),
    };
    Ok(Requester {
        uid: caller.uid(),
        session,
        service,
        authority,
    })
}

/// What the caller knows of the user. Only root is believed where they are, and that they have
/// proved a first factor.
fn request(
    call: &Call<Daemon>,
    sign_ins: &SignIns,
    asking: Option<&ServiceName>,
    (name, uid): (String, u32),
    options: SignInOptions,
) -> Result<SignInRequest, BusError> {
    let remote_host = options.remote_host.unwrap_or_default();
    let terminal = options.tty.unwrap_or_default();
    let invoker = options.invoker.unwrap_or_default();
    let one_line = match options.display.as_deref() {
        None | Some(display::TERMINAL) => false,
        Some(display::LINE) => true,
        Some(_) => {
            return Err(BusError::invalid_argument(
                "The display is \"terminal\" or \"line\".",
            ));
        }
    };
    let is_root = call.caller().uid() == 0;
    let place = if is_root {
        let pid = call.caller().pid();
        SignInPlace {
            network: address(&remote_host),
            terminal: pid
                .and_then(|pid| sign_ins.terminal_of(asking, pid, uid, [&terminal, &invoker])),
        }
    } else {
        SignInPlace::default()
    };
    Ok(SignInRequest {
        name,
        uid,
        place,
        // What cannot be written into a message is left out of it.
        origin: Label::parse(&remote_host)
            .map(|origin| origin.as_str().to_owned())
            .unwrap_or_default(),
        language: parse::language(options.language)?,
        may_set_up: options.set_up.unwrap_or_default() && is_root,
        one_line,
        forms: options.forms,
    })
}

/// The address that a program says the user comes from; none for a name, which the owner of the
/// address chooses.
fn address(remote_host: &str) -> Option<IpAddr> {
    let without_zone = remote_host
        .split_once('%')
        .filter(|(address, _)| address.parse::<Ipv6Addr>().is_ok())
        .map_or(remote_host, |(address, _)| address);
    without_zone
        .parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}

fn shown(step: Step, name: &str, uid: u32) -> SignInStep {
    match step {
        Step::Ask(prompt) => SignInStep {
            outcome: outcome::ASK.to_owned(),
            prompt: Some(prompt.text.as_str().to_owned()),
            echo: Some(prompt.echo),
            ..SignInStep::default()
        },
        Step::End(end) => {
            let messages = end.messages.iter();
            let mut step = SignInStep {
                outcome: end.outcome.wire_name().to_owned(),
                messages: Some(
                    messages
                        .map(|message| message.as_str().to_owned())
                        .collect(),
                ),
                name: Some(name.to_owned()),
                uid: Some(uid),
                ..SignInStep::default()
            };
            match end.outcome {
                Outcome::Refused(reason) => step.reason = Some(reason.wire_name().to_owned()),
                Outcome::NotCovered(why) => step.why = Some(why.wire_name().to_owned()),
                Outcome::Verified | Outcome::Remembered | Outcome::Postponed => {}
            }
            step
        }
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_is_an_address_and_a_name_is_none() {
        for (text, read) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("localhost", None),
            ("192.0.2.1.example.org", None),
            ("192.0.2.1%eth0", None),
            ("192.0.2.1 ", None),
            ("192.0.2.1:22", None),
            ("", None),
            ("%", None),
        ] {
            assert_eq!(
                address(text),
                read.map(|read| read.parse().unwrap()),
                "{text:?}"
            );
        }
    }
}
