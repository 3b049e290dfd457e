//! `secinfo audit checkpoint`: the newest signed tree head.

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use serde::Serialize;

#[derive(Serialize)]
struct CheckpointJson<'a> {
    checkpoint: &'a str,
    key: &'a str,
}

pub(super) async fn run(client: &Client) -> Result<(), Failure> {
    let audit = client.audit().await?;
    let (checkpoint, key) = (audit.checkpoint().await?, audit.verifier_key().await?);
    client.screen.json(&CheckpointJson {
        checkpoint: &checkpoint,
        key: &key,
    })?;
    // Exactly the note: it is often sent to a file.
    client.screen.say(&checkpoint)
}
