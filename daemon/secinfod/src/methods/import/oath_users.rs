//! The file of `pam_oath`, such as `/etc/users.oath`: one method a line, as liboath has it
//! (OATH Toolkit, "UsersFile"): type, user, PIN, secret in hexadecimal, then what was used of it:
//! moving factor, last code, and its time.

use super::{Import, ImportError};
use crate::methods::one_time_password::Secret;
use crate::methods::payload::{MethodPayload, SecretBytes};
use secinfo_domain::kind::{AuthenticatorApp, Credential, HardwareToken};
use secinfo_domain::{
    Counter, Digits, HotpParameters, OtpParameters, Period, Timestamp, TotpParameters, UserName,
};

use zeroize::Zeroizing;

/// Codes with this period come from an app, as a rule; with another, from a token of its own.
const PERIOD_OF_APPS: u16 = 30;

/// A method as a line describes it.
pub struct OathUser {
    /// Whose it is.
    pub user: UserName,
    /// How its codes are made.
    pub parameters: OtpParameters,
    /// Its secret.
    pub secret: Secret,
    /// The counter of the next code; 0 for codes by time.
    pub next: Counter,
}

impl OathUser {
    /// The method that the line makes. Of codes by time, none that was shown before the import is
    /// good.
    pub(crate) fn to_method(&self, now: Timestamp) -> (Credential, MethodPayload) {
        let secret = SecretBytes::from(&self.secret);
        let seconds = now.as_seconds();
        let token = match self.parameters {
            OtpParameters::Totp(parameters) if parameters.period.seconds() == PERIOD_OF_APPS => {
                let app = AuthenticatorApp {
                    parameters,
                    last_step: parameters.period.step_at(seconds),
                };
                return (app.into(), MethodPayload::AuthenticatorApp { secret });
            }
            OtpParameters::Totp(parameters) => HardwareToken::Time {
                parameters,
                last_step: parameters.period.step_at(seconds),
                drift: 0,
            },
            OtpParameters::Hotp(parameters) => HardwareToken::Counter {
                parameters,
                next: self.next,
            },
        };
        let payload = MethodPayload::HardwareToken {
            secret,
            serial: String::new(),
            manufacturer: String::new(),
            model: String::new(),
        };
        (token.into(), payload)
    }
}

/// Reads the whole file.
pub fn read(file: &[u8]) -> Result<Import<OathUser>, ImportError> {
    super::read(file, |line| Ok(vec![read_line(line)?]))
}

fn read_line(line: &str) -> Result<OathUser, String> {
    let mut fields = line.split_ascii_whitespace();
    let kind = fields.next().unwrap_or_default();
    let parameters = parameters(kind)?;
    let user = super::user(fields.next().ok_or("it names no user")?)?;
    let pin = fields.next().ok_or("it has no PIN column and no secret")?;
    if !matches!(pin, "-" | "+") {
        return Err(
            "it has a PIN, which cannot be imported: let the user set up a new method, or put - in \
             its place to go without"
                .to_owned(),
        );
    }
    let secret = secret(fields.next().ok_or("it has no secret")?)?;
    let moving_factor = fields.next();
    let last_code = fields.next();
    let (_time, more) = (fields.next(), fields.next());
    if more.is_some() {
        return Err("it has more columns than liboath writes".to_owned());
    }
    Ok(OathUser {
        user,
        parameters,
        secret,
        next: match parameters {
            OtpParameters::Hotp(_) => next_counter(moving_factor, last_code)?,
            OtpParameters::Totp(_) => Counter(0),
        },
    })
}

fn parameters(kind: &str) -> Result<OtpParameters, String> {
    let unknown = || {
        "its type is none of HOTP, HOTP/E, HOTP/T30 and HOTP/T60, with /6 or /8 behind it or nothing"
            .to_owned()
    };
    let rest = kind.strip_prefix("HOTP").ok_or_else(unknown)?;
    let (period, rest) = if let Some(rest) = rest.strip_prefix("/T30") {
        (Some(30), rest)
    } else if let Some(rest) = rest.strip_prefix("/T60") {
        (Some(60), rest)
    } else {
        (None, rest.strip_prefix("/E").unwrap_or(rest))
    };
    let digits = match rest {
        "" | "/6" => Digits::Six,
        "/8" => Digits::Eight,
        "/7" => {
            return Err("its codes have 7 digits: methods here have 6 or 8".to_owned());
        }
        _ => return Err(unknown()),
    };
    Ok(match period {
        Some(seconds) => OtpParameters::Totp(TotpParameters {
            digits,
            period: Period::try_from(seconds).expect("30 and 60 are periods"),
            ..TotpParameters::default()
        }),
        None => OtpParameters::Hotp(HotpParameters {
            digits,
            ..HotpParameters::default()
        }),
    })
}

fn secret(text: &str) -> Result<Secret, String> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| "its secret is not hexadecimal".to_owned())?;
    Secret::brought_over(&bytes).map_err(|error| error.to_string())
}

/// The moving factor is that of the last code that was accepted, once one was; liboath refuses that
/// very code by comparing it with the column beside.
fn next_counter(moving_factor: Option<&str>, last_code: Option<&str>) -> Result<Counter, String> {
    let Some(text) = moving_factor else {
        return Ok(Counter(0));
    };
    let malformed = || "its counter is no number".to_owned();
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed());
    }
    let counter = Counter(text.parse().map_err(|_| malformed())?);
    match last_code {
        None => Ok(counter),
        Some(_) => counter
            .next()
            .ok_or_else(|| "its counter is at its end: set up a new method".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::LARGEST_FILE;
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "3132333435363738393031323334353637383930";

    fn one(line: &str) -> OathUser {
        let mut import = read(line.as_bytes()).unwrap();
        assert_eq!(import.problems, [], "{line}");
        assert_eq!(import.entries.len(), 1, "{line}");
        import.entries.remove(0).1
    }

    fn problem(line: &str) -> String {
        let import = read(line.as_bytes()).unwrap();
        assert!(import.entries.is_empty(), "{line}");
        import.problems[0].to_string()
    }

    #[test]
    fn every_type_that_liboath_knows_is_read() {
        for (kind, period, digits) in [
            ("HOTP", None, 6),
            ("HOTP/E", None, 6),
            ("HOTP/E/6", None, 6),
            ("HOTP/E/8", None, 8),
            ("HOTP/T30", Some(30), 6),
            ("HOTP/T30/6", Some(30), 6),
            ("HOTP/T30/8", Some(30), 8),
            ("HOTP/T60", Some(60), 6),
            ("HOTP/T60/8", Some(60), 8),
        ] {
            let entry = one(&format!("{kind}\talice\t-\t{SECRET}\n"));
            let read = match entry.parameters {
                OtpParameters::Hotp(_) => None,
                OtpParameters::Totp(parameters) => Some(parameters.period.seconds()),
            };
            assert_eq!(read, period, "{kind}");
            assert_eq!(entry.parameters.digits().count(), digits, "{kind}");
            assert_eq!(entry.user.as_str(), "alice");
            assert_eq!(entry.secret.as_bytes(), b"12345678901234567890");
        }
        for kind in ["HOTP/7", "HOTP/E/7", "HOTP/T30/7"] {
            assert!(problem(&format!("{kind} alice - {SECRET}")).contains("7 digits"));
        }
        for kind in ["TOTP", "HOTP/T90", "HOTP/T30/9", "HOTP/", "hotp", "HOTPx"] {
            assert!(problem(&format!("{kind} alice - {SECRET}")).contains("its type"));
        }
    }

    /// The columns were written by liboath 2.6.7, after it had accepted the code of counter 3.
    #[test]
    fn the_next_counter_is_after_the_last_code_that_was_used() {
        let used = format!("HOTP\talice\t-\t{SECRET}\t3\t969429\t2026-11-23T05:24:51L\n");
        assert_eq!(one(&used).next, Counter(4));
        assert_eq!(one(&format!("HOTP alice + {SECRET} 5")).next, Counter(5));
        assert_eq!(one(&format!("HOTP alice + {SECRET}")).next, Counter(0));
        let by_time = format!("HOTP/T30 alice - {SECRET} 0 574852 2026-11-23T05:24:51L");
        assert_eq!(one(&by_time).next, Counter(0));
        for counter in ["-1", "+1", "x", "18446744073709551616"] {
            assert!(problem(&format!("HOTP alice - {SECRET} {counter}")).contains("counter"));
        }
        let last = format!("HOTP alice - {SECRET} 18446744073709551615 969429");
        assert!(problem(&last).contains("at its end"));
    }

    #[test]
    fn what_cannot_be_imported_is_said_with_its_line() {
        let file = format!(
            "# users\n\nHOTP alice 1234 {SECRET}\nHOTP bob - 00\nHOTP carol - xyz\nHOTP dave\nHOTP\n\
             HOTP/T30 erin - {SECRET}\nHOTP al:ice - {SECRET}\nHOTP frank - {SECRET} 1 2 3 4\n"
        );
        let import = read(file.as_bytes()).unwrap();
        let lines: Vec<_> = import.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7, 9, 10]);
        assert_eq!(import.entries.len(), 1);
        assert_eq!(import.entries[0].0, 8);
        assert!(import.problems[0].to_string().contains("PIN"));
        assert!(import.problems[1].to_string().contains("1 bytes"));
        for problem in &import.problems {
            assert!(!problem.to_string().contains(SECRET));
            assert!(!problem.to_string().contains("1234 "));
        }
    }

    #[test]
    fn a_file_has_its_limits() {
        assert_eq!(
            read(&vec![b'#'; LARGEST_FILE + 1]).err(),
            Some(ImportError::TooLarge)
        );
        let lines = "\n".repeat(100_001);
        assert_eq!(
            read(lines.as_bytes()).err(),
            Some(ImportError::TooManyLines)
        );
        assert_eq!(read(b"\xff").err(), Some(ImportError::NotUtf8));
        assert!(read(b"").unwrap().entries.is_empty());
    }

    proptest! {
        #[test]
        fn no_file_panics(file in any::<Vec<u8>>()) {
            let _ = read(&file);
        }

        #[test]
        fn no_line_of_such_words_panics(words in prop::collection::vec("HOTP(/[ET][0-9]{0,2})?(/[6-9])?|-|\\+|[a-z:]{1,5}|[0-9a-f]{0,40}", 0..9)) {
            let _ = read(words.join(" ").as_bytes());
        }
    }
}
