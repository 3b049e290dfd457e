//! Channels that write messages to a spool directory, and reading messages from it.

use crate::accounts::{CHANNEL_ACCOUNT, CHANNEL_UID};
use crate::client::{Client, Refusal};
use crate::daemon::binary;
use crate::host::{Setup, TestHost};
use secinfo_wire::{Enrolled, EnrollmentDetails};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use zbus::{OwnedObjectPath, OwnedVariant, Variant};

/// How long a message may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A message in the spool.
#[derive(Debug, Clone, Deserialize)]
pub struct SpooledMessage {
    /// The message's id.
    pub message: String,
    /// Its purpose.
    pub purpose: String,
    /// Its destination.
    pub destination: String,
    /// The subject of an email.
    pub subject: String,
    /// The whole text.
    pub text: String,
    /// The HTML of an email.
    pub html: String,
    /// The code.
    pub code: String,
    /// The language.
    pub language: String,
    /// The service for which it was sent.
    pub service: String,
    /// Where the user signs in from.
    pub origin: String,
}

/// The daemon's reply to a request to send a code.
pub type SentCode = HashMap<String, OwnedVariant>;

impl Setup {
    /// Configures channels for texts, calls and emails that write to the host's spool.
    #[must_use]
    pub fn spool(self) -> Self {
        ["text", "call", "email"].into_iter().fold(
            self.daemon("allow_spool = true\nplugin_directory = \"{host}/plugins\""),
            |setup, kind| setup.channel(kind, kind, "spool", "spool.toml", ""),
        )
    }

    /// Configures a channel. `plugin` is in the directory `plugins` of the host's directory, and
    /// `settings` is a file in the host's directory.
    #[must_use]
    pub fn channel(
        self,
        name: &str,
        kind: &str,
        plugin: &str,
        settings: &str,
        lines: &str,
    ) -> Self {
        let settings = format!("{{host}}/{settings}");
        self.more(&format!(
            "[channel.{name}]\nkind = \"{kind}\"\nplugin = \"{plugin}\"\nsettings = \"{settings}\"\n\
             user = \"{CHANNEL_ACCOUNT}\"\nwritable = [\"{{host}}/spool\"]\n{lines}\n"
        ))
    }
}

impl TestHost {
    /// The spool directory.
    pub fn spool(&self) -> PathBuf {
        self.directory().join("spool")
    }

    /// Installs what the channels of [`Setup::spool`] need: the plugin, its private settings, and
    /// the spool directory.
    pub(crate) fn prepare_spool(&self) {
        let plugins = self.directory().join("plugins");
        for directory in [&plugins, &self.spool()] {
            fs::create_dir(directory).unwrap();
            fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
        }
        std::os::unix::fs::chown(self.spool(), Some(CHANNEL_UID), Some(CHANNEL_UID)).unwrap();
        let library = "libsecinfo_spool.so";
        fs::copy(binary(library), plugins.join(library)).unwrap();
        let settings = format!("directory = \"{}\"\n", self.spool().display());
        self.write_settings("spool.toml", &settings);
    }

    /// Writes the settings of a channel, readable by the daemon only.
    pub fn write_settings(&self, name: &str, text: &str) {
        let path = self.directory().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// The messages in the spool except notices, in the order of arrival.
    pub fn messages(&self) -> Vec<SpooledMessage> {
        let mut messages = self.spooled();
        messages.retain(|message| message.purpose != "notice");
        messages
    }

    /// The notices in the spool, in the order of arrival.
    pub fn notices(&self) -> Vec<SpooledMessage> {
        let mut messages = self.spooled();
        messages.retain(|message| message.purpose == "notice");
        messages
    }

    fn spooled(&self) -> Vec<SpooledMessage> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.spool())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        files.sort();
        files.iter().map(|file| read(file)).collect()
    }

    /// Waits for message `number` (from 1) in the spool, not counting notices, and returns it.
    pub async fn message(&self, number: usize) -> SpooledMessage {
        self.nth(number, Self::messages).await
    }

    /// Waits for notice `number` (from 1) in the spool, and returns it.
    pub async fn notice(&self, number: usize) -> SpooledMessage {
        self.nth(number, Self::notices).await
    }

    async fn nth(
        &self,
        number: usize,
        spooled: impl Fn(&Self) -> Vec<SpooledMessage>,
    ) -> SpooledMessage {
        let begun = Instant::now();
        loop {
            let messages = spooled(self);
            if messages.len() >= number {
                return messages[number - 1].clone();
            }
            assert!(
                begun.elapsed() < TIMEOUT,
                "{} messages instead of {number}: {}",
                messages.len(),
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn read(file: &Path) -> SpooledMessage {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

impl Client {
    /// Starts to enrol a destination of this user.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub async fn start_destination(
        &self,
        kind: &str,
        destination: &str,
        place: Option<&str>,
    ) -> Result<(OwnedObjectPath, EnrollmentDetails), Refusal> {
        let mut options = HashMap::from([("destination", Variant::from(destination.to_owned()))]);
        if let Some(place) = place {
            options.insert("place", Variant::from(place.to_owned()));
        }
        self.start_enrollment(kind, options).await
    }

    /// Asks the daemon to send a code in a session (`Enrollment` or `Verification`).
    ///
    /// # Errors
    /// The daemon's refusal.
    pub async fn send_code(&self, path: &str, interface: &str) -> Result<SentCode, Refusal> {
        self.call(path, interface, "SendCode", &()).await
    }

    /// Enrols a destination of this user, with the code from the host's spool.
    pub async fn enroll_destination(
        &self,
        host: &TestHost,
        kind: &str,
        destination: &str,
        place: Option<&str>,
    ) -> Enrolled {
        let before = host.messages().len();
        let (path, _) = self
            .start_destination(kind, destination, place)
            .await
            .unwrap();
        self.send_code(path.as_str(), "Enrollment").await.unwrap();
        let message = host.message(before + 1).await;
        self.finish_enrollment(path.as_str(), &message.code)
            .await
            .unwrap()
    }
}
