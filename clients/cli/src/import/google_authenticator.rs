//! The file `~/.google_authenticator` of `pam_google_authenticator`: the secret in base32 on the
//! first line, then options behind a quotation mark, then emergency codes (google-authenticator-libpam,
//! FILEFORMAT).

use zeroize::Zeroizing;

/// The most bytes that such a file has.
pub const LARGEST_FILE: usize = 64 << 10;

/// The bits of a secret that RFC 4226 section 4 (R6) requires.
const RECOMMENDED_BITS: usize = 128;

/// The content of the file. It holds the secret, so it has no `Debug`.
pub struct GoogleAuthenticator {
    /// The secret, in base32.
    pub secret: Zeroizing<String>,
    /// How codes are made.
    pub codes: Codes,
    /// How many emergency codes it holds, which are not read.
    pub emergency_codes: usize,
}

/// How codes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codes {
    /// By time, with this period in seconds.
    ByTime(u32),
    /// By counter, with this value next.
    ByCounter(u64),
}

/// What is wrong with the file; a sentence that never holds the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is not text.
    #[error("it is no text file: give the file that google-authenticator has written")]
    NoText,
    /// Its first line is no secret.
    #[error(
        "its first line is no secret in base32: give the file that google-authenticator has written"
    )]
    NoSecret,
    /// It has none or both of the options for how codes are made.
    #[error(
        "it does not say whether codes are made by time or by counter: set up a new authenticator app"
    )]
    NoMode,
    /// An option has an impossible value.
    #[error("the option {0} has a value that cannot be: set up a new authenticator app")]
    Option(&'static str),
}

impl GoogleAuthenticator {
    /// Parses the file. Its limits and windows are ignored: the policy of this host has its own.
    pub fn parse(content: &[u8]) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(content).map_err(|_| Malformed::NoText)?;
        let mut lines = text.lines();
        let secret = lines.next().unwrap_or_default().trim_end();
        let is_base32 = |byte: u8| matches!(byte.to_ascii_uppercase(), b'A'..=b'Z' | b'2'..=b'7');
        if secret.is_empty() || !secret.bytes().all(is_base32) {
            return Err(Malformed::NoSecret);
        }
        let (mut by_time, mut step, mut counter) = (false, None, None);
        let mut emergency_codes = 0;
        for line in lines {
            let Some(option) = line.strip_prefix("\" ") else {
                let is_code = line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_digit());
                emergency_codes += usize::from(is_code);
                continue;
            };
            let (name, value) = option.split_once(' ').unwrap_or((option, ""));
            match name {
                "TOTP_AUTH" => by_time = true,
                "STEP_SIZE" => step = Some(number(value, "STEP_SIZE")?),
                "HOTP_COUNTER" => counter = Some(number(value, "HOTP_COUNTER")?),
                _ => {}
            }
        }
        let codes = match (by_time, counter) {
            (true, None) => {
                let step = u32::try_from(step.unwrap_or(30));
                Codes::ByTime(step.map_err(|_| Malformed::Option("STEP_SIZE"))?)
            }
            (false, Some(counter)) => Codes::ByCounter(counter),
            _ => return Err(Malformed::NoMode),
        };
        Ok(Self {
            secret: Zeroizing::new(secret.to_owned()),
            codes,
            emergency_codes,
        })
    }

    /// Whether the secret is shorter than a new one must be.
    pub fn is_short(&self) -> bool {
        // Whole bytes only, as every program that reads base32 does.
        self.secret.len() * 5 / 8 * 8 < RECOMMENDED_BITS
    }
}

fn number(text: &str, option: &'static str) -> Result<u64, Malformed> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| is_number)
        .ok_or(Malformed::Option(option))
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
        assert_eq!(file.secret.len(), 26);
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
            (b"\xff", Malformed::NoText),
            (b"A0\n\" TOTP_AUTH\n", Malformed::NoSecret),
            (b"\" TOTP_AUTH\n", Malformed::NoSecret),
            (b"ABCD\n", Malformed::NoMode),
            (
                b"ABCD\n\" TOTP_AUTH\n\" HOTP_COUNTER 1\n",
                Malformed::NoMode,
            ),
            (
                b"ABCD\n\" HOTP_COUNTER\n",
                Malformed::Option("HOTP_COUNTER"),
            ),
            (
                b"ABCD\n\" HOTP_COUNTER +1\n",
                Malformed::Option("HOTP_COUNTER"),
            ),
            (
                b"ABCD\n\" TOTP_AUTH\n\" STEP_SIZE x\n",
                Malformed::Option("STEP_SIZE"),
            ),
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
