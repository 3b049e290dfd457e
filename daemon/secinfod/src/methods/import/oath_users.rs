//! The file of `pam_oath`, such as `/etc/users.oath`: one method a line, read as liboath reads it
//! (OATH Toolkit, `usersfile.c`): type, user, PIN, secret in hexadecimal, then what was used of it:
//! moving factor, last code, and its time. A line with which liboath accepts no code is refused.

#[cfg(test)]
mod differential;

use super::brought_over::{BroughtOver, Codes};
use super::{Import, ImportError};
use crate::methods::one_time_password::Secret;
use secinfo_domain::{
    Counter, Digits, HotpParameters, OtpParameters, Period, TimeStep, TotpParameters,
};
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// Reads the whole file.
pub fn read(file: &[u8]) -> Result<Import<BroughtOver>, ImportError> {
    super::read(file, |line| Ok(vec![read_line(line)?]))
}

fn read_line(line: &str) -> Result<BroughtOver, String> {
    super::refuse_unseen(line)?;
    let mut fields = line
        .split([' ', '\t', '\r'])
        .filter(|field| !field.is_empty());
    let parameters = parameters(fields.next().unwrap_or_default())?;
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
    let next = next_counter(fields.next(), fields.next())?;
    // What stands behind the time, liboath does not look at.
    if fields.next().is_some_and(|time| !is_timestamp(time)) {
        return Err(
            "the time of its last code is none: pam_oath writes it as in 2026-01-31T12:00:00L"
                .to_owned(),
        );
    }
    Ok(BroughtOver {
        user,
        label: None,
        secret,
        codes: match parameters {
            OtpParameters::Totp(parameters) => Codes::ByTime {
                parameters,
                ahead: 0,
                used: TimeStep(0),
            },
            OtpParameters::Hotp(parameters) => Codes::ByCounter { parameters, next },
        },
    })
}

/// The moving factor is that of the last code that was accepted, once one was; liboath refuses that
/// very code by comparing it with the column beside. For a clock it means nothing.
fn next_counter(moving_factor: Option<&str>, last_code: Option<&str>) -> Result<Counter, String> {
    let Some(text) = moving_factor else {
        return Ok(Counter(0));
    };
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(
            "behind its secret stands no number from 0, but only the columns of pam_oath may: put a \
             remark on a line of its own"
                .to_owned(),
        );
    }
    let counter = digits.parse().map(Counter);
    let counter = counter.map_err(|_| "its counter is out of bounds".to_owned())?;
    match last_code {
        None => Ok(counter),
        Some(_) => counter
            .next()
            .ok_or_else(|| "its counter is at its end: set up a new method".to_owned()),
    }
}

/// Whether `strptime` reads it as `%Y-%m-%dT%H:%M:%SL`.
fn is_timestamp(text: &str) -> bool {
    const FIELDS: [(usize, RangeInclusive<u16>, char); 6] = [
        (4, 0..=9999, '-'),
        (2, 1..=12, '-'),
        (2, 1..=31, 'T'),
        (2, 0..=23, ':'),
        (2, 0..=59, ':'),
        (2, 0..=61, 'L'),
    ];
    let mut rest = text;
    for (longest, range, end) in FIELDS {
        let Some((number, behind)) = rest.split_once(end) else {
            return false;
        };
        let is_number = number.len() <= longest && number.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || !number.parse().is_ok_and(|number| range.contains(&number)) {
            return false;
        }
        rest = behind;
    }
    rest.is_empty()
}

fn parameters(kind: &str) -> Result<OtpParameters, String> {
    let (period, digits) = match kind {
        "HOTP" | "HOTP/E" | "HOTP/E/6" => (None, Digits::Six),
        "HOTP/E/8" => (None, Digits::Eight),
        "HOTP/T30" | "HOTP/T30/6" => (Some(30), Digits::Six),
        "HOTP/T30/8" => (Some(30), Digits::Eight),
        "HOTP/T60" | "HOTP/T60/6" => (Some(60), Digits::Six),
        "HOTP/T60/8" => (Some(60), Digits::Eight),
        "HOTP/E/7" | "HOTP/T30/7" | "HOTP/T60/7" => {
            return Err("its codes have 7 digits: methods here have 6 or 8".to_owned());
        }
        _ => {
            return Err(
                "its type is none of HOTP, HOTP/E, HOTP/T30 and HOTP/T60, the last three with /6 or \
                 /8 behind it or nothing"
                    .to_owned(),
            );
        }
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

#[cfg(test)]
mod tests {
    use super::super::LARGEST_FILE;
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "3132333435363738393031323334353637383930";

    fn one(line: &str) -> BroughtOver {
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

    fn next(line: &str) -> Counter {
        match one(line).codes {
            Codes::ByCounter { next, .. } => next,
            Codes::ByTime { .. } => panic!("{line}"),
        }
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
            let read = match entry.codes {
                Codes::ByCounter { parameters, .. } => (None, parameters.digits.count()),
                Codes::ByTime {
                    parameters, ahead, ..
                } => {
                    assert_eq!(ahead, 0);
                    (Some(parameters.period.seconds()), parameters.digits.count())
                }
            };
            assert_eq!(read, (period, digits), "{kind}");
            assert_eq!(entry.user.as_str(), "alice");
            assert_eq!(entry.secret.as_bytes(), b"12345678901234567890");
        }
        for kind in ["HOTP/E/7", "HOTP/T30/7", "HOTP/T60/7"] {
            assert!(problem(&format!("{kind} alice - {SECRET}")).contains("7 digits"));
        }
        for kind in [
            "TOTP",
            "HOTP/6",
            "HOTP/8",
            "HOTP/T90",
            "HOTP/T30/9",
            "HOTP/",
            "hotp",
            "HOTPx",
        ] {
            assert!(problem(&format!("{kind} alice - {SECRET}")).contains("its type"));
        }
    }

    /// The columns were written by liboath 2.6.7, after it had accepted the code of counter 3.
    #[test]
    fn codes_continue_after_the_last_one_that_was_used() {
        let used = format!("HOTP\talice\t-\t{SECRET}\t3\t969429\t2026-11-23T05:24:51L\n");
        assert_eq!(next(&used), Counter(4));
        assert_eq!(next(&format!("HOTP alice + {SECRET}")), Counter(0));
        let by_time = format!("HOTP/T30 alice - {SECRET} 2 574852 2026-11-23T05:24:51L # remark");
        assert!(matches!(
            one(&by_time).codes,
            Codes::ByTime { ahead: 0, .. }
        ));
        assert_eq!(next(&format!("HOTP alice + {SECRET} 5")), Counter(5));
        let last =
            format!("HOTP alice - {SECRET} 18446744073709551615 969429 2026-11-23T05:24:51L");
        assert!(problem(&last).contains("at its end"));
        for counter in ["-1", "x", "18446744073709551616"] {
            let line = format!("HOTP alice - {SECRET} {counter}");
            assert!(
                read(line.as_bytes()).unwrap().entries.is_empty(),
                "{counter}"
            );
        }
    }

    #[test]
    fn a_remark_behind_the_secret_is_refused_for_a_clock_as_for_a_counter() {
        for kind in ["HOTP", "HOTP/T30", "HOTP/T30/6"] {
            let line = format!("{kind} alice - {SECRET} # laptop");
            assert!(problem(&line).contains("put a remark on a line of its own"));
        }
    }

    #[test]
    fn what_cannot_be_imported_is_said_with_its_line() {
        let file = format!(
            "# users\n\nHOTP alice 1234 {SECRET}\nHOTP bob - 00\nHOTP carol - xyz\nHOTP dave\nHOTP\n\
             HOTP/T30 erin - {SECRET}\nHOTP al:ice - {SECRET}\nHOTP frank - {SECRET} 1 2 3\n"
        );
        let file = [
            file.as_bytes(),
            b"# \xfc\nHOTP gr\xfcn - ",
            SECRET.as_bytes(),
        ]
        .concat();
        let import = read(&file).unwrap();
        let lines: Vec<_> = import.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7, 9, 10, 12]);
        assert_eq!(import.entries.len(), 1);
        assert_eq!(import.entries[0].0, 8);
        assert!(import.problems[0].to_string().contains("PIN"));
        assert!(import.problems[1].to_string().contains("1 bytes"));
        assert!(
            import.problems[6]
                .to_string()
                .contains("the time of its last code")
        );
        assert!(import.problems[7].to_string().contains("UTF-8"));
        for problem in &import.problems {
            assert!(!problem.to_string().contains(SECRET));
            assert!(!problem.to_string().contains("1234 "));
        }
    }

    #[test]
    fn a_character_that_cannot_be_seen_is_named_with_its_place() {
        for (line, what) in [
            (
                format!("\u{feff}HOTP alice - {SECRET}"),
                "line 1: character 1 is U+FEFF",
            ),
            (
                format!("HOTP al\u{200b}ice - {SECRET}"),
                "line 1: character 8 is U+200B",
            ),
            (
                format!("HOTP\u{a0}alice - {SECRET}"),
                "line 1: character 5 is U+00A0",
            ),
        ] {
            assert!(problem(&line).starts_with(what), "{}", problem(&line));
        }
        assert_eq!(
            one(&format!("HOTP alice - {SECRET}\r\n")).user.as_str(),
            "alice"
        );
        let utf_16: Vec<u8> = "HOTP".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf_16).err(), Some(ImportError::Utf16));
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
        assert!(read(b"").unwrap().entries.is_empty());
    }

    proptest! {
        #[test]
        fn no_file_panics(file in any::<Vec<u8>>()) {
            let _ = read(&file);
        }

        #[test]
        fn no_line_of_such_words_panics(words in prop::collection::vec("HOTP(/[ET][0-9]{0,2})?(/[6-9])?|-|\\+|[a-z:]{1,5}|[0-9a-f]{0,40}|[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}T[0-9:]{0,8}L?", 0..9)) {
            let _ = read(words.join(" ").as_bytes());
        }
    }
}
