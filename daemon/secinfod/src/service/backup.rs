//! Backing up the log and the keys of the vault while the daemon serves, and restoring them.

use super::pipe::Pipe;
use crate::core::{Appender, Core, ServiceError, UserPayload};
use secinfo_domain::event::{Actor, Who, encode};
use secinfo_domain::{Command, HostAction, HostCommand, Room, State, Timestamp, UserId, decide};
use secinfo_ledger::backup::{
    BackupContents, BackupLabel, BackupReader, Manifest, Restoration, Restored, is_pending,
};
use secinfo_ledger::{LedgerError, LedgerReader};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify};
use tokio::task::spawn_blocking;

/// Backs up the log, and restores it.
pub struct Backups {
    core: Arc<Core>,
    /// One backup or restore at a time.
    turn: Mutex<()>,
    /// The log has been replaced by one that was restored.
    replaced: Notify,
}

/// What was restored.
#[derive(Debug, Clone)]
pub struct RestoredLog {
    /// What the backup said of itself.
    pub manifest: Manifest,
    /// How many users there are.
    pub users: u64,
    /// When it was restored, by the clock of this host.
    pub time: Timestamp,
}

impl Backups {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self {
            core,
            turn: Mutex::default(),
            replaced: Notify::default(),
        }
    }

    /// Writes a backup into a pipe: the log and the keys of this moment. What is changed afterwards
    /// is not in it, and nothing waits for it.
    pub async fn back_up(&self, out: OwnedFd) -> Result<Manifest, ServiceError> {
        let _alone = self.turn.try_lock().map_err(|_| busy())?;
        let pipe = Pipe::new(out)?;
        let snapshot = self.core.between_commits(|appender| {
            let (ledger, state) = appender.ledger_and_state();
            (ledger.backup_snapshot(), state.clone())
        });
        let (snapshot, state) = snapshot.await?;
        let label = BackupLabel {
            time: self.core.now().as_millis(),
            host: self.core.settings().host,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let written = spawn_blocking(move || {
            if snapshot.size() != state.events() {
                let why = "the state is not that of the log".to_owned();
                return Err(ServiceError::Internal(why));
            }
            let keys = state.keys().collect();
            snapshot
                .write(label, keys, pipe)
                .map_err(|error| ServiceError::NotBackedUp(error.to_string()))
        });
        let manifest = written.await.map_err(panicked)??;
        tracing::info!(events = manifest.size, keys = manifest.keys, "backed up");
        Ok(manifest)
    }

    /// Reads a backup from a pipe, and puts what it holds in the place of the log, in which no user may
    /// have security info. When it returns, the daemon has to end: see [`Backups::replaced`].
    pub async fn restore(&self, input: OwnedFd) -> Result<RestoredLog, ServiceError> {
        let _alone = self.turn.try_lock().map_err(|_| busy())?;
        let pipe = Pipe::new(input)?;
        let (reader, state, now) = (
            self.core.reader().clone(),
            self.core.state(),
            self.core.now(),
        );
        let built = spawn_blocking(move || {
            expect_empty(&state)?;
            build(&reader, pipe, now)
        });
        let (restored, answer) = built.await.map_err(panicked)??;
        let given = self
            .core
            .between_commits(|appender| replace_log(appender, restored));
        let (decided, is_over) = given.await?;
        if is_over {
            self.replaced.notify_one();
        }
        decided?;
        tracing::warn!(
            origin = answer.manifest.origin,
            events = answer.manifest.size,
            "restored from a backup: the daemon ends, to start again with it"
        );
        Ok(answer)
    }

    /// Returns when the log has been replaced by one that was restored: the daemon has to start
    /// again.
    pub async fn replaced(&self) {
        self.replaced.notified().await;
    }
}

fn busy() -> ServiceError {
    ServiceError::BackupUnderWay
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "what map_err calls takes it so"
)]
fn panicked(error: tokio::task::JoinError) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

/// Refuses to give up a log that holds any security info.
fn expect_empty(state: &State) -> Result<(), ServiceError> {
    if state.is_without_security_info() {
        Ok(())
    } else {
        Err(ServiceError::NotEmpty)
    }
}

/// Builds what comes through the pipe beside the ledger, checked as a whole.
fn build(
    reader: &LedgerReader,
    pipe: Pipe,
    now: Timestamp,
) -> Result<(Restored, RestoredLog), ServiceError> {
    let mut backup = BackupReader::open(pipe).map_err(not_restored)?;
    let mut restoration = Restoration::begin(reader, &backup).map_err(not_restored)?;
    let mut contents = BackupContents::default();
    while let Some(part) = backup.next_part().map_err(not_restored)? {
        contents.take(&part).map_err(not_restored)?;
        restoration.take(part).map_err(not_restored)?;
    }
    let found = |id: secinfo_domain::KeyId, plain: &[u8]| {
        let user: UserPayload =
            postcard::from_bytes(plain).map_err(|_| LedgerError::Unsealable(id))?;
        let (name, id) = (
            user.name.as_str().to_owned(),
            UserId::from_bytes(*id.as_bytes()),
        );
        restoration.index(user.uid, name, id)
    };
    contents.finish(found).map_err(not_restored)?;
    let manifest = backup.manifest().clone();
    let (event, time) = restored_event(contents.state(), &manifest, now)?;
    let users = contents.state().user_count() as u64;
    // Its keys are in the new ledger; here they are wiped.
    drop(contents);
    let restored = restoration.finish(event).map_err(not_restored)?;
    let answer = RestoredLog {
        manifest,
        users,
        time,
    };
    Ok((restored, answer))
}

/// The stored bytes of the event that goes behind those of the backup, and its time.
fn restored_event(
    state: &State,
    manifest: &Manifest,
    now: Timestamp,
) -> Result<(Vec<u8>, Timestamp), ServiceError> {
    let unusable = |why: String| ServiceError::InvalidBackup(why);
    let command = Command::Host(HostCommand {
        now,
        actor: Actor::new(Who::Root),
        // A restore takes an empty log's place, and looks for room by itself.
        room: Room::Enough,
        introductions: Vec::new(),
        action: HostAction::RestoreLog {
            size: manifest.size,
            root: manifest
                .root
                .parse()
                .map_err(|error: secinfo_domain::InvalidRootHash| unusable(error.to_string()))?,
            backup_time: Timestamp::from_millis(manifest.time),
        },
    });
    let events = decide(state, &command)?;
    let event = events
        .first()
        .ok_or_else(|| unusable("it restores nothing".to_owned()))?;
    let bytes = encode(state.events(), event).map_err(|error| unusable(error.to_string()))?;
    Ok((bytes, event.time))
}

/// Lets the restored log take the place of this one at the next start, and the writer retire until
/// then; whether that is so. Runs in the writer's thread, between two commits.
fn replace_log(appender: &mut Appender, restored: Restored) -> (Result<(), ServiceError>, bool) {
    let (_, state) = appender.ledger_and_state();
    // A user may have come while it was built.
    if let Err(error) = expect_empty(state) {
        return (Err(error), false);
    }
    let directory = restored.directory().to_owned();
    let decided = restored.decide().map_err(not_restored);
    let is_over = is_pending(&directory);
    if is_over {
        appender.retire();
    }
    (decided, is_over)
}

fn not_restored(error: LedgerError) -> ServiceError {
    match error {
        LedgerError::Backup { .. }
        | LedgerError::Checkpoint(_)
        | LedgerError::Tree(_)
        | LedgerError::Unsealable(_)
        | LedgerError::NoSuchKey(_)
        | LedgerError::EventNotOneLine { .. }
        | LedgerError::EventTooLarge { .. } => ServiceError::InvalidBackup(error.to_string()),
        other => ServiceError::NotRestored(other.to_string()),
    }
}
