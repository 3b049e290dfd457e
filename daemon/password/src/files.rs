//! Files that belong to root: whether they do, and what `passwd(5)`, `shadow(5)` and `login.defs(5)` say.

use crate::error::HelperError;
use sha2::{Digest, Sha256};
use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::ops::RangeInclusive;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use zeroize::Zeroizing;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// The uids of persons where `login.defs` says nothing, as shadow-utils has them.
const USUAL_UIDS: RangeInclusive<u32> = 1000..=60_000;

/// Reads a file that only root could have written.
pub(crate) fn read_trusted(path: &Path) -> Result<Zeroizing<Vec<u8>>, HelperError> {
    let file = File::open(path).map_err(HelperError::file(path))?;
    require_trusted(path)?;
    let size = file.metadata().map_err(HelperError::file(path))?.len();
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1));
    file.take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(HelperError::file(path))?;
    if bytes.len() as u64 == LARGEST {
        return Err(HelperError::malformed(path, "it is too large"));
    }
    Ok(bytes)
}

/// The same; none if there is no such file.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, HelperError> {
    match read_trusted(path) {
        Err(HelperError::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// Requires that a file and all directories on the way to it belong to root, and that no other account can
/// write to them.
pub(crate) fn require_trusted(path: &Path) -> Result<(), HelperError> {
    let real = fs::canonicalize(path).map_err(HelperError::file(path))?;
    let metadata = |path: &Path| path.metadata().map_err(HelperError::file(path));
    if !metadata(&real)?.is_file() {
        return Err(HelperError::Untrusted(path.to_owned()));
    }
    for place in real.ancestors() {
        if !is_roots(&metadata(place)?) {
            return Err(HelperError::Untrusted(path.to_owned()));
        }
    }
    Ok(())
}

fn is_roots(metadata: &Metadata) -> bool {
    metadata.uid() == 0 && metadata.mode() & 0o022 == 0
}

/// What `/etc/passwd` says of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswdEntry {
    /// The uid.
    pub uid: u32,
}

/// What `/etc/shadow` says of a user. Not printed: it holds a hash of the password.
#[derive(Clone, PartialEq, Eq)]
pub struct ShadowEntry {
    hash: Zeroizing<Vec<u8>>,
    last_change: Option<i64>,
    longest_age: Option<i64>,
    inactive_after: Option<i64>,
    expires: Option<i64>,
}

/// What stands for a hash without revealing it: two are alike if nobody set a password in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) struct Fingerprint([u8; 32]);

/// A file holds more than one entry of a user, or one that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the entry of the user cannot be read, or there are two")]
pub struct UnreadableEntry;

/// The fields of the one line that begins with this name; none if there is none.
fn fields<'f>(file: &'f [u8], name: &str) -> Result<Option<Vec<&'f [u8]>>, UnreadableEntry> {
    let mut lines = file
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b":"));
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    if lines.next().is_some() {
        return Err(UnreadableEntry);
    }
    Ok(Some(line.split(|byte| *byte == b':').collect()))
}

fn number<T: std::str::FromStr>(field: &[u8]) -> Result<T, UnreadableEntry> {
    let text = str::from_utf8(field).map_err(|_| UnreadableEntry)?;
    text.parse().map_err(|_| UnreadableEntry)
}

impl PasswdEntry {
    /// The entry of a user in the text of the file; none if there is none.
    ///
    /// # Errors
    /// [`UnreadableEntry`]
    pub fn find(file: &[u8], name: &str) -> Result<Option<Self>, UnreadableEntry> {
        let Some(fields) = fields(file, name)? else {
            return Ok(None);
        };
        let [_, uid, _, _, _, _] = fields[..] else {
            return Err(UnreadableEntry);
        };
        Ok(Some(Self { uid: number(uid)? }))
    }
}

impl ShadowEntry {
    /// The entry of a user in the text of the file; none if there is none.
    ///
    /// # Errors
    /// [`UnreadableEntry`]
    pub fn find(file: &[u8], name: &str) -> Result<Option<Self>, UnreadableEntry> {
        let Some(fields) = fields(file, name)? else {
            return Ok(None);
        };
        let [
            hash,
            last_change,
            _,
            longest_age,
            _,
            inactive_after,
            expires,
            _,
        ] = fields[..]
        else {
            return Err(UnreadableEntry);
        };
        // As pam_unix reads them: empty and -1 are none.
        let days = |field: &[u8]| match field {
            b"" | b"-1" => Ok(None),
            field => number(field).map(Some),
        };
        Ok(Some(Self {
            hash: Zeroizing::new(hash.to_vec()),
            last_change: days(last_change)?,
            longest_age: days(longest_age)?,
            inactive_after: days(inactive_after)?,
            expires: days(expires)?,
        }))
    }

    /// Whether an administrator has locked the password, or there never was one.
    pub fn is_locked(&self) -> bool {
        matches!(self.hash.first(), Some(b'!' | b'*'))
    }

    /// Whether there is a hash as crypt(5) makes them, and no word in its place.
    pub fn has_password(&self) -> bool {
        match self.hash.as_slice() {
            [b'$', ..] => true,
            [b'_', rest @ ..] => rest.len() == 19,
            hash => hash.len() == 13 && hash.iter().all(|byte| is_crypt64(*byte)),
        }
    }

    /// Whether the account has expired by this day, counted from 1970, or has been inactive for too long
    /// after its password expired: as `pam_unix` sees it.
    pub fn is_expired(&self, today: i64) -> bool {
        if self.expires.is_some_and(|day| today >= day) {
            return true;
        }
        match (self.last_change, self.longest_age, self.inactive_after) {
            // A password of the day 0 must be changed at the next sign-in, however late that is.
            (Some(changed @ 1..), Some(age), Some(inactive)) => {
                today.saturating_sub(changed) > age.saturating_add(inactive)
            }
            _ => false,
        }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new_with_prefix(b"secinfo password\0");
        hash.update(&*self.hash);
        Fingerprint(hash.finalize().into())
    }
}

/// Whether crypt(5) writes a hash of DES with it.
fn is_crypt64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/')
}

/// The uids of persons, `UID_MIN` to `UID_MAX`, by the text of `login.defs`. Root's is never one.
///
/// # Errors
/// [`UnreadableEntry`] if one of them is no number or is said twice.
pub fn persons(login_defs: &[u8]) -> Result<RangeInclusive<u32>, UnreadableEntry> {
    let value = |name: &[u8], usual: u32| {
        let mut said = login_defs.split(|byte| *byte == b'\n').filter_map(|line| {
            let mut words = line
                .split(u8::is_ascii_whitespace)
                .filter(|word| !word.is_empty());
            (words.next() == Some(name)).then(|| words.next().unwrap_or_default())
        });
        let value = said.next().map_or(Ok(usual), number)?;
        said.next().map_or(Ok(value), |_| Err(UnreadableEntry))
    };
    let first = value(b"UID_MIN", *USUAL_UIDS.start())?;
    Ok(first.max(1)..=value(b"UID_MAX", *USUAL_UIDS.end())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shadow(line: &str) -> ShadowEntry {
        let entry = ShadowEntry::find(line.as_bytes(), "alice");
        entry.unwrap().unwrap()
    }

    #[test]
    fn an_entry_is_found_by_the_whole_name() {
        let file = b"alice2:x:1001:1001::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n\xff\xfe\n";
        assert_eq!(PasswdEntry::find(file, "alice").unwrap().unwrap().uid, 1000);
        assert_eq!(PasswdEntry::find(file, "ali"), Ok(None));
        assert_eq!(PasswdEntry::find(file, ""), Ok(None));
    }

    #[test]
    fn an_entry_that_is_there_twice_or_broken_is_no_entry() {
        for file in [
            "alice:x:1000:1000::/:/bin/sh\nalice:x:0:0::/:/bin/sh\n",
            "alice:x:1000\n",
            "alice:x:-1:1000::/:/bin/sh",
            "alice:x:99999999999:1000::/:/bin/sh",
        ] {
            assert!(
                PasswdEntry::find(file.as_bytes(), "alice").is_err(),
                "{file}"
            );
        }
        for file in [
            "alice:!:1:0:99999:7:::\nalice:$6$a$b:1:0:99999:7:::",
            "alice:$6$a$b",
            "alice:$6$a$b:x:0:99999:7:::",
            "alice:$6$a$b:1:0:99999:7::tomorrow:",
        ] {
            assert!(
                ShadowEntry::find(file.as_bytes(), "alice").is_err(),
                "{file}"
            );
        }
    }

    #[test]
    fn a_locked_password_and_a_word_in_its_place_are_no_passwords() {
        for hash in ["!", "!!", "*", "!$6$salt$hash", "*LK*"] {
            assert!(shadow(&format!("alice:{hash}:1:0:99999:7:::")).is_locked());
        }
        for hash in ["", "x", "NP", "needs a hash!"] {
            let entry = shadow(&format!("alice:{hash}:1:0:99999:7:::"));
            assert!(!entry.is_locked() && !entry.has_password(), "{hash}");
        }
        for hash in ["$6$salt$hash", "$y$j9T$salt$hash", "abJnggxhB/yWI"] {
            let entry = shadow(&format!("alice:{hash}:1:0:99999:7:::"));
            assert!(!entry.is_locked() && entry.has_password(), "{hash}");
        }
    }

    #[test]
    fn an_account_expires_on_its_day_and_after_its_inactivity() {
        for (line, day, is_expired) in [
            ("alice:h:100:0:99999:7:::", 90_000, false),
            ("alice:h:100:0:99999:7::200:", 199, false),
            ("alice:h:100:0:99999:7::200:", 200, true),
            ("alice:h:100:0:99999:7::-1:", 200, false),
            ("alice:h:100:0:10:7:5::", 115, false),
            ("alice:h:100:0:10:7:5::", 116, true),
            ("alice:h:100:0:10:7:::", 5000, false),
            ("alice:h:0:0:10:7:5::", 5000, false),
            (
                "alice:h:9223372036854775807:0:9223372036854775807:7:1::",
                1,
                false,
            ),
        ] {
            assert_eq!(shadow(line).is_expired(day), is_expired, "{line} on {day}");
        }
    }

    #[test]
    fn persons_are_numbered_as_login_defs_says() {
        assert_eq!(persons(b""), Ok(1000..=60_000));
        let text = b"# UID_MIN 1\nUID_MIN\t\t  500\nSYS_UID_MIN 100\n UID_MAX 700 # last\n";
        assert_eq!(persons(text), Ok(500..=700));
        assert_eq!(persons(b"UID_MIN 0"), Ok(1..=60_000));
        for text in [
            "UID_MIN x",
            "UID_MIN",
            "UID_MIN 1000\nUID_MIN 1",
            "UID_MAX -1",
        ] {
            assert_eq!(persons(text.as_bytes()), Err(UnreadableEntry), "{text}");
        }
    }
}
