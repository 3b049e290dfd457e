//! The log of a host with many users. It takes a while to write, so it is kept for the next time.

use crate::failure::{Context, Result};
use crate::log::{Account, Known, LogWriter};
use crate::report::progress;
use secinfod::config::Config;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Raised whenever what is written here changes, so that a log kept from before is not used.
const FORM: u32 = 1;

/// The file beside the log that is written when the log is whole.
const NOTE: &str = "complete.json";

/// The uid of the first user other than root: none that an account of a host has.
const FIRST_UID: u32 = 2_000_000_000;

/// A log with many users.
pub(crate) struct Crowd {
    directory: PathBuf,
    /// Root, with whose token it is verified.
    pub(crate) root: Known,
    /// How many events the log has.
    pub(crate) events: u64,
}

#[derive(Serialize, Deserialize)]
struct Note {
    root: Known,
    events: u64,
}

impl Crowd {
    /// Finds the log of so many users and events that an earlier run has left, or writes it.
    pub(crate) fn prepare(kept: &Path, users: u32, events: u64) -> Result<Self> {
        let version = env!("CARGO_PKG_VERSION");
        let directory = kept.join(format!("log-{version}-{FORM}-{users}-{events}"));
        let note = fs::read(directory.join(NOTE)).ok();
        let note: Option<Note> = note.and_then(|text| serde_json::from_slice(&text).ok());
        let note = match note {
            Some(note) => note,
            None => write(&directory, users, events)?,
        };
        Ok(Self {
            directory,
            root: note.root,
            events: note.events,
        })
    }

    /// Copies the log to where a daemon may write to it.
    pub(crate) fn copy_to(&self, state: &Path) -> Result<()> {
        copy(&self.directory.join("state"), state)
    }

    /// Copies the snapshot alone.
    pub(crate) fn copy_snapshot_to(&self, state: &Path) -> Result<()> {
        let from = self.directory.join("state/snapshot");
        fs::copy(&from, state.join("snapshot")).context(|| format!("copy {}", from.display()))?;
        Ok(())
    }

    /// Throws the log away: it does not read, so a program of another time wrote it.
    pub(crate) fn forget(self) -> Result<()> {
        fs::remove_dir_all(&self.directory)
            .context(|| format!("remove {}", self.directory.display()))
    }
}

fn write(directory: &Path, users: u32, events: u64) -> Result<Note> {
    progress(&format!(
        "writing a log of {events} events and {users} users to {} (kept for the next time)",
        directory.display()
    ));
    if directory.exists() {
        fs::remove_dir_all(directory).context(|| format!("remove {}", directory.display()))?;
    }
    let begun = Instant::now();
    let mut log = LogWriter::create(&directory.join("state"), Config::default().policy())?;
    let root = log.add_user(&root())?;
    let mut crowd = Vec::new();
    for number in 1..users {
        let uid = FIRST_UID + number;
        let name = format!("user{number:06}");
        crowd.push(log.add_user(&Account { uid, name })?);
        log.settle()?;
        if number % 20_000 == 0 {
            progress(&format!(
                "  {number} users, {} s",
                begun.elapsed().as_secs()
            ));
        }
    }
    // In an order that looks like chance and visits everybody.
    let mut place = 0;
    while log.events() < events {
        place = (place + 7919) % crowd.len();
        log.verified(crowd[place])?;
        log.settle()?;
    }
    let events = log.events();
    log.finish()?;
    progress(&format!("  done, {} s", begun.elapsed().as_secs()));
    let note = Note { root, events };
    let text = serde_json::to_vec(&note).context(|| "write JSON".into())?;
    fs::write(directory.join(NOTE), text).context(|| format!("write {NOTE}"))?;
    Ok(note)
}

/// Writes the log of a host where only root has methods.
pub(crate) fn one_user(state: &Path) -> Result<Known> {
    let mut log = LogWriter::create(state, Config::default().policy())?;
    let known = log.add_user(&root())?;
    log.finish()?;
    Ok(known)
}

fn root() -> Account {
    Account {
        uid: 0,
        name: "root".to_owned(),
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let doing = || format!("copy {}", from.display());
    fs::create_dir_all(to).context(doing)?;
    for entry in fs::read_dir(from).context(doing)? {
        let entry = entry.context(doing)?;
        let target = to.join(entry.file_name());
        if entry.file_type().context(doing)?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target).context(doing)?;
        }
    }
    Ok(())
}
