//! `secinfo restore`: a backup onto an empty host.

use crate::backup::file::open_input;
use crate::backup::sealing::{Opened, Opening};
use crate::log::{hashes, key_and_checkpoint};
use crate::process::require_root;
use secinfo_ledger::tree::verify_consistency;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::text::{counted, visible};
use secinfo_terminal::times::Clock;
use secinfo_wire::{AuditProxy, BackupsProxy, Connection, Fd, Reason, RestoreOptions, Restored};
use secinfo_words::{Language, Words};
use serde::Serialize;
use std::io::{self, PipeWriter, Read, Write};
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use zbus::fdo::DBusProxy;
use zbus::names::{BusName, OwnedUniqueName};
use zeroize::Zeroizing;

const JSON: &str = r#"JSON: {"origin", "events", "keys", "users", "root", "checkpoint", "time", "host", "version", "restored"}, once the service runs again with what was restored; time is when the backup was made, and restored when that was, both by the clock of the host."#;

/// How long the service may take to start again. Reading a log of a million events takes seconds.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often to poll for that.
const EVERY: Duration = Duration::from_millis(100);

/// Restore a backup onto a host where no user has a method
///
/// The service builds the log and the keys anew under this host's master key, checks them against
/// the checkpoint in the backup, enters that it was restored, and starts again. Until then the host
/// is what it was; it is refused where a user has a method already, and while the clock is behind
/// the backup.
///
/// Codes that were used stay used, and no code of an app that the former host may have accepted
/// until now is good again. Access passes, codes that were sent, remembered terminals and proofs are
/// void. Switch the service on the former host off as soon as its last backup is made, with systemctl
/// disable --now secinfod: what it accepts afterwards is not in it. Root only.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub struct Arguments {
    /// The backup; - for standard input
    file: PathBuf,
    #[command(flatten)]
    opening: Opening,
}

#[derive(Serialize)]
struct RestoredJson<'a> {
    origin: &'a str,
    events: u64,
    keys: u64,
    users: u64,
    root: &'a str,
    checkpoint: &'a str,
    time: u64,
    host: &'a str,
    version: &'a str,
    restored: u64,
}

/// Restores a backup, and waits until the service runs with it.
pub async fn run(
    screen: &Screen,
    address: Option<&str>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    require_root("restore")?;
    let opened = arguments.opening.open(open_input(&arguments.file)?)?;
    let connection = secinfo_wire::connect_patiently(address).await?;
    let former = owner(&connection).await?;
    let restored = send(&connection, opened).await?;
    let clock = Clock::of_process();
    let time = clock.stamp(restored.time * 1000);
    screen.note(&format!(
        "The backup of {time} is in place: {} events and {} of {}. The service starts again with it.",
        restored.size,
        counted(restored.users, "user"),
        restored.origin
    ))?;
    screen.note(&format!(
        "It is {} now, by the clock of this host, and the backup is {} old. No code of an app up to now is taken: if that is not the time, set the clock.",
        clock.stamp(restored.restored * 1000),
        Words::of(Language::English).length(restored.restored.saturating_sub(restored.time))
    ))?;
    wait_for_another(&connection, former).await?;
    expect_continued(&connection, &restored).await?;
    screen.json(&RestoredJson {
        origin: &restored.origin,
        events: restored.size,
        keys: restored.keys,
        users: restored.users,
        root: &restored.root,
        checkpoint: &restored.checkpoint,
        time: restored.time,
        host: &restored.host,
        version: &restored.version,
        restored: restored.restored,
    })?;
    screen.paragraph(
        "Restored: the service runs, and its log continues the checkpoint of the backup.",
    )?;
    screen.paragraph(&format!(
        "It knows nothing of what happened on {} after {time}: methods that were deleted since are there again, and hardware tokens that count (HOTP) may have codes that were used since. See \"secinfo users\" and \"secinfo doctor\".",
        visible(&restored.host)
    ))
}

/// Sends the backup to the daemon.
async fn send(connection: &Connection, opened: Opened) -> Result<Restored, Failure> {
    let backups = BackupsProxy::new(connection).await?;
    let (to_daemon, from_us) = io::pipe()?;
    let (sender, sent) = channel();
    // A thread instead of a task, for which the runtime would wait: once the daemon has answered, the
    // rest of the input does not matter.
    std::thread::spawn(move || {
        let mut to = from_us;
        let sent = copy(opened, &mut to);
        // Before the daemon sees the end of the input, and answers.
        let _ = sender.send(sent);
        drop(to);
    });
    let answered = backups
        .restore(Fd::from(&to_daemon), &RestoreOptions::default())
        .await;
    drop(to_daemon);
    answered.map_err(|refusal| cause(refusal, sent.try_recv().ok()))
}

/// Why a restore failed: the daemon's error, unless the input could not be read to its end.
fn cause(refusal: secinfo_wire::Error, sent: Option<Result<(), Failure>>) -> Failure {
    match (refusal.reason(), sent) {
        (Some(Reason::InvalidBackup), Some(Err(unreadable))) => unreadable,
        _ => refusal.into(),
    }
}

fn copy(mut opened: Opened, to: &mut PipeWriter) -> Result<(), Failure> {
    let mut buffer = Zeroizing::new(vec![0; 64 * 1024]);
    loop {
        let read = match opened.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(Failure::Refused(format!(
                    "the backup cannot be read to its end ({error}): it was changed or cut off; take another one"
                )));
            }
        };
        if to.write_all(&buffer[..read]).is_err() {
            // The daemon has stopped reading, and will say why.
            return Ok(());
        }
    }
}

/// The owner of the daemon's name, if any. Starts nothing.
async fn owner(connection: &Connection) -> Result<Option<OwnedUniqueName>, Failure> {
    let bus = DBusProxy::new(connection).await?;
    let name = BusName::try_from(secinfo_wire::names::BUS_NAME)
        .map_err(|error| secinfo_wire::Error::Protocol(error.to_string()))?;
    match bus.get_name_owner(name).await {
        Ok(owner) => Ok(Some(owner)),
        Err(zbus::fdo::Error::NameHasNoOwner(_)) => Ok(None),
        Err(error) => Err(secinfo_wire::Error::from(error).into()),
    }
}

/// Waits until another process owns the daemon's name.
async fn wait_for_another(
    connection: &Connection,
    former: Option<OwnedUniqueName>,
) -> Result<(), Failure> {
    let begun = Instant::now();
    loop {
        let now = owner(connection).await?;
        if now.is_some() && now != former {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(Failure::Refused(
                "the backup is in place, but the service has not started again: start it (systemctl start secinfod), then look with \"secinfo status\""
                    .to_owned(),
            ));
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Checks that the log begins with the events of the backup now.
async fn expect_continued(connection: &Connection, restored: &Restored) -> Result<(), Failure> {
    let audit = AuditProxy::new(connection).await?;
    let key = audit.verifier_key().await?;
    let (key, now) = key_and_checkpoint(&key, &audit.checkpoint().await?)?;
    let wrong = || {
        Failure::LogNotVerified(
            "the service runs again, but its log is not that of the backup; look with \"secinfo audit log\" and \"secinfo doctor\""
                .to_owned(),
        )
    };
    let then = key.verify(&restored.checkpoint).map_err(|_| wrong())?;
    if now.size() <= then.size() {
        return Err(wrong());
    }
    let proof = audit.consistency_proof(then.size(), now.size()).await?;
    let proof = hashes(&proof)?;
    verify_consistency(&proof, then.size(), *then.root(), now.size(), *now.root())
        .map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reason: Reason) -> secinfo_wire::Error {
        secinfo_wire::Error::Refused {
            reason,
            message: "what the daemon says".to_owned(),
            details: Box::default(),
        }
    }

    #[test]
    fn the_daemon_says_why_unless_it_misses_what_could_not_be_read() {
        let unreadable = || Some(Err(Failure::Refused("cut off".to_owned())));
        let said = |reason, sent| cause(refused(reason), sent).to_string();
        assert_eq!(said(Reason::InvalidBackup, unreadable()), "cut off");
        for (reason, sent) in [
            (Reason::InvalidBackup, Some(Ok(()))),
            (Reason::InvalidBackup, None),
            (Reason::NotEmpty, unreadable()),
            (Reason::ClockBehind, None),
        ] {
            assert_eq!(said(reason, sent), "what the daemon says");
        }
    }
}
