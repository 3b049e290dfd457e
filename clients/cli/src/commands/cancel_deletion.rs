//! `secinfo cancel-deletion`: keeping a method whose deletion is scheduled.

use crate::client::Client;
use crate::dialogue::verification::with_fresh_proof;
use crate::security_info::SecurityInfo;
use secinfo_terminal::failure::Failure;
use secinfo_words::message;
use serde::Serialize;

const JSON: &str = r#"JSON: {"id", "deletion_due":null}"#;

/// Keep a method whose deletion is scheduled
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// The method
    method: String,
}

#[derive(Serialize)]
struct KeptJson<'a> {
    id: &'a str,
    deletion_due: Option<u64>,
}

pub(crate) async fn run(
    client: &Client,
    user: Option<&str>,
    arguments: Arguments,
) -> Result<(), Failure> {
    let info = SecurityInfo::load(client, user).await?;
    let method = info.select(&arguments.method, client.screen.words)?;
    let proxy = client.method_at(&method.path).await?;
    with_fresh_proof(client, async || proxy.cancel_deletion().await).await?;
    client.screen.json(&KeptJson {
        id: &method.properties.id,
        deletion_due: None,
    })?;
    let words = client.screen.words;
    let method = method.named(words).into();
    client
        .screen
        .paragraph(&words.say(message::DeleteCancelled { method }))
}
