//! Step 2: the master key, sealed to this machine instead of lying in a file.
//!
//! At any time, whatever fails, either the key file is in its place, or a credential that was opened
//! again and found to hold the key. The next run completes an interrupted one.

mod credential;
#[cfg(test)]
mod tests;

use super::arguments::{MasterKeyArguments, MasterKeyChoice};
use super::config::Config;
use super::daemon::{Daemon, is_well};
use super::host::Host;
use super::program::Program;
use super::questions::Questions;
use super::report::{Report, Step};
use credential::{CREDENTIAL, Seal};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

type Key = Zeroizing<Vec<u8>>;

/// The length of a master key, in bytes.
const LENGTH: usize = 32;
/// The former credential, while the daemon tries a new one.
const FORMER: &str = "/etc/credstore.encrypted/.secinfo.master-key.former";
const UNIT: &str = "secinfod.service";
/// A register of the TPM that nothing measures: the key opens after any update.
const UNMEASURED: &str = "23";
/// The line of the unit that loads the credential.
const LOADS: &str = "LoadCredentialEncrypted=master-key";

const ABOUT: &str = "The secrets of all users are stored under one master key. As long as it lies in \
    a file beside them, a copy of the disk has both. systemd can seal it to the TPM of this machine \
    instead, so that a copy of the disk alone does not open it. Without a TPM, a copy of the whole \
    disk opens it.";

/// The files that hold the key, and what they hold.
struct KeyFiles {
    /// The key file.
    file: String,
    /// The key file under another name, while the daemon tries the credential.
    aside: String,
    /// The key file while it is overwritten.
    gone: String,
    in_file: Option<Key>,
    in_aside: Option<Key>,
    in_credential: Option<Key>,
}

pub(crate) async fn run(
    host: &Host,
    daemon: &impl Daemon,
    questions: &Questions<'_>,
    arguments: &MasterKeyArguments,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    report.begin(Step::MasterKey, ABOUT)?;
    let config = Config::read(host)?;
    let named = config.text_of(&["daemon"], "master_key");
    if let Some(named) = named.filter(|named| named != "automatic") {
        return elsewhere(&named, arguments, report);
    }
    let state = config
        .text_of(&["daemon"], "state_directory")
        .unwrap_or_else(|| "/var/lib/secinfo".to_owned());
    let mut files = KeyFiles::look(host, &state)?;
    files.repair(host)?;
    if let (Some(copy), Some(key)) = (&arguments.key_copy, files.key()) {
        write_copy(host, &copy.to_string_lossy(), key, report)?;
    }
    if files.in_credential.is_some() && (files.in_file.is_some() || files.in_aside.is_some()) {
        report.tell("The key is sealed already, but its file is still there, because a run before this one was cut short. It is taken up now.")?;
        return finish(host, daemon, &files, None, report).await;
    }
    let Some(seal) = choose(host, questions, arguments, &files, report)? else {
        return Ok(());
    };
    let Some(key) = files.key().cloned() else {
        return Err(Failure::Refused(
            "there is no master key yet: start the daemon once with sudo systemctl start secinfod, which makes one".into(),
        ));
    };
    loads_credential(host)?;
    if arguments.key_copy.is_none() {
        ask_for_copy(host, questions, &key, report)?;
    }
    let former = credential::sealed(host)?;
    if let Some(former) = &former {
        host.write(FORMER, former, 0o600)?;
    }
    credential::place(
        host,
        &key,
        seal,
        arguments.tpm_pcrs.as_deref().unwrap_or(UNMEASURED),
    )?;
    finish(host, daemon, &files, former, report).await?;
    report.leave("Make a backup that opens on another machine, too: sudo secinfo backup FILE --passphrase. The key sealed here opens nowhere else.");
    Ok(())
}

impl MasterKeyArguments {
    /// Refuses, before anything is changed, arguments that contradict each other.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let usage = |why: &str| Err(Failure::Usage(why.to_owned()));
        if self
            .key_copy
            .as_ref()
            .is_some_and(|copy| !copy.is_absolute())
        {
            return usage("give --key-copy the whole path of a file");
        }
        match self.master_key {
            Some(choice) if self.tpm_pcrs.is_some() && choice != MasterKeyChoice::Tpm => {
                usage("--tpm-pcrs is about a key that is sealed to the TPM: add --master-key tpm")
            }
            _ => Ok(()),
        }
    }
}

/// Leaves a key alone that the configuration names.
fn elsewhere(
    named: &str,
    arguments: &MasterKeyArguments,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    if matches!(
        arguments.master_key,
        Some(MasterKeyChoice::Tpm | MasterKeyChoice::Host)
    ) {
        return Err(Failure::Refused(format!(
            "config.toml names {named} as the master key: take master_key out there and move the file to master.key in the state directory, then run secinfo setup again"
        )));
    }
    if let Some(copy) = &arguments.key_copy {
        return Err(Failure::Refused(format!(
            "config.toml names {named} as the master key, and no copy of it was written to {}: copy it yourself",
            visible(&copy.to_string_lossy())
        )));
    }
    report.skipped(format!(
        "The master key stays in {named}, as config.toml says"
    ))
}

impl KeyFiles {
    /// The key in use.
    fn key(&self) -> Option<&Key> {
        self.in_file.as_ref().or(self.in_credential.as_ref())
    }

    fn look(host: &Host, state: &str) -> Result<Self, Failure> {
        let file = format!("{state}/master.key");
        let aside = format!("{file}.sealed");
        let gone = format!("{file}.erased");
        let read = |path: &str| -> Result<Option<Key>, Failure> {
            match host.bytes(path)? {
                Some(key) if key.len() != LENGTH => Err(Failure::Refused(format!(
                    "{path} has {} bytes where a master key has {LENGTH}: restore it from your copy",
                    key.len()
                ))),
                key => Ok(key),
            }
        };
        let open = || {
            credential::open(host, &host.path(CREDENTIAL)).map_err(|failure| {
                let former = if host.has(FORMER) {
                    format!(" A run that was cut short has left the one before it in {FORMER}: if {file} is not there, rename that to {CREDENTIAL} and start secinfod.")
                } else {
                    String::new()
                };
                Failure::Refused(format!(
                    "the sealed master key cannot be opened on this machine.{former} If {file} is there, remove {CREDENTIAL}, else restore a backup with sudo secinfo restore. {failure}"
                ))
            })
        };
        let is_sealed = host.has(CREDENTIAL);
        Ok(Self {
            in_file: read(&file)?,
            in_aside: read(&aside)?,
            in_credential: is_sealed.then(open).transpose()?,
            file,
            aside,
            gone,
        })
    }

    /// Whether the files hold different keys.
    fn differ(&self) -> bool {
        let keys = [&self.in_file, &self.in_aside, &self.in_credential];
        let keys: Vec<_> = keys.into_iter().flatten().collect();
        keys.windows(2).any(|pair| !is_same(pair[0], pair[1]))
    }

    /// Completes or undoes what an interrupted run has left.
    fn repair(&mut self, host: &Host) -> Result<(), Failure> {
        if self.in_aside.is_some() && self.in_aside == self.in_credential && self.in_file.is_some()
        {
            // The daemon was started without the credential since, and has made a new key, which opens
            // nothing.
            host.rename(&self.aside, &self.file)?;
            self.in_file = self.in_aside.take();
        }
        if self.differ() {
            return Err(Failure::Refused(format!(
                "{}, {}.sealed and {CREDENTIAL} hold different keys: find out with which of them the daemon starts, and move the others away",
                self.file, self.file
            )));
        }
        if self.in_credential.is_none() && self.in_file.is_none() && self.in_aside.is_some() {
            host.rename(&self.aside, &self.file)?;
            self.in_file = self.in_aside.take();
        }
        if host.has(&self.gone) && self.in_credential.is_some() {
            host.erase(&self.gone)?;
        }
        host.remove(FORMER)
    }
}

fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// What to seal the key with; `None` to leave it where it is.
fn choose(
    host: &Host,
    questions: &Questions<'_>,
    arguments: &MasterKeyArguments,
    files: &KeyFiles,
    report: &mut Report<'_>,
) -> Result<Option<Seal>, Failure> {
    let present = credential::sealed(host)?.map(|sealed| Seal::of(&sealed));
    let sealed_words = |seal: Option<Seal>| {
        format!(
            "The master key is sealed {}",
            seal.map_or("to this machine", Seal::words)
        )
    };
    let wanted = match arguments.master_key {
        Some(MasterKeyChoice::Tpm) => Some(Seal::Tpm),
        Some(MasterKeyChoice::Host) => Some(Seal::Host),
        Some(MasterKeyChoice::File) if present.is_some() => {
            return Err(Failure::Refused(
                "the master key is sealed already; docs/how-to/setup.md says how to have it in a file again".into(),
            ));
        }
        Some(MasterKeyChoice::File | MasterKeyChoice::Keep) => None,
        None if arguments.tpm_pcrs.is_some() && present == Some(Some(Seal::Tpm)) => Some(Seal::Tpm),
        None if present.is_some() => None,
        None => ask(host, questions, report)?,
    };
    match (wanted, present) {
        // The registers that it is sealed with are not known.
        (Some(wanted), Some(Some(present)))
            if wanted == present && (wanted == Seal::Host || arguments.tpm_pcrs.is_none()) =>
        {
            report.unchanged(sealed_words(Some(present)))?;
            Ok(None)
        }
        (None, Some(present)) => {
            report.unchanged(sealed_words(present))?;
            Ok(None)
        }
        (None, None) => {
            report.skipped(format!("The master key stays in {}", files.file))?;
            report.leave(format!(
                "The master key lies in {}: copies of the disk and of /var/lib/secinfo hold it, so keep them as secret as the key. To seal it: sudo secinfo setup --only master-key",
                files.file
            ));
            Ok(None)
        }
        (wanted, _) => Ok(wanted),
    }
}

fn ask(
    host: &Host,
    questions: &Questions<'_>,
    report: &Report<'_>,
) -> Result<Option<Seal>, Failure> {
    if !questions.are_asked() {
        return Ok(None);
    }
    let tpm = "To the TPM of this machine: without it, a copy of the whole disk does not open it";
    let host_key = "To a key on the disk of this host: a copy of the whole disk opens it, one of the daemon's files does not";
    let file = "Leave it in its file";
    if credential::has_tpm(host) {
        let choice = questions.choice("Seal the master key", &[tpm, host_key, file], Some(0))?;
        return Ok([Some(Seal::Tpm), Some(Seal::Host), None][choice]);
    }
    report.tell("This machine has no TPM that systemd can use.")?;
    let choice = questions.choice("Seal the master key", &[host_key, file], Some(0))?;
    Ok([Some(Seal::Host), None][choice])
}

/// Refuses if the unit does not load the credential.
fn loads_credential(host: &Host) -> Result<(), Failure> {
    let unit = host.succeed(&Program::new("systemctl", ["cat", UNIT]))?;
    if unit
        .text()
        .lines()
        .any(|line| line.trim().starts_with(LOADS))
    {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "{UNIT} has no line {LOADS}:secinfo.master-key, so the daemon would not find the sealed key: use the unit that ships with secinfo"
    )))
}

/// Offers a copy for a safe place.
fn ask_for_copy(
    host: &Host,
    questions: &Questions<'_>,
    key: &[u8],
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    if !questions.are_asked() {
        return Ok(());
    }
    report.tell("If this machine breaks, a key that is sealed to it is gone, and with it all methods of all users. A backup (sudo secinfo backup) opens elsewhere, too. A copy of the key itself does as well, on a medium that you keep under lock.")?;
    let check = |text: &str| match text {
        "" => Ok(None),
        text if text.starts_with('/') => Ok(Some(text.to_owned())),
        _ => Err("Give an absolute path, or nothing.".to_owned()),
    };
    match questions.text("Write a copy of the key to (Enter for none)", "", check)? {
        Some(path) => write_copy(host, &path, key, report),
        None => Ok(()),
    }
}

/// Writes a copy of the key, unless it exists.
fn write_copy(host: &Host, path: &str, key: &[u8], report: &mut Report<'_>) -> Result<(), Failure> {
    let shown = visible(path);
    if host.has(path) {
        let is_private = host.mode(path).is_some_and(|mode| mode | 0o700 == 0o700);
        if is_private && host.bytes(path)?.is_some_and(|there| is_same(&there, key)) {
            return report.unchanged(format!(
                "A copy of the master key is in {shown}: take it off this machine"
            ));
        }
        return Err(Failure::Refused(format!(
            "{shown} is there already: name a new file"
        )));
    }
    host.create(path, key)?;
    report.done(format!(
        "A copy of the master key is in {shown}: take it off this machine"
    ))
}

/// Has the daemon try the sealed key, which is in its place, and removes the file only then.
async fn finish(
    host: &Host,
    daemon: &impl Daemon,
    files: &KeyFiles,
    former: Option<Zeroizing<Vec<u8>>>,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    loads_credential(host)?;
    if files.in_file.is_some() {
        host.rename(&files.file, &files.aside)?;
    }
    if let Err(why) = tried(host, daemon, &files.file).await {
        undo(host, files, former)?;
        let again = is_well(daemon).await;
        let now = if again.is_ok() {
            "the daemon runs with it again"
        } else {
            "see sudo journalctl -u secinfod"
        };
        return Err(Failure::Refused(format!(
            "the daemon did not start with the sealed key, so the key is where it was, and {now}. {why}"
        )));
    }
    if host.has(&files.aside) {
        host.rename(&files.aside, &files.gone)?;
        host.erase(&files.gone)?;
    }
    host.remove(FORMER)?;
    let seal = credential::sealed(host)?.and_then(|sealed| Seal::of(&sealed));
    report.done(format!(
        "The master key is sealed {}; its file is overwritten and removed",
        seal.map_or("to this machine", Seal::words)
    ))
}

/// Checks that the daemon runs with the credential alone; says why if not.
async fn tried(host: &Host, daemon: &impl Daemon, file: &str) -> Result<(), String> {
    let restarted = host.succeed(&Program::new("systemctl", ["restart", UNIT]));
    restarted.map_err(|failure| failure.to_string())?;
    is_well(daemon).await?;
    if host.has(file) {
        return Err("it made itself a new key, so it was not given the sealed one".to_owned());
    }
    Ok(())
}

/// Restores everything: first the key file, then the credential.
fn undo(host: &Host, files: &KeyFiles, former: Option<Zeroizing<Vec<u8>>>) -> Result<(), Failure> {
    if host.has(&files.aside) {
        host.rename(&files.aside, &files.file)?;
    }
    match former {
        Some(former) => host.write(CREDENTIAL, &former, 0o600)?,
        None => host.remove(CREDENTIAL)?,
    }
    host.remove(FORMER)?;
    // It may have failed so often that systemd would not start it.
    let _ = host.run(&Program::new("systemctl", ["reset-failed", UNIT]));
    host.run(&Program::new("systemctl", ["restart", UNIT]))?;
    Ok(())
}
