//! The file `~/.google_authenticator` of `pam_google_authenticator`: the secret in base32 on the
//! first line, then options behind a quotation mark, then emergency codes. It is read as the module
//! reads it (google-authenticator-libpam 1.11, `pam_google_authenticator.c` and `base32.c`), not as
//! its FILEFORMAT describes it: what the module takes is taken, and a file with which it lets nobody
//! in is refused.

#[cfg(test)]
mod differential;

use super::codes::Codes;
use secinfo_typed::{Unseen, base32, first_unseen, is_utf_16};
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// The most bytes that such a file has.
pub const LARGEST_FILE: usize = 64 << 10;

/// The bytes of a secret that RFC 4226 section 4 (R6) requires.
const RECOMMENDED: usize = 16;

/// The content of the file. It holds the secret, so it has no `Debug`.
pub struct GoogleAuthenticator {
    /// The secret.
    pub secret: Zeroizing<Vec<u8>>,
    /// How codes are made.
    pub codes: Codes,
    /// By how many steps the module has found the clock of the app to be ahead.
    pub skew: i32,
    /// The newest time step of which the module has noted that a code was used; 0 for none.
    pub used: u64,
    /// How many emergency codes it holds, which are not read.
    pub emergency_codes: usize,
}

/// What is wrong with the file; a sentence that never holds the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is not text.
    #[error("it is no text file: give the file that google-authenticator has written")]
    NoText,
    /// It is in UTF-16.
    #[error(
        "it is in UTF-16, which pam_google_authenticator does not read: save it as UTF-8, or give the file as it was"
    )]
    Utf16,
    /// The line of its secret has a character in it that cannot be seen.
    #[error(
        "line {}, character {}: there is {}, which cannot be seen: remove it, or give the file as google-authenticator has written it",
        .0.line,
        .0.column,
        .0
    )]
    Unseen(Unseen),
    /// Its first line is no secret.
    #[error(
        "its first line is no secret in base32: give the file that google-authenticator has written"
    )]
    NoSecret,
    /// It has none of the options for how codes are made.
    #[error(
        "it does not say whether codes are made by time or by counter: set up a new authenticator app"
    )]
    NoMode,
    /// An option has a value with which the module accepts no code.
    #[error("the option {0} has a value that cannot be: set up a new authenticator app")]
    Option(&'static str),
}

impl GoogleAuthenticator {
    /// Parses the file. Its limits and windows are looked at, and not taken over: the policy of this
    /// host has its own.
    pub fn parse(content: &[u8]) -> Result<Self, Malformed> {
        if is_utf_16(content) {
            return Err(Malformed::Utf16);
        }
        if content.contains(&0) {
            return Err(Malformed::NoText);
        }
        let file = File(content);
        let secret = file.secret()?;
        file.check("RATE_LIMIT", is_rate_limit)?;
        file.check("WINDOW_SIZE", |value| is_number_in(value, 1..=100))?;
        // A counter wins over a clock, but for one below 1, which the module takes for none.
        let counter = file.option("HOTP_COUNTER").map_or(0, leading_number);
        let codes = match u64::try_from(counter) {
            Ok(counter @ 1..) => Codes::ByCounter(counter),
            _ if file.names_totp() => {
                file.check("STEP_SIZE", |value| is_number_in(value, 1..=60))?;
                file.check("DISALLOW_REUSE", are_numbers)?;
                let step = file.option("STEP_SIZE").map_or(30, leading_number);
                let step = u16::try_from(step).map_err(|_| Malformed::Option("STEP_SIZE"))?;
                Codes::ByTime(step)
            }
            _ => return Err(Malformed::NoMode),
        };
        Ok(Self {
            secret,
            codes,
            skew: file.skew(),
            used: file.used(),
            emergency_codes: file.emergency_codes(),
        })
    }

    /// Whether the secret is shorter than a new one must be.
    pub fn is_short(&self) -> bool {
        self.secret.len() < RECOMMENDED
    }
}

/// The bytes of the file, none of them 0.
struct File<'a>(&'a [u8]);

impl<'a> File<'a> {
    fn first_line(&self) -> &'a [u8] {
        self.0
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default()
    }

    /// The secret. The module reads characters of ASCII alone, and no padding.
    fn secret(&self) -> Result<Zeroizing<Vec<u8>>, Malformed> {
        let line = str::from_utf8(self.first_line()).map_err(|_| Malformed::NoSecret)?;
        if let Some(unseen) = first_unseen(line) {
            return Err(Malformed::Unseen(unseen));
        }
        let is_read = line.is_ascii() && !line.contains('=');
        let secret = is_read.then(|| base32(line)).flatten();
        secret.ok_or(Malformed::NoSecret)
    }

    /// What follows the first option of this name.
    fn option(&self, name: &str) -> Option<&'a [u8]> {
        self.lines().find_map(|line| {
            let value = line.strip_prefix(b"\" ")?.strip_prefix(name.as_bytes())?;
            matches!(value.first(), None | Some(b' ' | b'\t')).then(|| value.trim_ascii_start())
        })
    }

    fn check(&self, name: &'static str, is_right: impl Fn(&[u8]) -> bool) -> Result<(), Malformed> {
        if self.option(name).is_none_or(is_right) {
            Ok(())
        } else {
            Err(Malformed::Option(name))
        }
    }

    /// Looked for anywhere, as a part of another word too.
    fn names_totp(&self) -> bool {
        let words = b"\" TOTP_AUTH";
        self.0.windows(words.len()).any(|window| window == words)
    }

    fn skew(&self) -> i32 {
        let skew = self.option("TIME_SKEW").map_or(0, leading_number);
        i32::try_from(skew).unwrap_or(0)
    }

    fn used(&self) -> u64 {
        let mut steps = self.option("DISALLOW_REUSE").unwrap_or_default();
        let mut newest = 0;
        while let Some((step, rest)) = number(steps) {
            newest = newest.max(u64::try_from(step).unwrap_or(0));
            steps = rest;
        }
        newest
    }

    /// The numbers of eight digits behind the secret, up to the first line that is neither such a
    /// number nor an option.
    fn emergency_codes(&self) -> usize {
        self.lines()
            .skip(1)
            .filter(|line| !line.is_empty() && !line.starts_with(b"\""))
            .take_while(|line| {
                let line = line.trim_ascii_start();
                line.len() == 8 && line[0] != b'0' && line.iter().all(u8::is_ascii_digit)
            })
            .count()
    }

    fn lines(&self) -> impl Iterator<Item = &'a [u8]> {
        self.0.split(|byte| matches!(byte, b'\r' | b'\n'))
    }
}

/// As `strtol` reads a number: blanks, a sign, then as many digits as there are, and what is behind
/// them. None without a digit.
fn number(text: &[u8]) -> Option<(i64, &[u8])> {
    let text = text.trim_ascii_start();
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = digits.split_at(length);
    let size = digits.iter().fold(0_i64, |size, digit| {
        size.saturating_mul(10)
            .saturating_add(i64::from(digit - b'0'))
    });
    (length > 0).then_some((if is_negative { -size } else { size }, rest))
}

/// The number with which the text begins; 0 where there is none.
fn leading_number(text: &[u8]) -> i64 {
    number(text).map_or(0, |(number, _)| number)
}

/// Whether a blank or the end is next.
fn is_over(rest: &[u8]) -> bool {
    matches!(rest.first(), None | Some(b' ' | b'\t'))
}

fn is_number_in(value: &[u8], range: RangeInclusive<i64>) -> bool {
    number(value).is_some_and(|(number, rest)| range.contains(&number) && is_over(rest))
}

fn are_numbers(mut value: &[u8]) -> bool {
    while !value.trim_ascii_start().is_empty() {
        match number(value) {
            Some((_, rest)) if is_over(rest) => value = rest,
            _ => return false,
        }
    }
    true
}

/// How many attempts in how many seconds, then when there were some; no blank at the end.
fn is_rate_limit(value: &[u8]) -> bool {
    let Some((1..=100, rest @ [b' ' | b'\t', ..])) = number(value) else {
        return false;
    };
    let Some((1..=3600, rest)) = number(rest) else {
        return false;
    };
    rest.is_empty()
        || is_over(rest) && !rest.ends_with(b" ") && !rest.ends_with(b"\t") && are_numbers(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::process::Command;

    /// A file that the real program writes.
    fn written(arguments: &[&str]) -> Vec<u8> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let status = Command::new("google-authenticator")
            .args(["-f", "-q", "-C", "-s"])
            .arg(&path)
            .args(arguments)
            .output()
            .unwrap();
        assert!(status.status.success(), "{status:?}");
        std::fs::read(path).unwrap()
    }

    fn parse(content: &[u8]) -> GoogleAuthenticator {
        match GoogleAuthenticator::parse(content) {
            Ok(file) => file,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn files_of_the_real_program_are_read() {
        let file = parse(&written(&["-t", "-d", "-r", "3", "-R", "30", "-w", "3"]));
        assert_eq!((file.codes, file.emergency_codes), (Codes::ByTime(30), 5));
        assert_eq!(file.secret.len(), 16);
        assert!(!file.is_short());
        let file = parse(&written(&["-t", "-D", "-u", "-W", "-S", "60", "-e", "0"]));
        assert_eq!((file.codes, file.emergency_codes), (Codes::ByTime(60), 0));
        let file = parse(&written(&["-c", "-u", "-W"]));
        assert!(matches!(file.codes, Codes::ByCounter(_)));
    }

    #[test]
    fn what_the_module_writes_later_is_passed_over() {
        let file = "ABCDEFGHIJKLMNOPQRSTUVWXYZ\n\" RATE_LIMIT 3 30 1795356600\n\" DISALLOW_REUSE 59845220\n\
                    \" TIME_SKEW 0\n\" TOTP_AUTH\n\" LAST0 1795356600 host\n12345678\n";
        let file = parse(file.as_bytes());
        assert_eq!((file.codes, file.emergency_codes), (Codes::ByTime(30), 1));
        assert_eq!((file.skew, file.used), (0, 59_845_220));
    }

    #[test]
    fn a_short_secret_is_noticed() {
        assert!(parse(b"ABCDEFGHIJKLMNOP\n\" TOTP_AUTH\n").is_short());
        assert!(parse(b"ABCDEFGHIJKLMNOPQRSTUVWXY\n\" TOTP_AUTH\n").is_short());
        assert!(!parse(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\n\" TOTP_AUTH\n").is_short());
    }

    #[test]
    fn what_is_malformed_is_said_without_the_secret() {
        for (content, error) in [
            (&b""[..], Malformed::NoSecret),
            (b"ABCD\0", Malformed::NoText),
            (b"A9\n\" TOTP_AUTH\n", Malformed::NoSecret),
            (b"ABCD\n", Malformed::NoMode),
            (
                b"ABCD\n\" TOTP_AUTH\n\" STEP_SIZE 4294967296\n",
                Malformed::Option("STEP_SIZE"),
            ),
        ] {
            let said = GoogleAuthenticator::parse(content).err();
            assert_eq!(said, Some(error), "{content:?}");
            assert!(!error.to_string().contains("ABCD"));
        }
    }

    #[test]
    fn what_an_editor_left_in_the_file_is_named_with_its_place() {
        let said = |content: &[u8]| {
            GoogleAuthenticator::parse(content)
                .err()
                .unwrap()
                .to_string()
        };
        let marked = said("\u{feff}ABCD\n\" TOTP_AUTH\n".as_bytes());
        assert!(
            marked.starts_with("line 1, character 1: there is U+FEFF"),
            "{marked}"
        );
        let blank = said("ABCD\u{a0}EFGH\n\" TOTP_AUTH\n".as_bytes());
        assert!(
            blank.starts_with("line 1, character 5: there is U+00A0"),
            "{blank}"
        );
        let utf_16: Vec<u8> = "\u{feff}ABCD\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(said(&utf_16).contains("UTF-16"));
    }

    #[test]
    fn emergency_codes_are_counted_as_the_module_reads_them() {
        for (rest, count) in [
            ("12345678\r\n\n23456789\n\" LAST0 x 1\n34567890\n", 3),
            ("12345678\n02345678\n34567890\n", 1),
            ("12345678\nnote\n34567890\n", 1),
            ("1234567\n", 0),
        ] {
            let file = format!("ABCD\n\" TOTP_AUTH\n{rest}");
            assert_eq!(parse(file.as_bytes()).emergency_codes, count, "{rest}");
        }
    }

    proptest! {
        #[test]
        fn no_content_panics(content in any::<Vec<u8>>()) {
            let _ = GoogleAuthenticator::parse(&content);
        }

        #[test]
        fn no_lines_of_such_words_panic(lines in prop::collection::vec("[A-Z2-7]{1,30}|\" (TOTP_AUTH|STEP_SIZE|HOTP_COUNTER|LAST0)( [0-9]{0,22})?|[0-9]{8}", 0..9)) {
            let _ = GoogleAuthenticator::parse(lines.join("\n").as_bytes());
        }
    }
}
