//! KeePass 2 XML, as KeePass and `KeePassXC` export it: the fields of entries in which these and their
//! plugins keep one-time passwords. Former states of entries are passed over.

use super::entry::{Described, SecretText};
use super::{Export, Unreadable, uri};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use quick_xml::Reader;
use quick_xml::events::Event;
use zeroize::Zeroizing;

/// Groups nest, each by one element; the fields of an entry are three deeper.
const DEEPEST: usize = 128;

/// The fields of an entry that matter here.
#[derive(Default)]
struct Fields(Vec<(String, Zeroizing<String>)>);

pub(super) fn read(text: &str) -> Result<Export, Unreadable> {
    let mut reader = Reader::from_str(text);
    let mut export = Export::default();
    let mut path: Vec<String> = Vec::new();
    let (mut fields, mut key) = (Fields::default(), String::new());
    let mut value = Zeroizing::new(String::new());
    loop {
        match reader.read_event().map_err(|_| Unreadable::Damaged)? {
            Event::Start(start) => {
                if path.len() == DEEPEST {
                    return Err(Unreadable::Damaged);
                }
                path.push(start.name().0.to_owned());
                value.clear();
                if path.len() == 1 && path[0] != "KeePassFile" {
                    return Err(Unreadable::Unknown);
                }
            }
            Event::End(_) => {
                let is_former = path.iter().any(|name| name == "History");
                let parent = path.len().checked_sub(2).map(|at| path[at].as_str());
                match (parent, path.last().map(String::as_str)) {
                    (Some("String"), Some("Key")) => key.clone_from(&value),
                    (Some("String"), Some("Value")) if !is_former => {
                        fields.0.push((std::mem::take(&mut key), value.clone()));
                    }
                    (_, Some("Entry")) if !is_former => {
                        std::mem::take(&mut fields).add_to(&mut export);
                    }
                    _ => {}
                }
                path.pop();
                value.clear();
            }
            Event::Text(text) => value.push_str(&text),
            Event::CData(text) => value.push_str(&text),
            Event::GeneralRef(reference) => {
                let character = match &*reference {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "apos" => '\'',
                    "quot" => '"',
                    _ => match reference.resolve_char_ref() {
                        Ok(Some(character)) => character,
                        _ => return Err(Unreadable::Damaged),
                    },
                };
                value.push(character);
            }
            Event::DocType(_) => return Err(Unreadable::Damaged),
            Event::Eof => break,
            _ => {}
        }
    }
    if !path.is_empty() {
        return Err(Unreadable::Damaged);
    }
    export.or(Unreadable::Unknown)
}

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(key, _)| key == name);
        field
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    /// Adds the one-time passwords of the entry; most have none.
    fn add_to(&self, export: &mut Export) {
        let text = |name| self.get(name).unwrap_or_default().to_owned();
        let named = |mut described: Described| {
            if described.issuer.is_empty() {
                described.issuer = text("Title");
            }
            if described.account.is_empty() {
                described.account = text("UserName");
            }
            described
        };
        let of_otp = self.get("otp").map(|otp| {
            if otp.contains("://") {
                uri::described(otp)
            } else {
                Some(of_keeotp(otp))
            }
        });
        match of_otp {
            Some(Some(described)) => export.add(named(described)),
            Some(None) => export.leave_out(text("Title"), "its URI cannot be read"),
            None => {}
        }
        if let Some(described) = self.seed() {
            export.add(named(described));
        }
        for (prefix, kind) in [("TimeOtp", "totp"), ("HmacOtp", "hotp")] {
            let Some(secret) = self.secret(prefix) else {
                continue;
            };
            export.add(named(Described {
                kind: kind.to_owned(),
                secret,
                algorithm: self.get(&format!("{prefix}-Algorithm")).map(str::to_owned),
                digits: self.number(&format!("{prefix}-Length")),
                period: self.number(&format!("{prefix}-Period")),
                counter: self.number(&format!("{prefix}-Counter")),
                ..Described::default()
            }));
        }
    }

    /// `TOTP Seed`, and `TOTP Settings` as `period;digits`, or with `S` for digits of Steam.
    fn seed(&self) -> Option<Described> {
        let seed = self.get("TOTP Seed")?;
        let mut settings = self.get("TOTP Settings").unwrap_or_default().split(';');
        let period = settings
            .next()
            .and_then(|period| period.trim().parse().ok());
        let digits = settings.next().unwrap_or("6").trim();
        Some(Described {
            kind: if digits.eq_ignore_ascii_case("S") {
                "Steam"
            } else {
                "totp"
            }
            .to_owned(),
            secret: SecretText::Base32(Zeroizing::new(seed.to_owned())),
            digits: Some(digits.parse().unwrap_or(0)),
            period,
            ..Described::default()
        })
    }

    /// The secret of KeePass itself, in one of four encodings.
    fn secret(&self, prefix: &str) -> Option<SecretText> {
        let get = |encoding| self.get(&format!("{prefix}-Secret{encoding}"));
        let bytes = |decoded: Option<Vec<u8>>| {
            decoded.map_or(SecretText::Malformed, |bytes| {
                SecretText::Bytes(bytes.into())
            })
        };
        if let Some(text) = get("") {
            return Some(bytes(Some(text.as_bytes().to_vec())));
        }
        if let Some(text) = get("-Hex") {
            return Some(bytes(HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()));
        }
        if let Some(text) = get("-Base64") {
            return Some(bytes(BASE64.decode(text.as_bytes()).ok()));
        }
        let text = get("-Base32")?;
        Some(SecretText::Base32(Zeroizing::new(text.to_owned())))
    }
}

/// The field of the plugin `KeeOtp`, as in `key=…&step=30&size=6`; or the secret alone.
fn of_keeotp(text: &str) -> Described {
    let mut described = Described {
        kind: "totp".to_owned(),
        ..Described::default()
    };
    if !text.to_ascii_lowercase().contains("key=") {
        described.secret = SecretText::Base32(Zeroizing::new(text.to_owned()));
        return described;
    }
    for parameter in text.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = Zeroizing::new(value.replace("%3d", "=").replace("%3D", "="));
        match name.trim().to_ascii_lowercase().as_str() {
            "key" => described.secret = SecretText::Base32(value),
            "type" => value.as_str().clone_into(&mut described.kind),
            "otphashmode" => described.algorithm = Some(value.as_str().to_owned()),
            "step" => described.period = value.parse().ok(),
            "size" => described.digits = value.parse().ok(),
            "counter" => described.counter = value.parse().ok(),
            _ => {}
        }
    }
    described
}
