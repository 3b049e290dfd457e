//! `otpauth-migration://offline?data=…`, as Google Authenticator exports accounts: a protocol buffer
//! in base64. Field 1, repeated: secret (1), name (2), issuer (3), algorithm (4), digits (5), type (6)
//! and counter (7) of an account. Fields 3 and 4: of how many QR codes this is one, and which.

use super::Export;
use super::entry::{Described, SecretText};
use data_encoding::{BASE64, BASE64URL};
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

/// The most of a varint that fits 64 bits.
const LONGEST_NUMBER: u32 = 63;

/// Adds the accounts of a URI on this line. Of how many QR codes the export consists.
pub(super) fn read(uri: &str, line: usize, export: &mut Export) -> u64 {
    let place = format!("line {line}");
    let Some(message) = data(uri) else {
        export.leave_out(place, "the data of the export cannot be read");
        return 1;
    };
    let mut codes = 1;
    for field in Fields(&message) {
        match field {
            Ok((1, Value::Bytes(account))) => match described(account) {
                Some(described) => export.add(described),
                None => export.leave_out(place.as_str(), "an account cannot be read"),
            },
            Ok((3, Value::Number(count))) => codes = count,
            Ok(_) => {}
            Err(Damaged) => export.leave_out(place.as_str(), "the data of the export is damaged"),
        }
    }
    codes
}

fn data(uri: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, query) = uri.split_once('?')?;
    let value = query
        .split('&')
        .find_map(|parameter| parameter.strip_prefix("data="))?;
    let text = percent_decode_str(value).decode_utf8().ok()?;
    // A plus sign that was not escaped.
    let text = Zeroizing::new(text.replace(' ', "+"));
    let padded = Zeroizing::new(format!(
        "{}{}",
        text.trim_end_matches('='),
        ["", "", "==", "="][text.trim_end_matches('=').len() % 4]
    ));
    let encoding = if padded.contains(['-', '_']) {
        BASE64URL
    } else {
        BASE64
    };
    encoding.decode(padded.as_bytes()).ok().map(Zeroizing::new)
}

fn described(message: &[u8]) -> Option<Described> {
    let mut described = Described::default();
    let (mut name, mut kind) = (String::new(), 0);
    for field in Fields(message) {
        match field.ok()? {
            (1, Value::Bytes(secret)) => {
                described.secret = SecretText::Bytes(Zeroizing::new(secret.to_vec()));
            }
            (2, Value::Bytes(text)) => name = String::from_utf8(text.to_vec()).ok()?,
            (3, Value::Bytes(text)) => described.issuer = String::from_utf8(text.to_vec()).ok()?,
            (4, Value::Number(algorithm)) => {
                let algorithm = match algorithm {
                    0 | 1 => "SHA1",
                    2 => "SHA256",
                    3 => "SHA512",
                    4 => "MD5",
                    _ => "unknown",
                };
                described.algorithm = Some(algorithm.to_owned());
            }
            (5, Value::Number(digits)) => {
                described.digits = Some(match digits {
                    0 | 1 => 6,
                    2 => 8,
                    _ => 0,
                });
            }
            (6, Value::Number(number)) => kind = number,
            (7, Value::Number(counter)) => described.counter = i64::try_from(counter).ok(),
            _ => {}
        }
    }
    let kind = match kind {
        0 | 2 => "totp",
        1 => "hotp",
        _ => "unknown",
    };
    kind.clone_into(&mut described.kind);
    // The name is often that of a URI, with the issuer in front.
    let account = name
        .strip_prefix(&described.issuer)
        .and_then(|rest| rest.strip_prefix(':'));
    account
        .unwrap_or(&name)
        .trim()
        .clone_into(&mut described.account);
    Some(described)
}

/// The fields of a message, each with its number. The last one is `Damaged` when the message ends
/// within it.
struct Fields<'a>(&'a [u8]);

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

struct Damaged;

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or(Damaged))
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u64, Value<'a>)> {
        let tag = self.number()?;
        let value = match tag & 7 {
            0 => Value::Number(self.number()?),
            1 => Value::Bytes(self.bytes(8)?),
            2 => {
                let length = self.number()?;
                Value::Bytes(self.bytes(length)?)
            }
            5 => Value::Bytes(self.bytes(4)?),
            _ => return None,
        };
        Some((tag >> 3, value))
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..=LONGEST_NUMBER).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self, length: u64) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(bytes)
    }
}
