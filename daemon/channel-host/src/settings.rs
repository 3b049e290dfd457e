//! Reads the plugin's settings: a TOML file, and secrets in separate files.

use crate::error::HostError;
use rustix::fs::{FileType, Mode, OFlags};
use secinfo_typed::unseen_in_lines;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The maximum size of a file, in bytes.
const MAX_FILE: u64 = 64 << 10;

/// The variable in which systemd passes the directory of credentials.
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// The settings, as the plugin gets them.
pub(crate) struct Settings {
    /// A JSON object.
    pub(crate) json: Zeroizing<String>,
    /// The secret values, which are redacted from everything that the plugin says.
    pub(crate) secrets: Vec<Zeroizing<String>>,
}

impl Settings {
    /// Reads the file, otherwise the credential "settings"; without both, the settings are empty.
    ///
    /// # Errors
    ///
    /// [`HostError::File`] and [`HostError::Settings`]; neither contains a value.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, HostError> {
        let credentials = std::env::var_os(CREDENTIALS_DIRECTORY).map(PathBuf::from);
        let (path, text) = match (path, &credentials) {
            (Some(path), Some(directory)) if path.starts_with(directory) => {
                (path.to_owned(), read_credential(path)?)
            }
            (Some(path), _) => (path.to_owned(), read_private(path)?),
            (None, Some(directory)) if directory.join("settings").exists() => {
                let path = directory.join("settings");
                let text = read_credential(&path)?;
                (path, text)
            }
            (None, _) => (PathBuf::new(), Zeroizing::default()),
        };
        if let Some(unseen) = unseen_in_lines(&text, '#').next() {
            return Err(HostError::file(
                &path,
                format!(
                    "line {}, character {}: there is {unseen}, which cannot be seen: remove it",
                    unseen.line, unseen.column
                ),
            ));
        }
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            // The parser's message quotes the line, which may hold a secret.
            let line = error
                .span()
                .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            HostError::file(&path, format!("line {line} is not TOML"))
        })?;
        let mut reader = SettingsReader {
            credentials,
            secrets: Vec::new(),
        };
        let value = reader.table(table, "")?;
        Ok(Self {
            json: Zeroizing::new(value.to_string()),
            secrets: reader.secrets,
        })
    }
}

struct SettingsReader {
    credentials: Option<PathBuf>,
    secrets: Vec<Zeroizing<String>>,
}

impl SettingsReader {
    fn value(&mut self, value: toml::Value, name: &str) -> Result<Value, HostError> {
        Ok(match value {
            toml::Value::String(text) => Value::String(text),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(truth) => truth.into(),
            toml::Value::Datetime(time) => time.to_string().into(),
            toml::Value::Array(values) => values
                .into_iter()
                .map(|value| self.value(value, name))
                .collect::<Result<_, _>>()?,
            toml::Value::Table(table) => match secret_source(&table) {
                Some(source) => self.secret(source, name)?,
                None => self.table(table, name)?,
            },
        })
    }

    fn table(&mut self, table: toml::Table, name: &str) -> Result<Value, HostError> {
        table
            .into_iter()
            .map(|(key, value)| {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                if let toml::Value::String(text) = &value
                    && is_secret_name(&key)
                {
                    self.secrets.push(Zeroizing::new(text.clone()));
                }
                Ok((key, self.value(value, &name)?))
            })
            .collect::<Result<serde_json::Map<_, _>, _>>()
            .map(Value::Object)
    }

    fn secret(&mut self, source: SecretSource, name: &str) -> Result<Value, HostError> {
        let mut secret = match source {
            SecretSource::Credential(credential) => {
                let directory = self.credentials.as_ref().ok_or_else(|| {
                    HostError::Settings(format!(
                        "the setting `{name}` wants the credential {credential}, but systemd passed none: add LoadCredential={credential} to the unit, or use {{ file = \"…\" }}"
                    ))
                })?;
                if credential.contains('/') || credential.starts_with('.') {
                    return Err(HostError::Settings(format!(
                        "the setting `{name}` names a credential that cannot be one"
                    )));
                }
                read_credential(&directory.join(credential))?
            }
            SecretSource::File(path) if path.is_absolute() => read_private(&path)?,
            SecretSource::File(_) => {
                return Err(HostError::Settings(format!(
                    "the setting `{name}` names a file: give its whole path"
                )));
            }
        };
        if secret.ends_with('\n') {
            secret.pop();
            if secret.ends_with('\r') {
                secret.pop();
            }
        }
        let value = Value::String(secret.as_str().to_owned());
        self.secrets.push(secret);
        Ok(value)
    }
}

/// Whether a setting with this name is a secret even if it is written in the settings themselves.
fn is_secret_name(key: &str) -> bool {
    ["password", "secret", "token", "key"]
        .iter()
        .any(|word| key.contains(word))
}

/// The source of a value that is not in the settings themselves.
enum SecretSource {
    Credential(String),
    File(PathBuf),
}

/// Recognizes `{ credential = "…" }` and `{ file = "…" }`.
fn secret_source(table: &toml::Table) -> Option<SecretSource> {
    let mut entries = table.iter();
    match (entries.next(), entries.next()) {
        (Some((key, toml::Value::String(text))), None) if key == "credential" => {
            Some(SecretSource::Credential(text.clone()))
        }
        (Some((key, toml::Value::String(text))), None) if key == "file" => {
            Some(SecretSource::File(text.into()))
        }
        _ => None,
    }
}

/// Reads a file with secrets, if root or this process's user owns it and others cannot read it.
fn read_private(path: &Path) -> Result<Zeroizing<String>, HostError> {
    read(path, |stat| {
        let ourselves = rustix::process::geteuid();
        if stat.st_uid != 0 && stat.st_uid != ourselves.as_raw() {
            return Some("must belong to root, or to the user that starts the channel: use chown");
        }
        (stat.st_mode & 0o077 != 0).then_some("can be read by others: use chmod 600")
    })
}

/// Reads a credential from systemd, which sets its mode.
fn read_credential(path: &Path) -> Result<Zeroizing<String>, HostError> {
    read(path, |_| None)
}

fn read(
    path: &Path,
    check_owner: impl FnOnce(&rustix::fs::Stat) -> Option<&'static str>,
) -> Result<Zeroizing<String>, HostError> {
    let wrong = |why: &dyn ToString| HostError::file(path, why.to_string());
    // Non-blocking, because opening a pipe would wait for its writer.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = rustix::fs::open(path, flags, Mode::empty())
        .map_err(|error| wrong(&format!("cannot be opened: {error}")))?;
    let stat = rustix::fs::fstat(&file).map_err(|error| wrong(&error))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(wrong(&"is no file"));
    }
    if let Some(why) = check_owner(&stat) {
        return Err(wrong(&why));
    }
    let mut text = Zeroizing::new(String::with_capacity(
        usize::try_from(stat.st_size.clamp(0, 64 << 10)).unwrap_or_default() + 1,
    ));
    File::from(file)
        .take(MAX_FILE + 1)
        .read_to_string(&mut text)
        .map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    if text.len() as u64 > MAX_FILE {
        return Err(wrong(&"is longer than 64 KiB"));
    }
    Ok(text)
}
