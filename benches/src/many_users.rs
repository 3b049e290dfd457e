//! The log of a host with many users. Writing it takes a while, so it is kept for later runs.

use crate::failure::{Context, Result};
use crate::log::{Account, Known, LogWriter};
use crate::report::progress;
use secinfod::config::Config;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Incremented whenever the content of the log changes, so that an older log is not used.
const FORM: u32 = 14;

/// The file that is written next to the log when it is complete.
const NOTE: &str = "complete.json";

/// The uid of the first user other than root; no account of a host has it.
const FIRST_UID: u32 = 2_000_000_000;

/// A log with many users.
pub(crate) struct ManyUsersLog {
    directory: PathBuf,
    /// Root, whose token is used for verifications.
    pub(crate) root: Known,
    /// The number of events in the log.
    pub(crate) events: u64,
}

#[derive(Serialize, Deserialize)]
struct Note {
    root: Known,
    events: u64,
}

impl ManyUsersLog {
    /// Uses the log of an earlier run with these numbers of users and events, or writes it.
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

    /// Copies the log to a daemon's state directory.
    pub(crate) fn copy_to(&self, state: &Path) -> Result<()> {
        copy(&self.directory.join("state"), state)
    }

    /// Copies only the snapshot.
    pub(crate) fn copy_snapshot_to(&self, state: &Path) -> Result<()> {
        let from = self.directory.join("state/snapshot");
        fs::copy(&from, state.join("snapshot")).context(|| format!("copy {}", from.display()))?;
        Ok(())
    }

    /// Removes the log, which cannot be read because another version of this program wrote it.
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
    let mut known = Vec::new();
    for number in 1..users {
        let uid = FIRST_UID + number;
        let name = format!("user{number:06}");
        known.push(log.add_user(&Account { uid, name })?);
        log.settle()?;
        if number % 20_000 == 0 {
            progress(&format!(
                "  {number} users, {} s",
                begun.elapsed().as_secs()
            ));
        }
    }
    // In a pseudo-random order that visits all users.
    let mut index = 0;
    while log.events() < events {
        index = (index + 7919) % known.len();
        log.verified(known[index])?;
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

/// Writes the log of a host on which only root has methods.
pub(crate) fn one_user(state: &Path) -> Result<Known> {
    let mut log = LogWriter::create(state, Config::default().policy())?;
    let known = log.add_user(&root())?;
    log.finish()?;
    Ok(known)
}

/// Writes the log of a host on which only root and another account have methods.
pub(crate) fn root_and(state: &Path, other: &Account) -> Result<(Known, Known)> {
    let mut log = LogWriter::create(state, Config::default().policy())?;
    let known = (log.add_user(&root())?, log.add_user(other)?);
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
