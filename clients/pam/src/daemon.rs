//! Finds and authenticates the daemon, and makes the two calls of a sign-in.

use crate::arguments::BusAddress;
use crate::bus::{Bus, CallError, Deadline};
use crate::message::Call;
use crate::outcome::{Failure, Unavailable, answer_failed, start_failed};
use secinfo_wire::names::{BUS_NAME, NO_OBJECT, ROOT_PATH, interface};
use secinfo_wire::{OwnedObjectPath, SignInOptions, SignInStep, is_daemon};
use std::time::Duration;
use zeroize::Zeroizing;

/// The daemon's connection, identified by its unique bus name, so that a process that takes the
/// well-known name later is not asked.
pub(crate) struct Daemon {
    bus: Bus,
    owner: String,
    timeout: Duration,
}

/// A sign-in in progress. It ends with the connection.
pub(crate) struct SignIn {
    path: OwnedObjectPath,
}

impl Daemon {
    /// Finds the daemon, started by the bus if necessary, and checks its uid.
    pub(crate) fn find(address: &BusAddress, timeout: Duration) -> Result<Self, Unavailable> {
        let deadline = Deadline::after(timeout);
        let mut bus = Bus::connect(address, deadline).map_err(|error| match error {
            CallError::Late => Unavailable::Hung,
            _ => Unavailable::NoBus,
        })?;
        let owner = match owner(&mut bus, deadline) {
            Err(CallError::Named(_)) => {
                let start: Result<u32, CallError> =
                    bus.ask_bus("StartServiceByName", &(BUS_NAME, 0_u32), deadline);
                start
                    .and_then(|_| owner(&mut bus, deadline))
                    .map_err(not_found)?
            }
            found => found.map_err(not_found)?,
        };
        let uid: u32 = bus
            .ask_bus("GetConnectionUnixUser", &owner.as_str(), deadline)
            .map_err(not_found)?;
        if !is_daemon(uid) {
            return Err(Unavailable::Impostor { uid });
        }
        Ok(Self {
            bus,
            owner,
            timeout,
        })
    }

    /// Starts a sign-in. Returns no sign-in if the first step already ends it.
    pub(crate) fn start(
        &mut self,
        user: &str,
        service: &str,
        options: &SignInOptions,
    ) -> Result<(Option<SignIn>, Zeroizing<SignInStep>), Failure> {
        let call = Call {
            destination: &self.owner,
            path: ROOT_PATH,
            interface: interface::MANAGER,
            member: "StartSignIn",
        };
        let deadline = Deadline::after(self.timeout);
        let (path, step): (OwnedObjectPath, SignInStep) = self
            .bus
            .call(&call, &(user, service, options), deadline)
            .map_err(|error| failure(error, start_failed))?;
        let sign_in = (path.as_str() != NO_OBJECT).then_some(SignIn { path });
        Ok((sign_in, Zeroizing::new(step)))
    }

    /// Sends the user's answer.
    pub(crate) fn answer(
        &mut self,
        sign_in: &SignIn,
        answer: &str,
    ) -> Result<Zeroizing<SignInStep>, Failure> {
        let call = Call {
            destination: &self.owner,
            path: sign_in.path.as_str(),
            interface: interface::SIGN_IN,
            member: "Answer",
        };
        let deadline = Deadline::after(self.timeout);
        self.bus
            .call_with_secret(&call, answer, deadline)
            .map(Zeroizing::new)
            .map_err(|error| failure(error, answer_failed))
    }
}

/// The unique name of the connection that owns the daemon's name.
fn owner(bus: &mut Bus, deadline: Deadline) -> Result<String, CallError> {
    bus.ask_bus("GetNameOwner", &BUS_NAME, deadline)
}

fn not_found(error: CallError) -> Unavailable {
    match error {
        CallError::Named(_) => Unavailable::NoDaemon,
        other => unanswered(&other),
    }
}

fn failure(error: CallError, named: impl FnOnce(&str) -> Failure) -> Failure {
    match error {
        CallError::Named(name) => named(&name),
        other => Failure::Unavailable(unanswered(&other)),
    }
}

fn unanswered(error: &CallError) -> Unavailable {
    match error {
        CallError::Late => Unavailable::Hung,
        CallError::Lost => Unavailable::Lost,
        CallError::Malformed | CallError::Named(_) => Unavailable::Malformed,
    }
}
