//! `secinfo unlock`: lifting the locks of a user.

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_words::message;
use serde::Serialize;

const JSON: &str = r#"JSON: {"unlocked":"<user>"}"#;

/// Lift the locks of a user; for administrators
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// The user, by name or uid
    #[arg(value_name = "USER")]
    unlocked: String,
}

#[derive(Serialize)]
struct UnlockedJson<'a> {
    unlocked: &'a str,
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    let path = client.path_of_another(&arguments.unlocked).await?;
    client.user_at(&path).await?.unlock().await?;
    client.screen.json(&UnlockedJson {
        unlocked: &arguments.unlocked,
    })?;
    let user = (&arguments.unlocked).into();
    let text = client.screen.words.say(message::Unlocked { user });
    client.screen.paragraph(&text)
}
