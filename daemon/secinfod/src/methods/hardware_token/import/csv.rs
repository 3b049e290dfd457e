//! The table that vendors and directories exchange: one token a line, the first line naming the
//! columns. What spreadsheets do to a table on the way is undone where it can be, and refused where it
//! cannot.

use super::{Gathered, Import, ImportError, ImportedToken, Position, algorithm, excerpt, name};
use crate::methods::Secret;
use ::csv::{ReaderBuilder, StringRecord};
use secinfo_domain::{
    Counter, Digits, HotpParameters, OtpParameters, Period, TotpParameters, UserName,
};

/// Where each column stands.
struct Columns {
    count: usize,
    serial: usize,
    secret: usize,
    interval: usize,
    manufacturer: usize,
    model: usize,
    algorithm: Option<usize>,
    digits: Option<usize>,
    counter: Option<usize>,
    user: Option<usize>,
}

pub(super) fn read(text: &str) -> Result<Import, ImportError> {
    let (separator, table) = match named_separator(text) {
        Some((separator, rest)) => (separator, rest),
        None => (usual_separator(text), text),
    };
    let lines_before = text[..text.len() - table.len()].matches('\n').count();
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .trim(::csv::Trim::All)
        .from_reader(table.as_bytes());
    let header = reader.headers().map_err(|_| ImportError::NotUtf8)?.clone();
    let columns = Columns::named_in(&header)?;
    let mut gathered = Gathered::default();
    for record in reader.records() {
        // Text in memory that is UTF-8, of any number of columns, has no other fault.
        let record = record.map_err(|_| ImportError::NotUtf8)?;
        let is_header = || {
            let names = record.iter().map(unmarked);
            names.eq(header.iter().map(unmarked))
        };
        // Tables that were put together have the names of their columns again.
        if record.iter().all(|field| unmarked(field).is_empty()) || is_header() {
            continue;
        }
        let line = line(&record, table) + u64::try_from(lines_before).unwrap_or(0);
        gathered.add(Position::Line(line), columns.token(&record));
    }
    Ok(gathered.import)
}

/// The separator that the first line names, as in `sep=;`, and the table behind that line.
fn named_separator(text: &str) -> Option<(u8, &str)> {
    let (line, rest) = text.split_once('\n')?;
    let line = line.trim_end_matches(['\r', ',', ';']).trim_matches('"');
    // Of `sep=;` the end was just taken off.
    let named = text.trim_start_matches('"').get(..5)?;
    let is_named = named.get(..4)?.eq_ignore_ascii_case("sep=") && line.len() <= 5;
    let separator = *named.as_bytes().get(4)?;
    (is_named && separator.is_ascii() && !matches!(separator, b'"' | b'\r' | b'\n'))
        .then_some((separator, rest))
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

/// The one that stands most often between the names of columns. Spreadsheets write semicolons where
/// the comma separates decimals, and tabs when a table is copied.
fn usual_separator(text: &str) -> u8 {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let count = |separator: &u8| header.bytes().filter(|byte| byte == separator).count();
    // Of several the last is taken.
    let separators = [b'|', b'\t', b';', b','];
    separators.into_iter().max_by_key(count).unwrap_or(b',')
}

/// The text of a field without blanks and what else cannot be seen around it, and without the marks by
/// which spreadsheets keep it a text: an apostrophe before it, or `="` and `"` around it.
fn unmarked(field: &str) -> &str {
    let is_blank = |c: char| c.is_whitespace() || secinfo_typed::is_unseen(c);
    let field = field.trim_matches(is_blank);
    let formula = field
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    formula
        .unwrap_or_else(|| field.strip_prefix('\'').unwrap_or(field))
        .trim_matches(is_blank)
}

impl Columns {
    fn named_in(header: &StringRecord) -> Result<Self, ImportError> {
        let plain: Vec<String> = header
            .iter()
            .map(|name| {
                name.chars()
                    .filter(|c| c.is_alphanumeric())
                    .collect::<String>()
                    .to_lowercase()
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
            count: plain.len(),
            serial: need(
                "serial number",
                &[
                    "serialnumber",
                    "serialno",
                    "serialnr",
                    "serial",
                    "sn",
                    "tokenserial",
                    "tokenserialnumber",
                    "seriennummer",
                    "numérodesérie",
                ],
            )?,
            secret: need(
                "secret key",
                &[
                    "secretkey",
                    "secret",
                    "secretkeybase32",
                    "secretbase32",
                    "base32secret",
                    "seed",
                    "sharedsecret",
                    "key",
                ],
            )?,
            interval: need(
                "time interval",
                &[
                    "timeinterval",
                    "timeintervalseconds",
                    "timeintervals",
                    "timestep",
                    "interval",
                    "period",
                ],
            )?,
            manufacturer: need(
                "manufacturer",
                &["manufacturer", "vendor", "hersteller", "fabricant"],
            )?,
            model: need("model", &["model", "tokenmodel", "modell", "modèle"])?,
            algorithm: find(
                "algorithm",
                &["algorithm", "hash", "hashfunction", "hashalgorithm"],
            )?,
            digits: find(
                "digits",
                &["digits", "codelength", "otplength", "otpdigits"],
            )?,
            counter: find("counter", &["counter", "movingfactor"])?,
            user: find(
                "user",
                &[
                    "user",
                    "username",
                    "login",
                    "upn",
                    "userprincipalname",
                    "benutzer",
                    "benutzername",
                    "utilisateur",
                ],
            )?,
        })
    }

    fn token(&self, record: &StringRecord) -> Result<ImportedToken, String> {
        if record
            .iter()
            .skip(self.count)
            .any(|field| !field.is_empty())
        {
            return Err(format!(
                "it has {} fields, but there are {} columns: write quotation marks around a field that has \
                 a separator in it",
                record.len(),
                self.count
            ));
        }
        let field = |at: usize| unmarked(record.get(at).unwrap_or_default());
        let optional = |at: Option<usize>| at.map(field).unwrap_or_default();
        let serial = field(self.serial);
        refuse_unseen("serial number", serial)?;
        check_number(serial)?;
        let serial = serial.parse().map_err(|error| format!("{error}"))?;
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
            user: user(optional(self.user))?,
        })
    }
}

/// Refuses a serial number of which a spreadsheet has made a number and lost digits.
fn check_number(serial: &str) -> Result<(), String> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_decimal = |text: &str| match text.split_once(['.', ',']) {
        Some((whole, rest)) => is_digits(whole) && is_digits(rest),
        None => is_digits(text),
    };
    let is_scientific = serial
        .split_once(['E', 'e'])
        .is_some_and(|(number, power)| {
            is_decimal(number) && power.strip_prefix(['+', '-']).is_some_and(is_digits)
        });
    let is_fraction = [".0", ",0", ".00", ",00"].iter().any(|zeros| {
        serial
            .strip_suffix(zeros)
            .is_some_and(|whole| whole.len() > 4 && is_digits(whole))
    });
    let is_error = serial.starts_with('#');
    if is_scientific || is_fraction || is_error {
        return Err(format!(
            "the serial number {:?} is what a spreadsheet made of it, and digits are lost: take the vendor's \
             file as it came, or make the column one of text before the file is opened",
            excerpt(serial)
        ));
    }
    Ok(())
}

/// Refuses a name with a character in it that a spreadsheet does not show.
fn refuse_unseen(what: &str, text: &str) -> Result<(), String> {
    match secinfo_typed::first_unseen(text) {
        None => Ok(()),
        Some(unseen) => Err(format!(
            "character {} of the {what} is {unseen}, which cannot be seen: remove it",
            unseen.column
        )),
    }
}

/// The user for whom the token is; none where the field is empty.
fn user(text: &str) -> Result<Option<UserName>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    refuse_unseen("name of the user", text)?;
    let user = UserName::parse(text).map(Some);
    user.map_err(|error| format!("the name of the user cannot be used: {error}"))
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
