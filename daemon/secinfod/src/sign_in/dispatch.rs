//! From a message to the service, and back.

use super::peer::Peer;
use super::resets::OpenReset;
use super::shares::Place;
use super::sign_ins::OpenSignIn;
use crate::service::Service;
use secinfo_wire::conversation::Answer;
use secinfo_wire::password_reset;
use secinfo_wire::sign_in::{self, SignInError};
use secinfo_wire::varlink::{self, Call, CallError, Nothing, parameters};
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Room for a reply of the usual size, a prompt with a picture and a key in it among them.
const ROOM: usize = 16 * 1024;

/// The longest locale or language tag, in bytes.
const LONGEST_LANGUAGE: usize = 64;

/// What the daemon says of itself.
const SERVICE: varlink::Service = varlink::Service {
    product: "secinfod",
    version: env!("CARGO_PKG_VERSION"),
    url: env!("CARGO_PKG_REPOSITORY"),
    interfaces: &[
        (sign_in::INTERFACE, sign_in::DESCRIPTION),
        (password_reset::INTERFACE, password_reset::DESCRIPTION),
    ],
};

/// What came is no call of Varlink.
#[derive(Debug)]
pub(super) struct NotACall;

/// Answers the calls of one connection.
pub(super) struct Dispatcher {
    pub(super) service: Arc<Service>,
    pub(super) peer: Arc<Peer>,
    pub(super) place: Place,
    pub(super) open: Option<Open>,
    is_over: bool,
}

/// The conversation of a connection.
pub(super) enum Open {
    SignIn(OpenSignIn),
    Reset(OpenReset),
}

impl Dispatcher {
    pub(super) fn new(service: Arc<Service>, peer: Peer, place: Place) -> Self {
        Self {
            service,
            peer: Arc::new(peer),
            place,
            open: None,
            is_over: false,
        }
    }

    /// Whether the connection ends with the reply to its last call.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
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
        match call.method.as_ref() {
            sign_in::method::START => {
                self.place.keep_pace().await;
                let step = self.start_sign_in(parameters(call)?).await?;
                Ok(varlink::reply(&step, ROOM))
            }
            sign_in::method::ANSWER => {
                let answer: Answer<'_> = parameters(call)?;
                let is_password = answer.is_password.unwrap_or_default();
                let step = self.answer_sign_in(answer.as_str(), is_password).await?;
                Ok(varlink::reply(&step, ROOM))
            }
            password_reset::method::START => {
                let begun = self.start_reset(parameters(call)?).await;
                // It would take up room that others need to begin one.
                self.is_over = begun.is_err();
                Ok(varlink::reply(&begun?, ROOM))
            }
            password_reset::method::ANSWER => {
                let answer: Answer<'_> = parameters(call)?;
                if answer.is_password.is_some() {
                    return Err(CallError::InvalidParameter("is_password"));
                }
                let step = self.answer_reset(answer.as_str()).await?;
                Ok(varlink::reply(&step, ROOM))
            }
            sign_in::method::CANCEL | password_reset::method::CANCEL => {
                let Nothing {} = parameters(call)?;
                self.close();
                Ok(varlink::reply(&Nothing {}, 64))
            }
            _ => SERVICE.answer(call),
        }
    }

    /// Ends the conversation of the connection.
    pub(super) fn close(&mut self) {
        self.open = None;
        self.place.end_sign_in();
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
