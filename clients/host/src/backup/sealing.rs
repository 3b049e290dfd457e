//! Encryption in the form of age (<https://age-encryption.org/v1>): any program that reads it can
//! open a backup, given the key.

use super::passphrase;
use age::{DecryptError, Decryptor, Encryptor, Identity, IdentityFile, Recipient};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::passphrase::Passphrase;
use secinfo_terminal::text::visible;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// What opens a new backup.
pub(crate) enum Sealing {
    /// A passphrase.
    Passphrase(Passphrase),
    /// The keys of these recipients.
    Recipients(Vec<Box<dyn Recipient + Send>>),
}

/// The encrypting writer.
pub(crate) type Sealed<W> = age::stream::StreamWriter<W>;

impl Sealing {
    /// The recipients in the arguments and in files, one a line.
    pub(crate) fn recipients(named: &[String], files: &[PathBuf]) -> Result<Self, Failure> {
        let mut recipients = Vec::new();
        for text in named {
            recipients.push(recipient(text).ok_or_else(|| {
                Failure::Usage(format!(
                    "{} is no recipient of age; one begins with age1, and \"age-keygen -y KEYFILE\" shows it",
                    visible(text)
                ))
            })?);
        }
        for path in files {
            let failed = Failure::file("read", path);
            let file = BufReader::new(File::open(path).map_err(failed)?);
            for (number, line) in (1..).zip(file.lines()) {
                let line = line.map_err(failed)?;
                let line = line.trim();
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                recipients.push(recipient(line).ok_or_else(|| {
                    Failure::Refused(format!(
                        "line {number} of {} is no recipient of age; one begins with age1",
                        visible(&path.display().to_string())
                    ))
                })?);
            }
        }
        if recipients.is_empty() {
            return Err(Failure::Usage(
                "the file names no recipient; a line in it begins with age1".to_owned(),
            ));
        }
        Ok(Self::Recipients(recipients))
    }

    /// Wraps a writer, so that what is written to it is encrypted.
    pub(crate) fn encrypt<W: Write>(self, out: W) -> Result<Sealed<W>, Failure> {
        let encryptor = match self {
            Self::Passphrase(passphrase) => {
                Encryptor::with_user_passphrase(passphrase.as_str().into())
            }
            Self::Recipients(recipients) => {
                let each = recipients
                    .iter()
                    .map(|recipient| &**recipient as &dyn Recipient);
                Encryptor::with_recipients(each).map_err(|error| {
                    Failure::Refused(format!("the backup cannot be encrypted: {error}"))
                })?
            }
        };
        Ok(encryptor.wrap_output(out)?)
    }
}

fn recipient(text: &str) -> Option<Box<dyn Recipient + Send>> {
    if let Ok(recipient) = text.parse::<age::x25519::Recipient>() {
        return Some(Box::new(recipient));
    }
    if let Ok(recipient) = text.parse::<age::tagpq::Recipient>() {
        return Some(Box::new(recipient));
    }
    let recipient = text.parse::<age::tag::Recipient>().ok()?;
    Some(Box::new(recipient))
}

/// What opens a backup.
#[derive(Debug, clap::Args)]
pub(crate) struct Opening {
    /// The file with the key of age that opens it
    #[arg(long, value_name = "KEYFILE")]
    identity: Vec<PathBuf>,
    /// Read the passphrase from the first line of this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// A backup that is being decrypted.
pub(crate) type Opened = Box<dyn Read + Send>;

/// Why a backup was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotOpened {
    /// The file does not begin as a backup does, or the given key does not open it. A wrong key
    /// cannot be told from a damaged file.
    #[error("{0}")]
    Unsound(String),
    /// Any other failure.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<NotOpened> for Failure {
    fn from(error: NotOpened) -> Self {
        match error {
            NotOpened::Unsound(why) => Self::Refused(why),
            NotOpened::Failed(failure) => failure,
        }
    }
}

impl Opening {
    /// The file of the passphrase, where one is named.
    pub(crate) fn passphrase_file(&self) -> Option<&Path> {
        self.passphrase_file.as_deref()
    }

    /// Whether a key is named.
    pub(crate) fn names_a_key(&self) -> bool {
        !self.identity.is_empty()
    }

    /// Begins to decrypt, and asks for the passphrase where one is needed.
    pub(crate) fn open(&self, input: impl Read + Send + 'static) -> Result<Opened, NotOpened> {
        let decryptor =
            Decryptor::new_buffered(BufReader::new(input)).map_err(|error| no_backup(&error))?;
        if decryptor.is_scrypt() {
            let passphrase = match &self.passphrase_file {
                Some(path) => Passphrase::from_file(path)?,
                None => passphrase::ask()?,
            };
            let identity = age::scrypt::Identity::new(passphrase.as_str().into());
            let opened = decryptor
                .decrypt(std::iter::once(&identity as &dyn Identity))
                .map_err(|error| match error {
                    DecryptError::ExcessiveWork { .. } => NotOpened::Unsound(format!(
                        "the passphrase cannot be tried on this machine: {error}"
                    )),
                    error if is_wrong_key(&error) => NotOpened::Unsound(
                        "that passphrase does not open the backup; try again with the one that it was made with, and if that is the one, the file was damaged: take another backup"
                            .to_owned(),
                    ),
                    error => no_backup(&error),
                })?;
            return Ok(Box::new(opened));
        }
        if self.identity.is_empty() && self.passphrase_file.is_some() {
            return Err(NotOpened::Unsound(
                "no passphrase opens the backup: it was encrypted to a key of age, which --identity names, or the file was damaged"
                    .to_owned(),
            ));
        }
        if self.identity.is_empty() {
            return Err(Failure::Usage(
                "the backup is encrypted to a key of age: name the file with that key, with --identity KEYFILE"
                    .to_owned(),
            )
            .into());
        }
        let identities = self.identities()?;
        let opened = decryptor
            .decrypt(identities.iter().map(|identity| &**identity as &dyn Identity))
            .map_err(|error| {
                if is_wrong_key(&error) {
                    NotOpened::Unsound(
                        "that key does not open the backup; name the file with the key that it was encrypted to, and if that is the one, the file was damaged: take another backup"
                            .to_owned(),
                    )
                } else {
                    no_backup(&error)
                }
            })?;
        Ok(Box::new(opened))
    }

    fn identities(&self) -> Result<Vec<Box<dyn Identity + Send + Sync>>, Failure> {
        let mut identities = Vec::new();
        for path in &self.identity {
            let failed = Failure::file("read", path);
            let file = BufReader::new(File::open(path).map_err(failed)?);
            let found = IdentityFile::from_buffer(file)
                .and_then(|file| file.into_identities().map_err(io::Error::other))
                .map_err(failed)?;
            identities.extend(found);
        }
        Ok(identities)
    }
}

const fn is_wrong_key(error: &DecryptError) -> bool {
    matches!(
        error,
        DecryptError::DecryptionFailed
            | DecryptError::KeyDecryptionFailed
            | DecryptError::NoMatchingKeys
    )
}

fn no_backup(error: &DecryptError) -> NotOpened {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    if let DecryptError::Io(error) = error
        && ![InvalidData, InvalidInput, UnexpectedEof].contains(&error.kind())
    {
        let why = format!("the backup cannot be read: {error}");
        return Failure::Refused(why).into();
    }
    NotOpened::Unsound(format!(
        "the file is no backup that this version can read ({error}); take another one"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_told_from_anything_else() {
        let key = age::x25519::Identity::generate();
        assert!(recipient(&key.to_public().to_string()).is_some());
        for text in ["", "age1", "alice", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1"] {
            assert!(recipient(text).is_none(), "{text}");
        }
        assert!(Sealing::recipients(&[], &[]).is_err());
    }

    #[test]
    fn what_is_encrypted_to_a_key_opens_with_it_alone() {
        let directory = tempfile::tempdir().unwrap();
        let (key, other) = (
            age::x25519::Identity::generate(),
            age::x25519::Identity::generate(),
        );
        let file_of = |name: &str, key: &age::x25519::Identity| {
            use age::secrecy::ExposeSecret;
            let path = directory.path().join(name);
            std::fs::write(&path, key.to_string().expose_secret()).unwrap();
            path
        };
        let (key_file, other_file) = (file_of("key", &key), file_of("other", &other));
        let list = directory.path().join("recipients");
        std::fs::write(
            &list,
            format!("# those of the safe\n\n{}\n", key.to_public()),
        )
        .unwrap();
        let mut writer = Sealing::recipients(&[], &[list])
            .unwrap()
            .encrypt(Vec::new())
            .unwrap();
        writer.write_all(b"all of it").unwrap();
        let sealed = writer.finish().unwrap();
        let open = |identity: Vec<PathBuf>| {
            let opening = Opening {
                identity,
                passphrase_file: None,
            };
            let mut text = String::new();
            let mut opened = opening.open(io::Cursor::new(sealed.clone()))?;
            opened.read_to_string(&mut text).unwrap();
            Ok::<_, NotOpened>(text)
        };
        assert_eq!(
            open(vec![other_file.clone(), key_file]).unwrap(),
            "all of it"
        );
        let refused = open(vec![other_file]).unwrap_err();
        assert!(refused.to_string().contains("does not open"), "{refused}");
        assert!(
            open(Vec::new())
                .unwrap_err()
                .to_string()
                .contains("--identity")
        );
    }
}
