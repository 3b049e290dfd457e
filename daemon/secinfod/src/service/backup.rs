//! Backing up the log and the keys of the vault while the daemon serves, and restoring them.

use super::payload::UserPayload;
use super::pipe::Pipe;
use super::writer::Scribe;
use super::{Service, ServiceError, now};
use secinfo_domain::event::{Actor, Who, encode};
use secinfo_domain::{Command, HostAction, HostCommand, State, Timestamp, UserId, decide};
use secinfo_ledger::backup::{
    BackupContents, BackupLabel, BackupReader, Manifest, Restoration, Restored, is_pending,
};
use secinfo_ledger::{LedgerError, LedgerReader};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use tokio::task::spawn_blocking;

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

impl Service {
    /// Writes a backup into a pipe: the log and the keys of this moment. What is changed afterwards
    /// is not in it, and nothing waits for it.
    pub async fn back_up(self: &Arc<Self>, out: OwnedFd) -> Result<Manifest, ServiceError> {
        let _alone = self.backing_up.try_lock().map_err(|_| busy())?;
        let pipe = Pipe::new(out)?;
        let moment = self.writer.aside(|scribe| {
            let (ledger, state) = scribe.now();
            (ledger.moment(), state.clone())
        });
        let (moment, state) = moment.await?;
        let label = BackupLabel {
            time: now().as_millis(),
            host: self.settings().host,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let written = spawn_blocking(move || {
            if moment.size() != state.events() {
                let why = "the state is not that of the log".to_owned();
                return Err(ServiceError::Internal(why));
            }
            let keys = state.keys().collect();
            moment
                .write(label, keys, pipe)
                .map_err(|error| ServiceError::NotBackedUp(error.to_string()))
        });
        let manifest = written.await.map_err(panicked)??;
        tracing::info!(events = manifest.size, keys = manifest.keys, "backed up");
        Ok(manifest)
    }

    /// Reads a backup from a pipe, and puts what it holds in the place of the log, of which nobody may
    /// have security info. When it returns, the daemon has to end: see [`Service::gave_way`].
    pub async fn restore(self: &Arc<Self>, input: OwnedFd) -> Result<RestoredLog, ServiceError> {
        let _alone = self.backing_up.try_lock().map_err(|_| busy())?;
        let pipe = Pipe::new(input)?;
        let (reader, state) = (self.reader.clone(), self.state());
        let built = spawn_blocking(move || {
            expect_empty(&state)?;
            build(&reader, pipe)
        });
        let (restored, answer) = built.await.map_err(panicked)??;
        let given = self.writer.aside(|scribe| give_way(scribe, restored));
        let (decided, is_over) = given.await?;
        if is_over {
            self.gave_way.notify_one();
        }
        decided?;
        tracing::warn!(
            origin = answer.manifest.origin,
            events = answer.manifest.size,
            "restored from a backup: the daemon ends, to start again with it"
        );
        Ok(answer)
    }

    /// Returns when the log has given way to one that was restored: the daemon has to start again.
    pub async fn gave_way(&self) {
        self.gave_way.notified().await;
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

/// A log that holds nobody's security info may be given up; no other.
fn expect_empty(state: &State) -> Result<(), ServiceError> {
    if state.is_without_security_info() {
        Ok(())
    } else {
        Err(ServiceError::NotEmpty)
    }
}

/// Builds what comes through the pipe beside the ledger, checked as a whole.
fn build(reader: &LedgerReader, pipe: Pipe) -> Result<(Restored, RestoredLog), ServiceError> {
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
    let (event, time) = restored_event(contents.state(), &manifest)?;
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
) -> Result<(Vec<u8>, Timestamp), ServiceError> {
    let unusable = |why: String| ServiceError::InvalidBackup(why);
    let command = Command::Host(HostCommand {
        now: now(),
        actor: Actor {
            who: Who::Root,
            service: None,
        },
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

/// In the writer's thread, between two commits: what was restored takes the place of the log at the
/// next start, and until then nothing is written any more. Says, too, whether that is so.
fn give_way(scribe: &mut Scribe, restored: Restored) -> (Result<(), ServiceError>, bool) {
    let (_, state) = scribe.now();
    // Somebody may have come while it was built.
    if let Err(error) = expect_empty(state) {
        return (Err(error), false);
    }
    let directory = restored.directory().to_owned();
    let decided = restored.decide().map_err(not_restored);
    let is_over = is_pending(&directory);
    if is_over {
        scribe.gives_way();
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
