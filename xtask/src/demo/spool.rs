//! The phone and the mailbox of the demo: a directory, to which a plugin of the daemon writes every
//! message instead of sending it.

use crate::failure::{Context, Failure, Result};
use crate::workspace::{self, SPOOL};
use crate::{interrupt, screen};
use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A number that no phone has: the German network agency keeps it free for films.
pub(super) const NUMBER: &str = "+49 171 39200 55";
/// An address that no mailbox has (RFC 2606).
pub(super) const ADDRESS: &str = "alex@example.org";

/// What the daemon may send, each by a channel of the same name.
const KINDS: [&str; 3] = ["text", "call", "email"];
/// How long a message may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The account `nobody`, which the processes of channels become when the daemon runs as root.
const NOBODY: u32 = 65534;

/// Makes what channels need in the directory of the demo: the plugin where `nobody` can read it, its
/// settings where nobody else can, and the directory of messages.
pub(super) fn prepare(directory: &Path, programs: &Path) -> Result<()> {
    let messages = messages(directory);
    create_directory(&plugins(directory), 0o755)?;
    create_directory(&messages, 0o700)?;
    if rustix::process::geteuid().is_root() {
        chown(&messages, Some(NOBODY), Some(NOBODY))
            .context(|| format!("give {} to nobody", messages.display()))?;
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

/// What the daemon's configuration says of channels in `[daemon]`.
pub(super) fn daemon_settings(directory: &Path) -> String {
    format!(
        "allow_spool = true\nplugin_directory = \"{}\"\n",
        plugins(directory).display()
    )
}

/// The sections of the daemon's configuration that are about channels.
pub(super) fn channel_sections(directory: &Path) -> String {
    let (settings, messages) = (settings(directory), messages(directory));
    let section = |kind| {
        format!(
            "\n[channel.{kind}]\nkind = \"{kind}\"\nplugin = \"spool\"\nsettings = \"{}\"\n\
             writable = [\"{}\"]\n",
            settings.display(),
            messages.display()
        )
    };
    KINDS.map(section).concat()
}

/// A message as it arrived.
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

    /// Shows it as the person sees it.
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

/// Where messages arrive.
pub(super) struct Inbox {
    directory: PathBuf,
    /// How many messages were looked at.
    read: usize,
}

impl Inbox {
    /// Of a demo in this directory.
    pub(super) fn new(directory: &Path) -> Self {
        Self {
            directory: messages(directory),
            read: 0,
        }
    }

    /// Waits for the first message of this sort behind those that were looked at. What comes before
    /// it is not looked at any more.
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

    /// The messages, which are named by the time of their arrival.
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

    /// How a person finds the newest code by hand.
    pub(super) fn command_by_hand(&self) -> String {
        let directory = workspace::quoted(&self.directory.to_string_lossy());
        // Notices have none.
        format!("grep -hE '\"code\": \"[0-9]+' {directory}/*.json | tail -n 1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_looked_at_in_order_and_never_half_written() {
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
