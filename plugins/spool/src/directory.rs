//! The directory of messages, one JSON file each.

use secinfo_channel::{MessagePurpose, Request};
use serde::Serialize;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// The content of a file.
#[derive(Serialize)]
struct Content<'a> {
    message: &'a str,
    purpose: MessagePurpose,
    destination: &'a str,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
    code: &'a str,
    language: &'a str,
    organization: &'a str,
    host: &'a str,
    service: &'a str,
    origin: &'a str,
    attempt: u32,
    /// When it was written: milliseconds since 1970-01-01 00:00 UTC.
    time: u64,
}

/// The directory that messages are written to.
pub(crate) struct Directory {
    path: PathBuf,
    /// The time in the name of the latest file; the next one is later, so that names are unique.
    last: u64,
}

impl Directory {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self { path, last: 0 }
    }

    /// Writes a message atomically and durably, replacing the file of an earlier attempt.
    ///
    /// A file is named `<time>-<message id>.json`, the time in milliseconds with 15 digits, so that
    /// names sort in the order of arrival.
    pub(crate) fn write(&mut self, request: &Request) -> io::Result<()> {
        if !is_id(&request.message) {
            return Err(ErrorKind::InvalidInput.into());
        }
        let time = now().max(self.last + 1);
        self.last = time;
        let bytes = Zeroizing::new(serde_json::to_vec_pretty(&content(request, time))?);
        let target = match self.file_of(&request.message)? {
            Some(earlier) => earlier,
            None => self
                .path
                .join(format!("{time:015}-{}.json", request.message)),
        };
        let temporary = self.path.join(format!(".{}.new", request.message));
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, target)?;
        File::open(&self.path)?.sync_all()
    }

    /// The existing file of a message.
    fn file_of(&self, id: &str) -> io::Result<Option<PathBuf>> {
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            if id_of(&path) == Some(id) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }
}

fn content(request: &Request, time: u64) -> Content<'_> {
    Content {
        message: &request.message,
        purpose: request.purpose,
        destination: &request.destination,
        subject: &request.subject,
        text: &request.text,
        html: &request.html,
        code: &request.code,
        language: &request.language,
        organization: &request.organization,
        host: &request.host,
        service: &request.service,
        origin: &request.origin,
        attempt: request.attempt,
        time,
    }
}

/// The message id in a file's name.
fn id_of(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?.strip_suffix(".json")?;
    Some(name.split_once('-')?.1)
}

/// Whether a text is a message id, which is safe as part of a file's name.
fn is_id(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}
