//! `secinfo lock`: locking an account that somebody else may be in.

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::shell_word;
use secinfo_wire::UserProxy;
use secinfo_words::message;
use serde::Serialize;

const JSON: &str = r#"JSON: {"locked":"<user>"}; null for yourself."#;

/// Lock your account now
///
/// For when somebody else may be in it, or has your password and your phone: nobody signs in any more, at
/// no service that asks secinfo, and the password cannot be reset. Proofs, open sign-ins and remembered
/// terminals end. Your strongest method unlocks the account again, or an administrator.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// Another user, by name or uid; for administrators
    #[arg(value_name = "USER")]
    locked: Option<String>,
    /// Do not ask whether you are sure
    #[arg(long, short)]
    yes: bool,
}

impl Arguments {
    /// Whether it locks another user.
    pub(crate) const fn is_of_another(&self) -> bool {
        self.locked.is_some()
    }
}

#[derive(Serialize)]
struct LockedJson<'a> {
    locked: Option<&'a str>,
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    let words = client.screen.words;
    let another = arguments.locked.as_deref();
    let path = match another {
        Some(user) => client.path_of_another(user).await?,
        None => client.user_path(None).await?,
    };
    let ends_sessions = another.is_none() && ends_sessions(client).await;
    if another.is_none() && !arguments.yes {
        if !client.screen.interactive {
            let text = words.say(message::LockYesMissing);
            return Err(Failure::Usage(text.to_string()));
        }
        client.screen.note(&words.say(message::LockWarning))?;
        if ends_sessions {
            client.screen.note(&words.say(message::LockSessions))?;
        }
        if !client.screen.confirm(&words.say(message::LockConfirm))? {
            return client.screen.note(&words.say(message::LockNothing));
        }
    }
    let proxy = client.user_at(&path).await?;
    lock(&proxy).await?;
    client.screen.json(&LockedJson { locked: another })?;
    client.screen.paragraph(&match another {
        Some(user) => words.say(message::AccountLockedOf {
            user: user.into(),
            word: shell_word(user).into(),
        }),
        None => words.say(message::AccountLocked),
    })
}

/// Whether the lock will end what the user has open on the host. One who is afraid is not kept from locking by
/// a daemon that does not say.
pub(super) async fn ends_sessions(client: &Client) -> bool {
    let Ok(manager) = client.manager().await else {
        return false;
    };
    let policy = manager.get_policy(client.uid, "").await;
    policy.is_ok_and(|policy| policy.end_sessions_on_lock)
}

/// Locks the account of this user.
pub(super) async fn lock(proxy: &UserProxy<'_>) -> Result<(), Failure> {
    Ok(proxy.lock_account().await?)
}
