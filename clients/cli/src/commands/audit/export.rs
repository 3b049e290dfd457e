//! `secinfo audit export`: writes the log and its checkpoint to files.

use super::events;
use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::shell_word;
use serde::Serialize;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const JSON: &str = r#"JSON: {"file", "checkpoint", "events", "key"}"#;

/// Write the log and its checkpoint to files
///
/// Writes each event in exactly the bytes that are stored, one a line, and the checkpoint that is
/// signed for them into a file beside it that ends in .checkpoint. Check it anywhere, without the
/// service: secinfo audit verify --file FILE --key KEY
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(super) struct Arguments {
    /// The file for the events
    file: PathBuf,
    /// Replace the files if they exist
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct ExportedJson<'a> {
    file: &'a Path,
    checkpoint: &'a Path,
    events: u64,
    key: &'a str,
}

/// The path of the checkpoint of an exported log.
pub(super) fn checkpoint_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".checkpoint");
    PathBuf::from(name)
}

pub(super) async fn run(client: &Client, arguments: &Arguments) -> Result<(), Failure> {
    let file = &arguments.file;
    let checkpoint = checkpoint_path(file);
    let audit = client.audit().await?;
    // The checkpoint first: the log only grows, so all that it covers can be read afterwards.
    let (note, key) = (audit.checkpoint().await?, audit.verifier_key().await?);
    let (_, head) = secinfo_host::log::key_and_checkpoint(&key, &note)?;
    let failed = Failure::file("write", file);
    let mut out = BufWriter::new(create(file, arguments.force)?);
    let events = events::read(&audit, 0, Some(head.size()), async |page| {
        for bytes in page {
            out.write_all(&bytes)
                .and_then(|()| out.write_all(b"\n"))
                .map_err(failed)?;
        }
        Ok(ControlFlow::Continue(()))
    })
    .await?;
    let out = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    out.sync_all().map_err(failed)?;
    let failed = Failure::file("write", &checkpoint);
    let mut out = create(&checkpoint, arguments.force)?;
    out.write_all(note.as_bytes())
        .and_then(|()| out.sync_all())
        .map_err(failed)?;
    client.screen.json(&ExportedJson {
        file,
        checkpoint: &checkpoint,
        events,
        key: &key,
    })?;
    client.screen.paragraph(&format!(
        "{events} events are in {}, their checkpoint in {}. Check them anywhere:",
        file.display(),
        checkpoint.display()
    ))?;
    client.screen.say(&format!(
        "secinfo audit verify --file {} --key '{key}'\n",
        shell_word(&file.display().to_string())
    ))
}

/// Creates a file that only its owner can read.
fn create(path: &Path, force: bool) -> Result<File, Failure> {
    let failed = Failure::file("write", path);
    if force {
        match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => {}
        }
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| {
            if source.kind() == std::io::ErrorKind::AlreadyExists {
                return Failure::Refused(format!(
                    "{} exists; name another file, or replace it with --force",
                    path.display()
                ));
            }
            failed(source)
        })
}
