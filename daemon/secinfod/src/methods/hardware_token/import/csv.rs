//! The table that vendors and directories exchange: one token a line, the first line naming the
//! columns.

use super::{Gathered, Import, ImportError, ImportedToken, Position, algorithm, excerpt, name};
use crate::methods::Secret;
use ::csv::{ReaderBuilder, StringRecord};
use secinfo_domain::{Counter, Digits, HotpParameters, OtpParameters, Period, TotpParameters};

/// Where each column stands.
struct Columns {
    serial: usize,
    secret: usize,
    interval: usize,
    manufacturer: usize,
    model: usize,
    algorithm: Option<usize>,
    digits: Option<usize>,
    counter: Option<usize>,
}

pub(super) fn read(text: &str) -> Result<Import, ImportError> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .flexible(true)
        .trim(::csv::Trim::All)
        .from_reader(text.as_bytes());
    let columns = Columns::named_in(reader.headers().map_err(|_| ImportError::NotUtf8)?)?;
    let mut gathered = Gathered::default();
    for record in reader.records() {
        // Text in memory that is UTF-8, of any number of columns, has no other fault.
        let record = record.map_err(|_| ImportError::NotUtf8)?;
        gathered.add(Position::Line(line(&record, text)), columns.token(&record));
    }
    Ok(gathered.import)
}

/// The line on which a record begins. The reader's position is before the empty lines in front of
/// it.
fn line(record: &StringRecord, text: &str) -> u64 {
    let Some(position) = record.position() else {
        return 0;
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    (position.line()..)
        .zip(empty.filter(|byte| **byte == b'\n'))
        .last()
        .map_or(position.line(), |(line, _)| line + 1)
}

/// Spreadsheets write semicolons where the comma separates decimals.
fn delimiter(text: &str) -> u8 {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    if !header.contains(',') && header.contains(';') {
        b';'
    } else {
        b','
    }
}

impl Columns {
    fn named_in(header: &StringRecord) -> Result<Self, ImportError> {
        let plain: Vec<String> = header
            .iter()
            .map(|name| {
                name.chars()
                    .filter(char::is_ascii_alphanumeric)
                    .collect::<String>()
                    .to_ascii_lowercase()
            })
            .collect();
        let find = |column: &'static str, names: &[&str]| {
            let mut places = (0..)
                .zip(&plain)
                .filter(|(_, name)| names.contains(&name.as_str()))
                .map(|(at, _)| at);
            let first: Option<usize> = places.next();
            if places.next().is_some() {
                Err(ImportError::ColumnTwice(column))
            } else {
                Ok(first)
            }
        };
        let need =
            |column, names: &[&str]| find(column, names)?.ok_or(ImportError::MissingColumn(column));
        Ok(Self {
            serial: need("serial number", &["serialnumber", "serialno", "serial"])?,
            secret: need("secret key", &["secretkey", "secret"])?,
            interval: need("time interval", &["timeinterval", "interval", "period"])?,
            manufacturer: need("manufacturer", &["manufacturer", "vendor"])?,
            model: need("model", &["model"])?,
            algorithm: find("algorithm", &["algorithm", "hash", "hashfunction"])?,
            digits: find("digits", &["digits", "codelength", "otplength"])?,
            counter: find("counter", &["counter"])?,
        })
    }

    fn token(&self, record: &StringRecord) -> Result<ImportedToken, String> {
        let field = |at: usize| record.get(at).unwrap_or_default();
        let optional = |at: Option<usize>| at.map(field).unwrap_or_default();
        let serial = field(self.serial)
            .parse()
            .map_err(|error| format!("{error}"))?;
        let secret = Secret::from_base32(field(self.secret)).map_err(|error| error.to_string())?;
        let algorithm = algorithm(optional(self.algorithm))?;
        let digits = digits(optional(self.digits))?;
        let counter = counter(optional(self.counter))?;
        let parameters = match period(field(self.interval))? {
            Some(period) if counter.is_none_or(|counter| counter == Counter(0)) => {
                OtpParameters::Totp(TotpParameters {
                    algorithm,
                    digits,
                    period,
                })
            }
            Some(_) => {
                return Err(
                    "a token with a time interval has no counter: leave one of them empty".into(),
                );
            }
            None => OtpParameters::Hotp(HotpParameters { algorithm, digits }),
        };
        Ok(ImportedToken {
            serial,
            manufacturer: name("manufacturer", field(self.manufacturer))?,
            model: name("model", field(self.model))?,
            parameters,
            secret,
            counter: counter.unwrap_or_default(),
            drift: 0,
        })
    }
}

/// The period of a token with a clock; `None` for one with a button.
fn period(text: &str) -> Result<Option<Period>, String> {
    if text == "0" || text.eq_ignore_ascii_case("hotp") {
        return Ok(None);
    }
    let period = text
        .parse::<u16>()
        .ok()
        .and_then(|seconds| Period::try_from(seconds).ok());
    period.map(Some).ok_or_else(|| {
        format!(
            "the time interval {:?} is not one: write its seconds, 1 to 300 (mostly 30 or 60), or 0 for a token that \
             counts button presses (HOTP)",
            excerpt(text)
        )
    })
}

fn digits(text: &str) -> Result<Digits, String> {
    if text.is_empty() {
        return Ok(Digits::default());
    }
    let digits = text
        .parse::<u8>()
        .ok()
        .and_then(|count| Digits::try_from(count).ok());
    digits.ok_or_else(|| format!("{:?} digits are not supported: 6 or 8 are", excerpt(text)))
}

fn counter(text: &str) -> Result<Option<Counter>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let counter = text.parse().map(|counter| Some(Counter(counter)));
    counter.map_err(|_| {
        format!(
            "the counter {:?} is not a whole number from 0",
            excerpt(text)
        )
    })
}
