//! The phone and the mailbox of the demo: a directory, where the spool plugin writes each message
//! instead of sending it.

use crate::failure::{Context, Failure, Result};
use crate::workspace::{self, SPOOL};
use crate::{interrupt, screen};
use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A fictional number: the German network agency reserves it for films.
pub(super) const NUMBER: &str = "+49 171 39200 55";
/// A fictional address (RFC 2606).
pub(super) const ADDRESS: &str = "alex@example.org";

/// The kinds of message, each with a channel of the same name.
const KINDS: [&str; 3] = ["text", "call", "email"];
/// How long a message may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The account under which the channel hosts run: one of every Debian system that owns nothing.
const ACCOUNT: &str = "games";
/// Its uid, and the gid of its group.
const ACCOUNT_UID: u32 = 5;

/// Sets up the channels in the directory of the demo: a copy of the plugin that their account can read,
/// settings that only the daemon can read, and the directory for messages.
pub(super) fn prepare(directory: &Path, programs: &Path) -> Result<()> {
    let messages = messages(directory);
    create_directory(&plugins(directory), 0o755)?;
    create_directory(&messages, 0o700)?;
    if rustix::process::geteuid().is_root() {
        chown(&messages, Some(ACCOUNT_UID), Some(ACCOUNT_UID))
            .context(|| format!("give {} to {ACCOUNT}", messages.display()))?;
    }
    let library = workspace::library(SPOOL);
    let built = programs.join(&library);
    fs::copy(&built, plugins(directory).join(&library))
        .context(|| format!("copy {}", built.display()))?;
    let settings = settings(directory);
    let text = format!("directory = \"{}\"\n", messages.display());
    fs::write(&settings, text)
        .and_then(|()| fs::set_permissions(&settings, Permissions::from_mode(0o600)))
        .context(|| format!("write {}", settings.display()))
}

fn create_directory(directory: &Path, mode: u32) -> Result<()> {
    fs::create_dir(directory)
        .and_then(|()| fs::set_permissions(directory, Permissions::from_mode(mode)))
        .context(|| format!("make {}", directory.display()))
}

fn plugins(directory: &Path) -> PathBuf {
    directory.join("plugins")
}

fn settings(directory: &Path) -> PathBuf {
    directory.join("spool.toml")
}

fn messages(directory: &Path) -> PathBuf {
    directory.join("messages")
}

/// The settings for channels in the `[daemon]` section of the configuration.
pub(super) fn daemon_settings(directory: &Path) -> String {
    format!(
        "allow_spool = true\nplugin_directory = \"{}\"\n",
        plugins(directory).display()
    )
}

/// The `[channel.…]` sections of the configuration.
pub(super) fn channel_sections(directory: &Path) -> String {
    let (settings, messages) = (settings(directory), messages(directory));
    let section = |kind| {
        format!(
            "\n[channel.{kind}]\nkind = \"{kind}\"\nplugin = \"spool\"\nsettings = \"{}\"\n\
             user = \"{ACCOUNT}\"\nwritable = [\"{}\"]\n",
            settings.display(),
            messages.display()
        )
    };
    KINDS.map(section).concat()
}

/// A delivered message.
#[derive(Default)]
pub(super) struct Message {
    pub(super) purpose: String,
    pub(super) destination: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) code: String,
}

impl Message {
    fn read(file: &Path) -> Result<Self> {
        let what = || format!("read {}", file.display());
        let bytes = fs::read(file).context(what)?;
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::Wrong(format!("cannot {}: {error}", what())))?;
        let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            purpose: field("purpose"),
            destination: field("destination"),
            subject: field("subject"),
            text: field("text"),
            html: field("html"),
            code: field("code"),
        })
    }

    /// Shows the message as the user sees it.
    pub(super) fn show(&self) {
        screen::say(&format!("\nWhat arrived at {}:", self.destination));
        let mut lines = Vec::new();
        if !self.subject.is_empty() {
            lines.extend([self.subject.as_str(), ""]);
        }
        lines.extend(self.text.trim_end().lines());
        for line in lines {
            screen::say(format!("  | {line}").trim_end());
        }
        if !self.html.is_empty() {
            let size = self.html.len();
            screen::say(&format!("  (and the same as HTML, {size} bytes)"));
        }
    }
}

/// Reads the delivered messages in order.
pub(super) struct Inbox {
    directory: PathBuf,
    /// How many messages were read.
    read: usize,
}

impl Inbox {
    /// The inbox of the demo in this directory.
    pub(super) fn new(directory: &Path) -> Self {
        Self {
            directory: messages(directory),
            read: 0,
        }
    }

    /// Waits for the next unread message that passes the filter, and skips those before it.
    pub(super) fn next(&mut self, filter: impl Fn(&Message) -> bool) -> Result<Message> {
        let end = Instant::now() + TIMEOUT;
        loop {
            let files = self.files()?;
            for (index, file) in files.iter().enumerate().skip(self.read) {
                let message = Message::read(file)?;
                if filter(&message) {
                    self.read = index + 1;
                    return Ok(message);
                }
            }
            if Instant::now() > end {
                return Err(Failure::Wrong(format!(
                    "no message arrived within {} s",
                    TIMEOUT.as_secs()
                )));
            }
            interrupt::sleep(Duration::from_millis(10))?;
        }
    }

    /// The message files in order of arrival: their names start with the time.
    fn files(&self) -> Result<Vec<PathBuf>> {
        let what = || format!("look into {}", self.directory.display());
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.directory).context(what)? {
            let path = entry.context(what)?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// A command that prints the newest code.
    pub(super) fn command_by_hand(&self) -> String {
        let directory = workspace::quoted(&self.directory.to_string_lossy());
        // Notices have no code.
        format!("grep -hE '\"code\": \"[0-9]+' {directory}/*.json | tail -n 1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_in_order_and_only_when_complete() {
        let directory = tempfile::tempdir().unwrap();
        let path = messages(directory.path());
        fs::create_dir(&path).unwrap();
        let write = |name: &str, code: &str| {
            fs::write(path.join(name), format!("{{\"code\": \"{code}\"}}")).unwrap();
        };
        write("3-a.json", "333333");
        write("1-c.json", "");
        write("2-b.json", "222222");
        write(".a.new", "444444");
        let mut inbox = Inbox::new(directory.path());
        let has_code = |message: &Message| !message.code.is_empty();
        assert_eq!(inbox.next(has_code).unwrap().code, "222222");
        assert_eq!(inbox.next(has_code).unwrap().code, "333333");
        write("4-d.json", "555555");
        assert_eq!(inbox.next(has_code).unwrap().code, "555555");
    }
}
