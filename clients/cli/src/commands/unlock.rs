//! `secinfo unlock`: unlocking one's own account, and lifting the locks of a user.

use crate::client::Client;
use crate::dialogue::verification::{self, VerificationRequest};
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::purpose;
use secinfo_wire::{UserProperties, properties};
use secinfo_words::message;
use serde::Serialize;

const JSON: &str = r#"JSON: {"unlocked":"<user>"}; null for yourself."#;

/// Unlock your account, or lift the locks of a user
///
/// Without a user, your own account after "secinfo lock": it takes your strongest method. With a user, for
/// administrators: that account, and every lock after wrong codes.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// The user, by name or uid; for administrators
    #[arg(value_name = "USER")]
    unlocked: Option<String>,
}

impl Arguments {
    /// Whether it unlocks another user.
    pub(crate) const fn is_of_another(&self) -> bool {
        self.unlocked.is_some()
    }
}

#[derive(Serialize)]
struct UnlockedJson<'a> {
    unlocked: Option<&'a str>,
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    let words = client.screen.words;
    let Some(unlocked) = &arguments.unlocked else {
        return unlock_own(client).await;
    };
    let path = client.path_of_another(unlocked).await?;
    client.user_at(&path).await?.unlock().await?;
    client.screen.json(&UnlockedJson {
        unlocked: Some(unlocked),
    })?;
    let user = unlocked.into();
    client
        .screen
        .paragraph(&words.say(message::Unlocked { user }))
}

/// Any proof that the daemon accepts of a locked account unlocks it.
async fn unlock_own(client: &Client) -> Result<(), Failure> {
    let words = client.screen.words;
    let path = client.user_path(None).await?;
    let own: UserProperties = properties(&client.connection, &path).await?;
    if own.account_locked == 0 {
        client.screen.json(&UnlockedJson { unlocked: None })?;
        return client
            .screen
            .paragraph(&words.say(message::AccountNotLocked));
    }
    let request = VerificationRequest {
        uid: own.uid,
        purpose: purpose::SIGN_IN,
        service: "secinfo",
        method: None,
    };
    verification::verify(client, &request).await?;
    client.screen.json(&UnlockedJson { unlocked: None })?;
    client
        .screen
        .paragraph(&words.say(message::AccountUnlocked))
}
