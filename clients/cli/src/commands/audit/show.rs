//! `secinfo audit show`: one event, and the proof that it is in the log.

use super::events::{self, Head, Names};
use crate::client::Client;
use secinfo_host::log::{hashes, key_and_checkpoint};
use secinfo_ledger::tree::{leaf_hash, verify_inclusion};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use std::fmt::Write;

const JSON: &str = "JSON: the event in exactly the bytes that are stored.";

/// Show one event, and prove that it is in the log
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(super) struct Arguments {
    /// The number of the event
    #[arg(value_name = "SEQ")]
    seq: u64,
}

pub(super) async fn run(client: &Client, arguments: &Arguments) -> Result<(), Failure> {
    let seq = arguments.seq;
    let audit = events::proxy(client).await?;
    let (_, events) = audit.read(seq, 1).await?;
    let missing = || {
        Failure::Refused(format!(
            "there is no event {seq}; \"secinfo audit log --last 1\" shows the newest"
        ))
    };
    let bytes = events.first().ok_or_else(missing)?;
    let proved = prove(client, seq, bytes).await?;
    if client.screen.json {
        return Screen::write(&[bytes, b"\n".as_slice()].concat());
    }
    let head = Head::parse(bytes)?;
    let mut names = Names::default();
    names.learn(&audit, head.users()).await?;
    client.screen.say(&pretty(bytes)?)?;
    client.screen.paragraph("")?;
    client.screen.paragraph(&format!(
        "It happened {}.",
        client.clock.moment(head.time / 1000)
    ))?;
    if head.actor.login.is_some() && !names.are_denied() {
        let who = names.root_words(&head.actor);
        client.screen.paragraph(&format!("It was done by {who}."))?;
    }
    let users: Vec<String> = head
        .users()
        .map(|id| format!("{id} is {}.", names.words(id)))
        .collect();
    let mut users = users;
    users.dedup();
    for line in users.iter().filter(|_| !names.are_denied()) {
        client.screen.paragraph(line)?;
    }
    client.screen.paragraph(&proved)
}

/// Proves that the event is in the log of the newest checkpoint.
async fn prove(client: &Client, seq: u64, bytes: &[u8]) -> Result<String, Failure> {
    let audit = client.audit().await?;
    let (_, checkpoint) =
        key_and_checkpoint(&audit.verifier_key().await?, &audit.checkpoint().await?)?;
    let size = checkpoint.size();
    if seq >= size {
        return Ok(
            "The newest checkpoint does not cover it yet; ask again in a moment.".to_owned(),
        );
    }
    let proof = hashes(&audit.inclusion_proof(seq, size).await?)?;
    verify_inclusion(&proof, leaf_hash(bytes), seq, size, *checkpoint.root()).map_err(|error| {
        Failure::LogNotVerified(format!(
            "event {seq} is not proved to be in the log: {error}; run: secinfo audit verify"
        ))
    })?;
    Ok(format!(
        "Proved to be event {seq} of the {size} under the newest checkpoint."
    ))
}

fn pretty(bytes: &[u8]) -> Result<String, Failure> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(std::io::Error::from)?;
    let mut text = serde_json::to_string_pretty(&value).map_err(std::io::Error::from)?;
    let _ = writeln!(text);
    Ok(text)
}
