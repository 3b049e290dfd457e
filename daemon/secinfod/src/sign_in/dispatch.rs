//! From a message to the service, and back.

use super::peer::Peer;
use super::resets::OpenReset;
use super::shares::Place;
use super::sign_ins::OpenSignIn;
use crate::service::Service;
use secinfo_wire::conversation::Answer;
use secinfo_wire::password_reset::{self, PasswordResetError};
use secinfo_wire::sign_in::{self, SignInError};
use secinfo_wire::varlink::{self, Call, Nothing, SERVICE};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
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
const SERVICE_DESCRIPTION: &str = varlink::SERVICE_DESCRIPTION;

/// What came is no call of Varlink.
#[derive(Debug)]
pub(super) struct NotACall;

/// Why a call is refused.
pub(super) enum CallError {
    SignIn(SignInError),
    Reset(PasswordResetError),
    InterfaceNotFound(String),
    MethodNotFound(String),
    InvalidParameter(&'static str),
}

impl From<SignInError> for CallError {
    fn from(error: SignInError) -> Self {
        Self::SignIn(error)
    }
}

impl From<PasswordResetError> for CallError {
    fn from(error: PasswordResetError) -> Self {
        Self::Reset(error)
    }
}

/// Answers the calls of one connection.
pub(super) struct Dispatcher {
    pub(super) service: Arc<Service>,
    pub(super) peer: Peer,
    pub(super) place: Place,
    pub(super) open: Option<Open>,
}

/// The conversation of a connection.
pub(super) enum Open {
    SignIn(OpenSignIn),
    Reset(OpenReset),
}

#[derive(Serialize)]
struct Info {
    vendor: &'static str,
    product: &'static str,
    version: &'static str,
    url: &'static str,
    interfaces: [&'static str; 3],
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

    /// How long the conversation of the connection waits for an answer; none without one.
    pub(super) fn patience(&self) -> Option<Duration> {
        match self.open.as_ref()? {
            Open::SignIn(sign_in) => Some(sign_in.patience()),
            Open::Reset(reset) => Some(reset.patience()),
        }
    }

    /// The error that ends the connection, in the interface of its conversation.
    pub(super) const fn last_error(&self, error: SignInError) -> &'static str {
        match self.open {
            Some(Open::Reset(_)) => OpenReset::error(error).name(),
            Some(Open::SignIn(_)) | None => error.name(),
        }
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
            sign_in::method::START => {
                let step = self.start_sign_in(read(parameters)?).await?;
                Ok(varlink::reply(&step, ROOM))
            }
            sign_in::method::ANSWER => {
                let answer: Answer<'_> = read(parameters)?;
                let step = self.answer_sign_in(answer.as_str()).await?;
                Ok(varlink::reply(&step, ROOM))
            }
            password_reset::method::START => {
                let step = self.start_reset(read(parameters)?).await?;
                Ok(varlink::reply(&step, ROOM))
            }
            password_reset::method::ANSWER => {
                let answer: Answer<'_> = read(parameters)?;
                let step = self.answer_reset(answer.as_str()).await?;
                Ok(varlink::reply(&step, ROOM))
            }
            sign_in::method::CANCEL | password_reset::method::CANCEL => {
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
                    sign_in::INTERFACE => sign_in::DESCRIPTION,
                    password_reset::INTERFACE => password_reset::DESCRIPTION,
                    SERVICE => SERVICE_DESCRIPTION,
                    _ => return Err(CallError::InterfaceNotFound(interface)),
                };
                Ok(varlink::reply(&Description { description }, ROOM))
            }
            _ => Err(match name.rsplit_once('.') {
                None | Some((sign_in::INTERFACE | password_reset::INTERFACE | SERVICE, _)) => {
                    CallError::MethodNotFound(name.to_owned())
                }
                Some((interface, _)) => CallError::InterfaceNotFound(interface.to_owned()),
            }),
        }
    }

    /// Ends the conversation of the connection.
    pub(super) fn close(&mut self) {
        self.open = None;
        self.place.end_sign_in();
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
        interfaces: [SERVICE, sign_in::INTERFACE, password_reset::INTERFACE],
    }
}

/// The language that a caller names; none is an empty one.
pub(super) fn parse_language(named: Option<String>) -> Result<String, CallError> {
    let language = named.unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
    if language.len() > LONGEST_LANGUAGE || !language.chars().all(known) {
        return Err(CallError::InvalidParameter("language"));
    }
    Ok(language)
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
            Self::Reset(error) => varlink::error(error.name(), &Nothing {}),
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
