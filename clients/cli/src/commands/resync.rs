//! `secinfo resync`: bringing a hardware token back in step.

use crate::client::Client;
use crate::dialogue::verification::with_fresh_proof;
use crate::security_info::SecurityInfo;
use secinfo_terminal::failure::{Failure, bus_sentence};
use secinfo_wire::Reason;
use secinfo_words::message;
use serde::Serialize;

const JSON: &str = r#"JSON: {"id", "resynchronized":true}"#;

/// Bring a hardware token back in step
///
/// For a hardware token whose codes are not accepted any more, because its counter or clock went
/// astray. Takes two codes, one after the other, from standard input.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// The hardware token
    method: String,
}

#[derive(Serialize)]
struct ResynchronizedJson<'a> {
    id: &'a str,
    resynchronized: bool,
}

pub(crate) async fn run(
    client: &Client,
    user: Option<&str>,
    arguments: Arguments,
) -> Result<(), Failure> {
    let screen = &client.screen;
    let words = screen.words;
    let info = SecurityInfo::load(client, user).await?;
    let method = info.select(&arguments.method, words)?;
    let proxy = client.method_at(&method.path).await?;
    let missing = || Failure::NotVerified(words.say(message::ResyncNoneGiven).to_string());
    loop {
        let first = screen
            .ask(&words.say(message::ResyncFirst))?
            .ok_or_else(missing)?;
        let second = screen
            .ask(&words.say(message::ResyncSecond))?
            .ok_or_else(missing)?;
        match with_fresh_proof(client, async || proxy.resynchronize(&first, &second).await).await {
            Err(Failure::Bus(error))
                if screen.interactive && error.reason() == Some(Reason::WrongCode) =>
            {
                screen.note(&bus_sentence(&error, words))?;
            }
            result => break result?,
        }
    }
    screen.json(&ResynchronizedJson {
        id: &method.properties.id,
        resynchronized: true,
    })?;
    let method = method.named(words).into();
    screen.paragraph(&words.say(message::Resynchronized { method }))
}
