//! The connection to the daemon, the screen and the caller, for every command.

use crate::polkit_agent::PolkitAgent;
use nix::unistd::User as Account;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::times::Clock;
use secinfo_wire::{
    AuditProxy, Connection, ManagerProxy, MethodProxy, ObjectPath, OwnedObjectPath, Reason,
    TokensProxy, UserProxy, names,
};

/// What a command works with.
pub(crate) struct Client {
    /// The connection, to which proofs made on it belong.
    pub(crate) connection: Connection,
    /// The screen.
    pub(crate) screen: Screen,
    /// The clock.
    pub(crate) clock: Clock,
    /// The uid of the caller.
    pub(crate) uid: u32,
    /// Asks for an administrator's password as long as this lives.
    _agent: Option<PolkitAgent>,
}

impl Client {
    /// Connects to the daemon. With `administers`, polkit may ask a person for an administrator's
    /// password meanwhile.
    pub(crate) async fn connect(
        screen: Screen,
        address: Option<&str>,
        administers: bool,
    ) -> Result<Self, Failure> {
        let uid = rustix::process::getuid().as_raw();
        let connection = secinfo_wire::connect(address).await;
        let connection =
            connection.map_err(|error| unknown_account(uid).unwrap_or(error.into()))?;
        // Root is not asked, and on another bus there may be no polkit.
        let may_be_asked = administers && screen.interactive && uid != 0;
        let agent = match address {
            None if may_be_asked => PolkitAgent::start()?,
            _ => None,
        };
        Ok(Self {
            connection,
            clock: Clock::of_process().in_words(screen.words),
            screen,
            uid,
            _agent: agent,
        })
    }

    /// The manager.
    pub(crate) async fn manager(&self) -> Result<ManagerProxy<'static>, Failure> {
        Ok(ManagerProxy::new(&self.connection).await?)
    }

    /// The inventory of hardware tokens.
    pub(crate) async fn tokens(&self) -> Result<TokensProxy<'static>, Failure> {
        Ok(TokensProxy::new(&self.connection).await?)
    }

    /// The log.
    pub(crate) async fn audit(&self) -> Result<AuditProxy<'static>, Failure> {
        Ok(AuditProxy::new(&self.connection).await?)
    }

    /// The user at a path.
    pub(crate) async fn user_at(
        &self,
        path: &ObjectPath<'_>,
    ) -> Result<UserProxy<'static>, Failure> {
        Ok(UserProxy::new(&self.connection, path.to_owned()).await?)
    }

    /// The method at a path.
    pub(crate) async fn method_at(
        &self,
        path: &ObjectPath<'_>,
    ) -> Result<MethodProxy<'static>, Failure> {
        Ok(MethodProxy::new(&self.connection, path.to_owned()).await?)
    }

    /// The path of the user that was named, by name or uid; of the caller when none was.
    pub(crate) async fn user_path(&self, user: Option<&str>) -> Result<OwnedObjectPath, Failure> {
        let manager = self.manager().await?;
        let Some(user) = user else {
            let own = manager.get_user(self.uid).await;
            return own.map_err(|error| match error.reason() {
                Some(Reason::NotFound) => unknown_account(self.uid).unwrap_or(error.into()),
                _ => error.into(),
            });
        };
        match (manager.get_user_by_name(user).await, user.parse()) {
            // A number is a name only if an account has it as its name.
            (Err(error), Ok(uid)) if error.reason() == Some(Reason::NotFound) => {
                Ok(manager.get_user(uid).await?)
            }
            (result, _) => Ok(result?),
        }
    }

    /// The path of a user on whom an administrator acts, by name or uid. An account of this host is
    /// looked up here: the daemon would ask polkit first whether the caller may read the security info
    /// of others, and so the person for a password and a code twice.
    pub(crate) async fn path_of_another(&self, user: &str) -> Result<OwnedObjectPath, Failure> {
        match Account::from_name(user) {
            Ok(Some(account)) => {
                let path = format!("{}/users/u{}", names::ROOT_PATH, account.uid);
                Ok(
                    OwnedObjectPath::try_from(path)
                        .expect("it is made of fixed words and a number"),
                )
            }
            _ => self.user_path(Some(user)).await,
        }
    }
}

/// Why an account that the system does not know gets no answer: the bus refuses it before it reaches the
/// daemon. None for an account that it knows.
fn unknown_account(uid: u32) -> Option<Failure> {
    let known = Account::from_uid(uid.into()).ok().flatten();
    known.is_none().then_some(Failure::UnknownAccount(uid))
}
