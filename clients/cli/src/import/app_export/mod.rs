//! The one-time passwords in the export of an app, a password manager or a server: each format as its
//! program writes it, told apart by its content. What cannot be taken is listed with the reason.

mod entry;
mod item;
mod json;
mod keepass;
mod ldif;
mod migration;
mod table;
mod uri;

pub use entry::Entry;

use entry::Described;
use secinfo_terminal::text::visible;
use std::fmt;

/// The most bytes of an export.
pub const LARGEST_FILE: usize = 4 << 20;

/// What an export holds.
#[derive(Default)]
pub struct Export {
    /// What can be used, in the order of the file.
    pub entries: Vec<Entry>,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
}

/// An entry that cannot be used, and why. It never holds the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// What the entry is called, or where it stands.
    pub name: String,
    /// Why it was left out.
    pub why: String,
}

/// Why an export as a whole cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is encrypted.
    #[error(
        "the export is encrypted: export it again without a password, and delete that file afterwards"
    )]
    Encrypted,
    /// It is a database of KeePass itself.
    #[error(
        "it is a KeePass database: export it from there as XML, and delete that file afterwards"
    )]
    KeePassDatabase,
    /// It is a picture or another file that is not text.
    #[error(
        "it is no text: give the export as text; what a QR code says is one line that begins with otpauth"
    )]
    NoText,
    /// It is in none of the formats.
    #[error(
        "no export that is known: a text file of otpauth URIs, the JSON of Aegis, andOTP, 2FAS, FreeOTP+ or Bitwarden, the \
         XML of KeePass, the CSV of a password manager with a column of one-time passwords, or the LDIF of FreeIPA"
    )]
    Unknown,
    /// It is a table without any.
    #[error("no row of the table has a one-time password: export it with these")]
    NoneInTable,
    /// It begins like one of the formats and goes on otherwise.
    #[error("it is damaged, or of another version than is known: export it again")]
    Damaged,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.why)
    }
}

impl Export {
    /// Reads an export.
    pub fn read(content: &[u8]) -> Result<Self, Unreadable> {
        if content.starts_with(&[0x03, 0xD9, 0xA2, 0x9A]) {
            return Err(Unreadable::KeePassDatabase);
        }
        let text = secinfo_typed::decode(content).ok_or(Unreadable::NoText)?;
        let text = text.trim_start();
        match text.as_bytes() {
            [b'{' | b'[', ..] => json::read(text).or_else(|error| match error {
                Unreadable::Encrypted => Err(error),
                // Other programs put whole URIs into JSON of their own.
                _ => uri::read(text).map_err(|_| error),
            }),
            [b'<', ..] => keepass::read(text),
            _ if ldif::is_export(text) => Ok(ldif::read(text)),
            _ if table::is_export(text) => table::read(text),
            _ => uri::read(text),
        }
    }

    fn add(&mut self, described: Described) {
        let name = described.name();
        match described.entry() {
            Ok(entry) => self.entries.push(entry),
            Err(why) => self.leave_out(name, why),
        }
    }

    fn leave_out(&mut self, name: impl Into<String>, why: impl Into<String>) {
        self.left_out.push(LeftOut {
            name: visible(&name.into()),
            why: why.into(),
        });
    }

    /// Only what is read, so that a file without anything is refused.
    fn or(self, error: Unreadable) -> Result<Self, Unreadable> {
        if self.entries.is_empty() && self.left_out.is_empty() {
            Err(error)
        } else {
            Ok(self)
        }
    }
}

#[cfg(test)]
mod tests;
