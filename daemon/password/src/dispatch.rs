//! From a message to what it asks for, and back.

use crate::attempt::{self, AttemptError};
use crate::error::HelperError;
use crate::journal;
use nix::unistd::User;
use secinfo_wire::password::{
    Became, Check, Checked, DESCRIPTION, INTERFACE, Outcome, PasswordError, SetPassword, method,
};
use secinfo_wire::varlink::{self, Call, CallError, Service, parameters};
use zeroize::Zeroizing;

/// Room for a reply: sixteen sentences of the longest.
const ROOM: usize = 16 * 1024;

/// The account that the daemon runs as.
const DAEMON: &str = "secinfo";

const SERVICE: Service = Service {
    product: "secinfo-password",
    version: env!("CARGO_PKG_VERSION"),
    url: env!("CARGO_PKG_REPOSITORY"),
    interfaces: &[(INTERFACE, DESCRIPTION)],
};

/// Answers the calls of one connection.
pub(crate) struct Dispatcher {
    is_allowed: bool,
}

/// What a message was answered with.
pub(crate) struct Answered {
    /// The reply; none if none is expected.
    pub(crate) reply: Option<Zeroizing<Vec<u8>>>,
    /// Whether a password may have been set: modules of PAM leave things behind in a process.
    pub(crate) is_last: bool,
}

impl Dispatcher {
    /// For the process of this uid: root and the daemon are served.
    pub(crate) fn new(peer: u32) -> Self {
        let daemon = || User::from_name(DAEMON).ok().flatten();
        Self {
            is_allowed: peer == 0 || daemon().is_some_and(|user| user.uid.as_raw() == peer),
        }
    }

    /// Answers a message.
    pub(crate) fn handle(&mut self, message: &[u8]) -> Result<Answered, HelperError> {
        let call: Call<'_> = serde_json::from_slice(message).map_err(|_| HelperError::NotACall)?;
        let reply = match self.answer(&call) {
            Ok(reply) => reply,
            Err(error) => error.written(),
        };
        Ok(Answered {
            reply: (call.oneway != Some(true)).then_some(reply),
            is_last: call.method == method::SET_PASSWORD,
        })
    }

    fn answer(&self, call: &Call<'_>) -> Result<Zeroizing<Vec<u8>>, CallError> {
        if !self.is_allowed {
            return Err(PasswordError::NotAuthorized.into());
        }
        match call.method.as_ref() {
            method::CHECK => {
                let check: Check = parameters(call)?;
                let account = attempt::check(&check).map_err(|error| refused(&error))?;
                Ok(varlink::reply(&Checked { account }, ROOM))
            }
            method::SET_PASSWORD => {
                let call: SetPassword = parameters(call)?;
                let attempt = attempt::set_password(&call).map_err(|error| refused(&error))?;
                Ok(varlink::reply(&attempt, ROOM))
            }
            method::OUTCOME => {
                let Outcome { ticket } = parameters(call)?;
                let outcome = attempt::outcome(&ticket).map_err(|error| refused(&error))?;
                Ok(varlink::reply(&Became { outcome }, ROOM))
            }
            _ => SERVICE.answer(call),
        }
    }
}

/// The error that the caller is told. The journal has the reason.
fn refused(error: &AttemptError) -> CallError {
    journal::refusal(error);
    PasswordError::from(error).into()
}
