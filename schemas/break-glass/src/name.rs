//! The names of the files: the id of a code that can be used, and when and where a used one was.

use std::fmt;
use std::str::FromStr;

/// The most characters of a service's name that stay in a file's name.
const LONGEST_SERVICE: usize = 64;

/// The id of a code: 128 random bits, written as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 16]);

impl Id {
    /// The id made of these random bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes of the id.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl FromStr for Id {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let bytes = data_encoding::HEXLOWER
            .decode(text.as_bytes())
            .map_err(|_| InvalidName)?;
        bytes.try_into().map(Self).map_err(|_| InvalidName)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

/// A text that is no such name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the id of a break-glass code is 32 lower-case hexadecimal digits: see them with \"secinfo break-glass list\""
)]
pub struct InvalidName;

/// The name of the file of a code that was used: `<id>.used-<seconds>-<service>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedName {
    /// The code.
    pub id: Id,
    /// When it was used, in seconds since 1970.
    pub used: u64,
    /// The PAM service that accepted it.
    pub service: String,
}

impl UsedName {
    /// The name for a use now. Of the service, characters other than ASCII letters, digits, `_`,
    /// `.` and `-` become `_`, and 64 are kept.
    pub fn new(id: Id, used: u64, service: &str) -> Self {
        let mut service: String = service
            .chars()
            .take(LONGEST_SERVICE)
            .map(|c| if is_plain(c) { c } else { '_' })
            .collect();
        if service.is_empty() {
            service.push('_');
        }
        Self { id, used, service }
    }
}

const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

impl fmt::Display for UsedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.used-{}-{}", self.id, self.used, self.service)
    }
}

/// What the name of a file says of the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileName {
    /// It can be used.
    Unused(Id),
    /// It was used.
    Used(UsedName),
}

impl FileName {
    /// Reads the name of a file; `None` for a file that is none of ours.
    pub fn parse(name: &str) -> Option<Self> {
        let Some((id, used)) = name.split_once('.') else {
            return name.parse().ok().map(Self::Unused);
        };
        let (seconds, service) = used.strip_prefix("used-")?.split_once('-')?;
        let one_spelling = seconds == "0" || !seconds.starts_with('0');
        let all_digits = seconds.bytes().all(|byte| byte.is_ascii_digit());
        let good_service =
            (1..=LONGEST_SERVICE).contains(&service.len()) && service.chars().all(is_plain);
        if !(one_spelling && all_digits && good_service) {
            return None;
        }
        Some(Self::Used(UsedName {
            id: id.parse().ok()?,
            used: seconds.parse().ok()?,
            service: service.to_owned(),
        }))
    }

    /// The code.
    pub const fn id(&self) -> Id {
        match self {
            Self::Unused(id) => *id,
            Self::Used(used) => used.id,
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unused(id) => id.fmt(f),
            Self::Used(used) => used.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "000102030405060708090a0b0c0d0e0f";

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in [
            ID.to_owned(),
            format!("{ID}.used-1795356600-sshd"),
            format!("{ID}.used-0-systemd-user.d_1"),
        ] {
            assert_eq!(FileName::parse(&name).unwrap().to_string(), name);
        }
    }

    #[test]
    fn a_service_cannot_leave_the_directory_or_the_name() {
        let id = ID.parse().unwrap();
        for (service, kept) in [
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("s\n h\0", "s__h_"),
            ("é", "_"),
            ("", "_"),
        ] {
            let name = UsedName::new(id, 7, service);
            assert_eq!(name.service, kept);
            assert_eq!(
                FileName::parse(&name.to_string()),
                Some(FileName::Used(name))
            );
        }
        assert_eq!(UsedName::new(id, 7, &"x".repeat(300)).service.len(), 64);
    }

    #[test]
    fn other_files_are_none_of_ours() {
        for name in [
            "",
            "README",
            ".",
            "..",
            &ID[1..],
            &ID.to_uppercase(),
            &format!("{ID}.new"),
            &format!("{ID}.used-"),
            &format!("{ID}.used-1"),
            &format!("{ID}.used-1-"),
            &format!("{ID}.used-01-sshd"),
            &format!("{ID}.used-+1-sshd"),
            &format!("{ID}.used-18446744073709551616-sshd"),
            &format!("{ID}.used-1-a/b"),
            &format!("{ID}.used-1-{}", "x".repeat(65)),
            &format!(".{ID}"),
        ] {
            assert_eq!(FileName::parse(name), None, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn no_name_panics(name in any::<String>()) {
            let _ = FileName::parse(&name);
        }

        #[test]
        fn every_use_has_a_name_that_is_read_back(bytes: [u8; 16], used: u64, service in any::<String>()) {
            let name = UsedName::new(Id::from_bytes(bytes), used, &service);
            prop_assert_eq!(FileName::parse(&name.to_string()), Some(FileName::Used(name)));
        }
    }
}
