//! What a file says: six lines of text.

use crate::user::is_user_name;
use crate::{Code, CodeHash, Id};
use std::fmt::Write;
use std::str::FromStr;

/// The most bytes that a file has.
pub const MAX_FILE_BYTES: usize = 1024;

/// A file of a code: for whom it is, since when, and the hash of the code.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its id.
    pub id: Id,
    /// The name of the account that it lets in.
    pub user: String,
    /// The uid that the account had. A name that comes back with another uid is another user's.
    pub uid: u32,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// The hash of the code.
    pub hash: CodeHash,
}

/// A text that is no such record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRecord {
    /// It has too many bytes, is not UTF-8, or does not end in a line break.
    #[error("it is no small text file of whole lines: revoke it and make another")]
    NoText,
    /// It is of a version that this program does not know.
    #[error("it is of a version that this program does not know: use the program that made it")]
    Version,
    /// A line is missing, or out of place.
    #[error("the line \"{0}\" is missing or out of place: revoke it and make another")]
    Line(&'static str),
    /// A line has a value that cannot be.
    #[error("the line \"{0}\" has a value that cannot be: revoke it and make another")]
    Value(&'static str),
    /// There is more after the last line.
    #[error("it has more lines than it should: revoke it and make another")]
    TooLong,
}

impl Record {
    /// The record of a new code.
    ///
    /// # Errors
    /// When no account can have that name: empty, too long, or with a character that would make
    /// more than one field or line of it.
    pub fn new(
        id: Id,
        user: &str,
        uid: u32,
        created: u64,
        code: &Code,
    ) -> Result<Self, InvalidRecord> {
        if !is_user_name(user) {
            return Err(InvalidRecord::Value("user"));
        }
        Ok(Self {
            id,
            user: user.to_owned(),
            uid,
            created,
            hash: code.hash(id),
        })
    }

    /// Reads a file. Each line stands in its place, once, in one spelling: what is written by
    /// hand is refused rather than guessed.
    pub fn parse(content: &[u8]) -> Result<Self, InvalidRecord> {
        if content.len() > MAX_FILE_BYTES {
            return Err(InvalidRecord::NoText);
        }
        let text = std::str::from_utf8(content).map_err(|_| InvalidRecord::NoText)?;
        let text = text.strip_suffix('\n').ok_or(InvalidRecord::NoText)?;
        let mut lines = text.split('\n');
        let mut value = |key: &'static str| {
            lines
                .next()
                .and_then(|line| line.strip_prefix(key)?.strip_prefix(' '))
                .ok_or(InvalidRecord::Line(key))
        };
        if value("version")? != "1" {
            return Err(InvalidRecord::Version);
        }
        let id = value("id")?
            .parse()
            .map_err(|_| InvalidRecord::Value("id"))?;
        let user = value("user")?.to_owned();
        let uid = number("uid", value("uid")?)?;
        let created = number("created", value("created")?)?;
        let hash = CodeHash::parse(value("sha256")?).ok_or(InvalidRecord::Value("sha256"))?;
        if lines.next().is_some() {
            return Err(InvalidRecord::TooLong);
        }
        if !is_user_name(&user) {
            return Err(InvalidRecord::Value("user"));
        }
        Ok(Self {
            id,
            user,
            uid,
            created,
            hash,
        })
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let Self {
            id,
            user,
            uid,
            created,
            ..
        } = self;
        write!(
            text,
            "version 1\nid {id}\nuser {user}\nuid {uid}\ncreated {created}\nsha256 "
        )
        .expect("writing to a string cannot fail");
        self.hash.write(&mut text);
        text.push('\n');
        text
    }

    /// Whether it is of the account that has this name and uid now.
    pub fn is_of(&self, user: &str, uid: u32) -> bool {
        self.user == user && self.uid == uid
    }

    /// Whether this is its code. Takes as long for any code.
    pub fn accepts(&self, code: &Code) -> bool {
        code.hash(self.id).matches(&self.hash)
    }
}

/// A number in its one spelling.
fn number<N: FromStr + ToString>(key: &'static str, written: &str) -> Result<N, InvalidRecord> {
    let number = written.parse::<N>().ok();
    number
        .filter(|number| number.to_string() == written)
        .ok_or(InvalidRecord::Value(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code() -> Code {
        Code::parse("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG").unwrap()
    }

    fn record() -> Record {
        let id = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
        Record::new(id, "alice", 1000, 1_795_356_600, &code()).unwrap()
    }

    #[test]
    fn a_record_is_read_as_it_is_written() {
        let text = record().to_text();
        assert!(text.starts_with("version 1\nid 000102030405060708090a0b0c0d0e0f\nuser alice\nuid 1000\ncreated 1795356600\nsha256 "));
        let read = Record::parse(text.as_bytes()).unwrap();
        assert_eq!(read.to_text(), text);
        assert!(read.is_of("alice", 1000));
        assert!(!read.is_of("alice", 1001) && !read.is_of("bob", 1000));
        assert!(read.accepts(&code()));
        assert!(!read.accepts(&Code::parse("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGA").unwrap()));
    }

    #[test]
    fn a_code_can_be_of_an_account_of_a_directory() {
        for user in ["Max Muster", "CORP\\max", "CORP/max", "Jürgen", "svc$"] {
            let made = Record::new(record().id, user, 1000, 1, &code()).unwrap();
            let read = Record::parse(made.to_text().as_bytes()).unwrap();
            assert!(read.is_of(user, 1000), "{user}");
        }
    }

    #[test]
    fn what_is_not_exactly_a_record_is_refused() {
        use InvalidRecord::{Line, NoText, TooLong, Value, Version};
        let good = record().to_text();
        let with = |from, to: &str| good.replace(from, to);
        let cases = [
            (String::new(), NoText),
            (good.trim_end().to_owned(), NoText),
            (format!("{good}\n"), TooLong),
            (format!("{good}user bob\n"), TooLong),
            (with("version 1", "version 2"), Version),
            (with("user alice\n", ""), Line("user")),
            (with("user alice", "user  alice"), Value("user")),
            (with("user alice", "user alice "), Value("user")),
            (with("user alice", "user al:ice"), Value("user")),
            (with("user alice", "user "), Value("user")),
            (with("alice\n", "alice\r\n"), Value("user")),
            (with("id 00", "id 0"), Value("id")),
            (with("uid 1000\n", ""), Line("uid")),
            (with("uid 1000", "uid 01000"), Value("uid")),
            (with("uid 1000", "uid -1"), Value("uid")),
            (with("uid 1000", "uid 4294967296"), Value("uid")),
            (with("created 1", "created +1"), Value("created")),
            (with("created 1", "created 01"), Value("created")),
            (with("sha256 ", "sha256 0"), Value("sha256")),
            (with("alice", &"a".repeat(2000)), NoText),
        ];
        for (text, reason) in cases {
            let refusal = Record::parse(text.as_bytes()).err();
            assert_eq!(refusal, Some(reason), "{text:?}");
        }
        assert!(Record::new(record().id, "alice\nuser root", 1, 1, &code()).is_err());
    }

    proptest! {
        #[test]
        fn no_content_panics(content in any::<Vec<u8>>()) {
            let _ = Record::parse(&content);
        }

        #[test]
        fn no_changed_record_panics_or_reads_as_another_text(place in 0_usize..200, byte: u8) {
            let mut content = record().to_text().into_bytes();
            let place = place % content.len();
            content[place] = byte;
            if let Ok(read) = Record::parse(&content) {
                prop_assert_eq!(read.to_text().into_bytes(), content);
            }
        }
    }
}
