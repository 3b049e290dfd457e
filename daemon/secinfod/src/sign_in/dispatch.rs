//! From a message to the service, and back.

use super::peer::Peer;
use super::shares::Place;
use crate::core::{Clock, RequestSource, SystemClock};
use crate::service::session::Session;
use crate::service::{
    Outcome, Requester, Service, ServiceError, SignIn, SignInRequest, SignIns, Step,
};
use secinfo_domain::{Authority, Label, Refusal, ServiceName, SignInPlace, UserName};
use secinfo_wire::Forms;
use secinfo_wire::sign_in::{self, DESCRIPTION, Display, INTERFACE, SignInError, Start, method};
use secinfo_wire::varlink::{self, Call, Nothing, SERVICE};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Room for a reply of the usual size, a prompt with a picture and a key in it among them.
const ROOM: usize = 16 * 1024;

/// The longest locale or language tag, in bytes.
const LONGEST_LANGUAGE: usize = 64;

/// The most characters of a name that an error repeats.
const LONGEST_NAME: usize = 128;

/// The interface that every Varlink service has, as its specification writes it.
const SERVICE_DESCRIPTION: &str = include_str!("org.varlink.service.varlink");

/// What came is no call of Varlink.
#[derive(Debug)]
pub(super) struct NotACall;

/// Why a call is refused.
enum CallError {
    SignIn(SignInError),
    InterfaceNotFound(String),
    MethodNotFound(String),
    InvalidParameter(&'static str),
}

impl From<SignInError> for CallError {
    fn from(error: SignInError) -> Self {
        Self::SignIn(error)
    }
}

/// Answers the calls of one connection.
pub(super) struct Dispatcher {
    service: Arc<Service>,
    peer: Peer,
    place: Place,
    open: Option<OpenSignIn>,
}

/// A sign-in of a connection. It ends with its holder.
struct OpenSignIn {
    service: Arc<Service>,
    session: Arc<Session<SignIn>>,
}

impl Drop for OpenSignIn {
    fn drop(&mut self) {
        let sessions = self.service.sign_ins().sessions();
        sessions.close(self.session.id());
    }
}

#[derive(Serialize)]
struct Info {
    vendor: &'static str,
    product: &'static str,
    version: &'static str,
    url: &'static str,
    interfaces: [&'static str; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedInterface {
    interface: String,
}

#[derive(Serialize)]
struct Description {
    description: &'static str,
}

impl Dispatcher {
    pub(super) const fn new(service: Arc<Service>, peer: Peer, place: Place) -> Self {
        Self {
            service,
            peer,
            place,
            open: None,
        }
    }

    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    /// How long the sign-in of the connection waits for an answer; none without a sign-in.
    pub(super) fn patience(&self) -> Option<Duration> {
        let ends = self.open.as_ref()?.session.expires().as_millis();
        let left = ends.saturating_sub(SystemClock.now().as_millis());
        Some(Duration::from_millis(left))
    }

    /// Answers a message; with nothing if no reply is expected.
    pub(super) async fn handle(
        &mut self,
        message: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, NotACall> {
        let call: Call<'_> = serde_json::from_slice(message).map_err(|_| NotACall)?;
        let reply = match self.answer(&call).await {
            Ok(reply) => reply,
            Err(error) => error.written(),
        };
        Ok((call.oneway != Some(true)).then_some(reply))
    }

    async fn answer(&mut self, call: &Call<'_>) -> Result<Zeroizing<Vec<u8>>, CallError> {
        let parameters = call.parameters;
        let name = call.method.as_ref();
        match name {
            method::START => {
                let step = self.start(read(parameters)?).await?;
                Ok(varlink::reply(&step, ROOM))
            }
            method::ANSWER => {
                let answer: sign_in::Answer<'_> = read(parameters)?;
                let step = self.proceed(answer.as_str()).await?;
                Ok(varlink::reply(&step, ROOM))
            }
            method::CANCEL => {
                let Nothing {} = read(parameters)?;
                self.close();
                Ok(varlink::reply(&Nothing {}, 64))
            }
            "org.varlink.service.GetInfo" => {
                let Nothing {} = read(parameters)?;
                Ok(varlink::reply(&info(), 256))
            }
            "org.varlink.service.GetInterfaceDescription" => {
                let NamedInterface { interface } = read(parameters)?;
                let description = match interface.as_str() {
                    INTERFACE => DESCRIPTION,
                    SERVICE => SERVICE_DESCRIPTION,
                    _ => return Err(CallError::InterfaceNotFound(interface)),
                };
                Ok(varlink::reply(&Description { description }, ROOM))
            }
            _ => Err(match name.rsplit_once('.') {
                None | Some((INTERFACE | SERVICE, _)) => CallError::MethodNotFound(name.to_owned()),
                Some((interface, _)) => CallError::InterfaceNotFound(interface.to_owned()),
            }),
        }
    }

    fn close(&mut self) {
        self.open = None;
        self.place.end_sign_in();
    }

    async fn start(&mut self, start: Start) -> Result<sign_in::Step, CallError> {
        self.close();
        let uid = self.named_user(&start.name)?;
        let service = parse_service(&start.service)?;
        let by = Requester {
            source: self.request_source(uid, &start),
            uid: self.peer.uid(),
            // A proof counts within this one sign-in.
            session: SignIns::tag().map_err(refused)?,
            service,
            // Root passes on what the user does: the user's rules hold.
            authority: Authority::Own,
        };
        let name = start.name.clone();
        let request = self.request(by.service.as_ref(), uid, start)?;
        self.place
            .begin_sign_in(uid)
            .ok_or(SignInError::LimitsExceeded)?;
        let sign_ins = self.service.sign_ins();
        let begun = sign_ins.start(&by, request);
        match begun.await {
            Ok((Some(session), step)) => {
                self.open = Some(OpenSignIn {
                    service: Arc::clone(&self.service),
                    session,
                });
                Ok(shown(step, &name, uid))
            }
            Ok((None, step)) => {
                self.close();
                Ok(shown(step, &name, uid))
            }
            Err(error) => {
                self.close();
                Err(refused(error).into())
            }
        }
    }

    async fn proceed(&mut self, answer: &str) -> Result<sign_in::Step, CallError> {
        let Some(open) = &self.open else {
            return Err(SignInError::NoSignIn.into());
        };
        let session = &open.session;
        let step = self.service.sign_ins().answer(session, answer).await;
        let subject = session.subject();
        let step = step.map(|step| shown(step, subject.name(), subject.uid()));
        match step {
            Ok(step @ sign_in::Step::Ask(_)) => Ok(step),
            Ok(step @ sign_in::Step::End(_)) => {
                self.close();
                Ok(step)
            }
            Err(error) => Err(refused(error).into()),
        }
    }

    /// Where a sign-in comes from. Only root is believed what it says of that.
    fn request_source(&self, uid: u32, start: &Start) -> Option<RequestSource> {
        let of = |named: &Option<String>| named.clone().unwrap_or_default();
        match self.peer.uid() {
            0 => RequestSource::named(
                (&start.name, uid),
                &of(&start.remote_host),
                &of(&start.invoker),
                &of(&start.tty),
            ),
            own => Some(RequestSource::Account(own)),
        }
    }

    /// The uid of the user with this name. A caller who may not know it is refused whether there is one
    /// or not.
    fn named_user(&self, name: &str) -> Result<u32, CallError> {
        let accounts = self.service.core().accounts();
        let account = match UserName::parse(name) {
            Ok(name) => accounts
                .by_name(&name)
                .map_err(|error| refused(error.into()))?,
            Err(_) => None,
        };
        match (account, self.peer.uid()) {
            (Some(account), 0) => Ok(account.uid),
            (Some(account), own) if account.uid == own => Ok(own),
            (None, 0) => Err(SignInError::UserNotFound.into()),
            _ => Err(SignInError::NotAuthorized.into()),
        }
    }

    /// What the caller knows of the user. Only root is believed where they are, and that they have
    /// proved a first factor.
    fn request(
        &self,
        asking: Option<&ServiceName>,
        uid: u32,
        start: Start,
    ) -> Result<SignInRequest, CallError> {
        let remote_host = start.remote_host.unwrap_or_default();
        let terminal = start.tty.unwrap_or_default();
        let invoker = start.invoker.unwrap_or_default();
        let is_root = self.peer.uid() == 0;
        let place = if is_root {
            let sign_ins = self.service.sign_ins();
            let terminal = self
                .peer
                .look(|pid| sign_ins.terminal_of(asking, pid, uid, [&terminal, &invoker]));
            SignInPlace {
                network: address(&remote_host),
                terminal,
            }
        } else {
            SignInPlace::default()
        };
        Ok(SignInRequest {
            name: start.name,
            uid,
            place,
            // What cannot be written into a message is left out of it.
            origin: Label::parse(&remote_host)
                .map(|origin| origin.as_str().to_owned())
                .unwrap_or_default(),
            language: parse_language(start.language)?,
            may_set_up: start.set_up.unwrap_or_default() && is_root,
            one_line: start.display == Some(Display::Line),
            forms: start.forms.map_or_else(Forms::default, Forms::from_iter),
        })
    }
}

/// The parameters of a call. What is wrong with them is not said: it could repeat a code.
fn read<'m, T: Deserialize<'m>>(parameters: Option<&'m RawValue>) -> Result<T, CallError> {
    let text = parameters.map_or("{}", RawValue::get);
    serde_json::from_str(text).map_err(|_| CallError::InvalidParameter("parameters"))
}

fn info() -> Info {
    Info {
        vendor: "secinfo",
        product: "secinfod",
        version: env!("CARGO_PKG_VERSION"),
        url: env!("CARGO_PKG_REPOSITORY"),
        interfaces: [SERVICE, INTERFACE],
    }
}

fn parse_service(text: &str) -> Result<Option<ServiceName>, CallError> {
    if text.is_empty() {
        return Ok(None);
    }
    ServiceName::parse(text)
        .map(Some)
        .map_err(|_| CallError::InvalidParameter("service"))
}

fn parse_language(named: Option<String>) -> Result<String, CallError> {
    let language = named.unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
    if language.len() > LONGEST_LANGUAGE || !language.chars().all(known) {
        return Err(CallError::InvalidParameter("language"));
    }
    Ok(language)
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

fn refused(error: ServiceError) -> SignInError {
    match error {
        ServiceError::NotFound | ServiceError::Refused(Refusal::UnknownUser) => {
            SignInError::UserNotFound
        }
        ServiceError::SessionExpired => SignInError::NoSignIn,
        ServiceError::Busy => SignInError::LimitsExceeded,
        ServiceError::StorageUnavailable(why) => {
            tracing::error!(%why, "a sign-in was refused");
            SignInError::StorageUnavailable
        }
        ServiceError::Internal(why) => {
            tracing::error!(%why, "a sign-in failed");
            SignInError::Internal
        }
        error => {
            tracing::warn!(%error, "a sign-in failed");
            SignInError::Internal
        }
    }
}

fn shown(step: Step, name: &str, uid: u32) -> sign_in::Step {
    match step {
        Step::Ask(prompt) => sign_in::Step::Ask(sign_in::Prompt {
            text: prompt.text,
            echo: prompt.echo,
        }),
        Step::End(end) => sign_in::Step::End(sign_in::Decision {
            outcome: outcome(end.outcome),
            name: name.to_owned(),
            uid,
            messages: end
                .messages
                .iter()
                .map(|message| message.as_str().to_owned())
                .collect(),
        }),
    }
}

const fn outcome(outcome: Outcome) -> sign_in::Outcome {
    use secinfo_domain::NotCovered;
    match outcome {
        Outcome::Verified => sign_in::Outcome::Verified,
        Outcome::Remembered => sign_in::Outcome::Remembered,
        Outcome::Postponed => sign_in::Outcome::Postponed,
        Outcome::NotCovered(why) => sign_in::Outcome::NotCovered(match why {
            NotCovered::Off => sign_in::NotCovered::Off,
            NotCovered::ExemptGroup => sign_in::NotCovered::ExemptGroup,
            NotCovered::ExemptNetwork => sign_in::NotCovered::ExemptNetwork,
            NotCovered::NothingEnrolled => sign_in::NotCovered::NothingEnrolled,
        }),
        Outcome::Refused(reason) => sign_in::Outcome::Refused(reason),
    }
}

impl CallError {
    fn written(&self) -> Zeroizing<Vec<u8>> {
        #[derive(Serialize)]
        struct Interface<'a> {
            interface: &'a str,
        }
        #[derive(Serialize)]
        struct Method<'a> {
            method: &'a str,
        }
        #[derive(Serialize)]
        struct Parameter<'a> {
            parameter: &'a str,
        }
        match self {
            Self::SignIn(error) => varlink::error(error.name(), &Nothing {}),
            Self::InterfaceNotFound(interface) => {
                let interface = cut(interface);
                let name = "org.varlink.service.InterfaceNotFound";
                varlink::error(name, &Interface { interface })
            }
            Self::MethodNotFound(method) => {
                let method = cut(method);
                varlink::error("org.varlink.service.MethodNotFound", &Method { method })
            }
            Self::InvalidParameter(parameter) => {
                let name = "org.varlink.service.InvalidParameter";
                varlink::error(name, &Parameter { parameter })
            }
        }
    }
}

fn cut(name: &str) -> &str {
    let end = name.char_indices().nth(LONGEST_NAME);
    end.map_or(name, |(end, _)| &name[..end])
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
