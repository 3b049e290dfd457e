//! `secinfo backup`: the log and the keys of the vault, encrypted, in a file.

use super::file::{Output, open_input};
use super::passphrase;
use super::sealing::{NotOpened, Opening, Sealing};
use crate::process::require_root;
use secinfo_ledger::LedgerError;
use secinfo_ledger::backup::{BackupContents, BackupReader, Manifest};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::passphrase::Passphrase;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::text::{counted, shell_word, visible};
use secinfo_terminal::times::Clock;
use secinfo_wire::{BackupsProxy, Fd};
use serde::Serialize;
use std::io::{self, PipeReader, Read, Write};
use std::path::{Path, PathBuf};
use tokio::task::spawn_blocking;

const JSON: &str = r#"JSON: {"file", "origin", "events", "keys", "users", "root", "checkpoint", "key", "time", "host", "version"}; users only with --check, null otherwise; key is the one that checkpoints of the log are verified with. With FILE - nothing is printed. A backup that does not verify, or not open with the key that was given, ends with exit code 6."#;

/// Back up the log and the keys of all users, encrypted
///
/// Takes all there is at one moment, while the service goes on, and encrypts it in the form of age
/// (age-encryption.org): to recipients, whose keys need not be on this host, or to a passphrase. The
/// file gets its name once it is whole, and only its owner can read it. Root only.
///
/// The configuration, /etc/secinfo and the master key are not in it; a restore needs none of this
/// host's keys.
///
/// With --check, reads a backup instead, without the service, and verifies all of it: the hash of
/// every event, the signature of the checkpoint, and that every key opens what it has to.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub struct Arguments {
    /// The file to write, or to check; - for standard output or input
    file: PathBuf,
    /// Encrypt to this recipient of age, which begins with age1; may be given again
    #[arg(long, value_name = "RECIPIENT", conflicts_with = "check")]
    recipient: Vec<String>,
    /// Encrypt to the recipients in this file, one a line
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    recipients_file: Vec<PathBuf>,
    /// Encrypt to a passphrase, which is asked for twice
    #[arg(long, conflicts_with_all = ["recipient", "recipients_file", "check"])]
    passphrase: bool,
    /// Replace the file if it exists
    #[arg(long, conflicts_with = "check")]
    force: bool,
    /// Verify the backup in the file
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    opening: Opening,
}

#[derive(Serialize)]
struct BackupJson<'a> {
    file: &'a Path,
    origin: &'a str,
    events: u64,
    keys: u64,
    users: Option<u64>,
    root: &'a str,
    checkpoint: &'a str,
    key: &'a str,
    time: u64,
    host: &'a str,
    version: &'a str,
}

impl<'a> BackupJson<'a> {
    fn of(file: &'a Path, manifest: &'a Manifest, key: &'a str, users: Option<u64>) -> Self {
        Self {
            file,
            origin: &manifest.origin,
            events: manifest.size,
            keys: manifest.keys,
            users,
            root: &manifest.root,
            checkpoint: &manifest.checkpoint,
            key,
            time: manifest.time / 1000,
            host: &manifest.host,
            version: &manifest.version,
        }
    }
}

/// Makes a backup, or checks one.
pub async fn run(
    screen: &Screen,
    address: Option<&str>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    if arguments.check {
        return check(screen, arguments);
    }
    require_root("back up")?;
    let sealing = arguments.sealing()?;
    let opened_with = match sealing {
        Sealing::Passphrase(_) => "",
        Sealing::Recipients(_) => " --identity KEYFILE",
    };
    let output = Output::begin(&arguments.file, arguments.force)?;
    let connection = secinfo_wire::connect_patiently(address).await?;
    let backups = BackupsProxy::new(&connection).await?;
    let (from_daemon, to_us) = io::pipe()?;
    let sealed = spawn_blocking(move || seal(sealing, output, from_daemon));
    let answered = backups.backup(Fd::from(&to_us)).await;
    // From here on only the daemon holds the writing end: reading ends when it closes that.
    drop(to_us);
    let sealed = sealed.await.map_err(io::Error::from)?;
    let (manifest, key) = match (answered, sealed) {
        (Ok(_), Ok(done)) => done,
        // The daemon knows why it sent nothing.
        (Err(refusal), Ok(_) | Err(Failure::Refused(_))) => return Err(refusal.into()),
        (_, Err(failure)) => return Err(failure),
    };
    report(screen, &arguments.file, &manifest, &key, opened_with)
}

impl Arguments {
    /// The keys or the passphrase that will open the new backup.
    fn sealing(&self) -> Result<Sealing, Failure> {
        let to_recipients = !self.recipient.is_empty() || !self.recipients_file.is_empty();
        let passphrase_file = self.opening.passphrase_file();
        if self.opening.names_a_key() {
            return Err(Failure::Usage(
                "--identity is for opening a backup; encrypt it with --recipient".to_owned(),
            ));
        }
        match (to_recipients, passphrase_file) {
            (true, None) => Sealing::recipients(&self.recipient, &self.recipients_file),
            (true, Some(_)) => Err(Failure::Usage(
                "encrypt to recipients or to a passphrase, not to both".to_owned(),
            )),
            (false, Some(path)) => {
                let passphrase = Passphrase::from_file(path)?;
                passphrase::expect_long(passphrase).map(Sealing::Passphrase)
            }
            (false, None) if self.passphrase => {
                passphrase::ask_for_new().map(Sealing::Passphrase)
            }
            (false, None) => Err(Failure::Usage(
                "say who may open the backup: --recipient age1…, --recipients-file FILE or --passphrase"
                    .to_owned(),
            )),
        }
    }
}

/// Writes everything that is read through it to a second place.
struct Tee<R, W> {
    from: R,
    to: W,
}

impl<R: Read, W: Write> Read for Tee<R, W> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(bytes)?;
        self.to
            .write_all(&bytes[..read])
            .map_err(NotWritten::wrap)?;
        Ok(read)
    }
}

/// The output failed, not the input.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the backup: {0}; nothing of it was kept")]
struct NotWritten(io::Error);

impl NotWritten {
    fn wrap(error: io::Error) -> io::Error {
        io::Error::other(Self(error))
    }
}

/// Encrypts what the daemon sends and checks on the way that it is a whole backup; finishes the file
/// only then.
fn seal(sealing: Sealing, output: Output, from: PipeReader) -> Result<(Manifest, String), Failure> {
    let mut tee = Tee {
        from: io::BufReader::with_capacity(64 * 1024, from),
        to: sealing.encrypt(output)?,
    };
    let mut reader = BackupReader::open(&mut tee).map_err(incomplete)?;
    while reader.next_part().map_err(incomplete)?.is_some() {}
    let found = (reader.manifest().clone(), reader.verifier_key().to_string());
    drop(reader);
    tee.to.finish()?.finish()?;
    Ok(found)
}

fn incomplete(error: LedgerError) -> Failure {
    if let LedgerError::Io { source, .. } = error {
        return Failure::Output(source);
    }
    Failure::Refused(error.to_string())
}

/// Reports what was written, and the command that checks it, which ends with `opened_with`.
fn report(
    screen: &Screen,
    file: &Path,
    manifest: &Manifest,
    key: &str,
    opened_with: &str,
) -> Result<(), Failure> {
    let (events, keys, origin) = (manifest.size, manifest.keys, &manifest.origin);
    if file == Path::new("-") {
        return screen.note(&format!(
            "Backed up {events} events and {keys} keys of {origin}."
        ));
    }
    let path = file.display().to_string();
    let (shown, word) = (visible(&path), shell_word(&path));
    screen.json(&BackupJson::of(file, manifest, key, None))?;
    screen.paragraph(&format!(
        "Backed up {events} events and {keys} keys of {origin} to {shown}. Check it with"
    ))?;
    screen.say(&format!("secinfo backup --check {word}{opened_with}\n"))?;
    screen.paragraph(
        "and keep it away from this host, with a copy of /etc/secinfo, which is not in it.",
    )
}

/// Verifies a backup.
fn check(screen: &Screen, arguments: &Arguments) -> Result<(), Failure> {
    let opened = arguments.opening.open(open_input(&arguments.file)?);
    let opened = opened.map_err(|error| match error {
        NotOpened::Unsound(why) => Failure::LogNotVerified(why),
        NotOpened::Failed(failure) => failure,
    })?;
    let (manifest, key, users) = verify(opened).map_err(|error| {
        Failure::LogNotVerified(match error {
            LedgerError::Io { source, .. } => format!(
                "the backup cannot be read to its end ({source}): it was changed or cut off; take another one"
            ),
            error => error.to_string(),
        })
    })?;
    screen.json(&BackupJson::of(
        &arguments.file,
        &manifest,
        &key,
        Some(users),
    ))?;
    let clock = Clock::of_process();
    screen.paragraph(&format!("The backup of {} verifies.", manifest.origin))?;
    screen.paragraph(&format!(
        "- It was made on {} at {} by secinfod {}.",
        visible(&manifest.host),
        clock.stamp(manifest.time),
        visible(&manifest.version)
    ))?;
    screen.paragraph(&format!(
        "- All {} events are those that its checkpoint was signed for, and they replay, to the security info of {}.",
        manifest.size,
        counted(users, "user")
    ))?;
    screen.paragraph(&format!(
        "- Each of its {} keys opens what it has to, and none is missing.",
        manifest.keys
    ))?;
    screen.paragraph(
        "Anyone who knows the recipient or the passphrase could have made it; compare the key of the log with one that you noted before:",
    )?;
    screen.say(&format!("{key}\n"))
}

fn verify(opened: impl Read) -> Result<(Manifest, String, u64), LedgerError> {
    let mut reader = BackupReader::open(opened)?;
    let mut contents = BackupContents::default();
    while let Some(part) = reader.next_part()? {
        contents.take(&part)?;
    }
    contents.finish(|_, _| Ok(()))?;
    Ok((
        reader.manifest().clone(),
        reader.verifier_key().to_string(),
        contents.state().user_count() as u64,
    ))
}
