//! Ending what a user has open on the host, with logind: every session, and the processes beside them. The daemon
//! has no right of its own to that; polkit grants it.

use crate::bus::{ConnectError, connect};
use std::time::Duration;
use zbus::{Connection, DynamicType, fdo};

const LOGIND: &str = "org.freedesktop.login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";

/// How long logind may take, which asks polkit.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long programs have to end by themselves. A lock has to work within two seconds.
const TIME_TO_END: Duration = Duration::from_millis(500);

const SIGKILL: i32 = 9;

/// How logind says that the user has nothing open, or no more.
const NOTHING_LEFT: [&str; 2] = [
    "org.freedesktop.login1.NoSuchUser",
    "org.freedesktop.systemd1.NoSuchUnit",
];

/// Why sessions were not ended.
#[derive(Debug, thiserror::Error)]
pub enum EndingError {
    /// There is no bus.
    #[error("{0}")]
    Bus(#[from] ConnectError),
    /// Nothing grants the daemon what it takes.
    #[error(
        "logind does not let the daemon end sessions ({0}): polkit must run, and grant \
         org.freedesktop.login1.manage to the daemon's user as the shipped rule does"
    )]
    Forbidden(zbus::Error),
    /// logind fails, or is not there.
    #[error("logind does not end them: {0}")]
    Logind(zbus::Error),
    /// logind is silent.
    #[error("logind does not answer")]
    Silent,
}

/// The login sessions of this host.
pub struct LoginSessions {
    bus: Option<String>,
}

impl LoginSessions {
    /// Those of the logind on the bus at this address, or on the system bus without one.
    pub const fn on(bus: Option<String>) -> Self {
        Self { bus }
    }

    /// Ends everything that this uid has open. Programs are asked to end first, and one that goes on is killed.
    ///
    /// # Errors
    /// When logind cannot be asked, or refuses.
    pub async fn end_of(&self, uid: u32) -> Result<(), EndingError> {
        // Of its own, because the one that callers come by is limited to what they may make of it.
        let connection = connect(self.bus.as_deref()).await?;
        let terminated = ask(&connection, "TerminateUser", &(uid,)).await;
        tokio::time::sleep(TIME_TO_END).await;
        // Beside what does not want to end, sessions that were on their way when the first was said.
        let killed = ask(&connection, "KillUser", &(uid, SIGKILL)).await;
        terminated.and(killed)
    }
}

/// Asks logind for something; that there is nothing left to end is no failure.
async fn ask<B>(connection: &Connection, method: &str, body: &B) -> Result<(), EndingError>
where
    B: serde::Serialize + DynamicType,
{
    let path = "/org/freedesktop/login1";
    let call = connection.call_method(Some(LOGIND), path, Some(MANAGER), method, body);
    let answer = tokio::time::timeout(DEADLINE, call).await;
    match answer.map_err(|_| EndingError::Silent)? {
        Ok(_) => Ok(()),
        Err(error) => match &error {
            zbus::Error::MethodError(name, ..) if NOTHING_LEFT.contains(&name.as_str()) => Ok(()),
            zbus::Error::FDO(answer) => match **answer {
                fdo::Error::AccessDenied(_) | fdo::Error::InteractiveAuthorizationRequired(_) => {
                    Err(EndingError::Forbidden(error))
                }
                _ => Err(EndingError::Logind(error)),
            },
            _ => Err(EndingError::Logind(error)),
        },
    }
}
