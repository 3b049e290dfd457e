//! The CSV of password managers: an item a row, with a column for its one-time password. Each program
//! names its columns in its own way.

use super::item::Item;
use super::{Export, Unreadable};
use csv::{ReaderBuilder, StringRecord};
use zeroize::Zeroizing;

/// How the column of one-time passwords is named, without what parts words: by `KeePassXC`, `LastPass` and
/// Proton Pass; Bitwarden; `1Password` and Apple; Dashlane, now and formerly.
const ONE_TIME_PASSWORD: [&str; 5] = ["totp", "logintotp", "otpauth", "otpurl", "otpsecret"];
const NAME: [&str; 2] = ["title", "name"];
const ACCOUNT: [&str; 4] = ["username", "loginusername", "login", "email"];

/// Where the columns stand.
struct Columns {
    totp: usize,
    name: Option<usize>,
    account: Vec<usize>,
}

impl Columns {
    fn named_in(header: &StringRecord) -> Option<Self> {
        let plain: Vec<String> = header
            .iter()
            .map(|name| {
                let letters = name.chars().filter(char::is_ascii_alphanumeric);
                letters.map(|letter| letter.to_ascii_lowercase()).collect()
            })
            .collect();
        let places = |names: &[&'static str]| -> Vec<usize> {
            let place = |name: &&str| plain.iter().position(|column| column == name);
            names.iter().filter_map(place).collect()
        };
        Some(Self {
            totp: *places(&ONE_TIME_PASSWORD).first()?,
            name: places(&NAME).first().copied(),
            account: places(&ACCOUNT),
        })
    }

    fn item(&self, row: &StringRecord) -> Item {
        let field = |at: usize| row.get(at).unwrap_or_default().trim();
        let accounts = self.account.iter().map(|at| field(*at));
        Item {
            name: self.name.map_or("", field).to_owned(),
            account: accounts
                .into_iter()
                .find(|account| !account.is_empty())
                .unwrap_or_default()
                .to_owned(),
            totp: Zeroizing::new(field(self.totp).to_owned()),
        }
    }
}

/// The columns of a table whose first line names one of one-time passwords, and what parts them.
fn columns(text: &str) -> Option<(u8, Columns)> {
    let first = text.lines().next()?;
    [b',', b';', b'\t'].into_iter().find_map(|separator| {
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .from_reader(first.as_bytes());
        Some((separator, Columns::named_in(reader.headers().ok()?)?))
    })
}

/// Whether a text is such a table.
pub(super) fn is_export(text: &str) -> bool {
    columns(text).is_some()
}

pub(super) fn read(text: &str) -> Result<Export, Unreadable> {
    let (separator, columns) = columns(text).ok_or(Unreadable::Unknown)?;
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut export = Export::default();
    for row in reader.records() {
        // Text in memory that is UTF-8, of any number of columns, has no other fault.
        columns
            .item(&row.map_err(|_| Unreadable::Damaged)?)
            .add_to(&mut export);
    }
    export.or(Unreadable::NoneInTable)
}
