//! `secinfo rename`: giving a method another label.

use crate::client::Client;
use crate::dialogue::verification::with_fresh_proof;
use crate::security_info::{MethodJson, SecurityInfo};
use secinfo_terminal::failure::Failure;
use secinfo_words::message;
use serde::Serialize;

const JSON: &str = r#"JSON: {"renamed":{a method, as on the page}}"#;

/// Give a method another label
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// The method
    method: String,
    /// What to call it
    label: String,
}

#[derive(Serialize)]
struct RenamedJson<'a> {
    renamed: MethodJson<'a>,
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    let info = SecurityInfo::load(client, None).await?;
    let method = info.select(&arguments.method, client.screen.words)?;
    let proxy = client.method_at(&method.path).await?;
    with_fresh_proof(client, async || proxy.rename(&arguments.label).await).await?;
    let renamed = SecurityInfo::load(client, None).await?;
    let method = renamed.method_at(&method.path).unwrap_or(method);
    client.screen.json(&RenamedJson {
        renamed: MethodJson::new(&method.properties),
    })?;
    let words = client.screen.words;
    let method = method.named(words).into();
    client
        .screen
        .paragraph(&words.say(message::Renamed { method }))
}
