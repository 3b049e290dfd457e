//! A text file of URIs, one a line: `otpauth` (Key URI Format of Google Authenticator), and
//! `otpauth-migration`, which holds several.

use super::entry::{Described, SecretText};
use super::{Export, Unreadable, migration};
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

pub(super) fn read(text: &str) -> Result<Export, Unreadable> {
    let mut export = Export::default();
    let (mut codes, mut given) = (0, 0);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        let Some((scheme, _)) = line.split_once("://") else {
            // Anything else, as a heading, is no URI.
            continue;
        };
        if scheme.eq_ignore_ascii_case("otpauth") {
            match described(line) {
                Some(described) => export.add(described),
                None => export.leave_out(format!("line {number}"), "the URI cannot be read"),
            }
        } else if scheme.eq_ignore_ascii_case("otpauth-migration") {
            codes = codes.max(migration::read(line, number, &mut export));
            given += 1;
        }
    }
    if given < codes {
        export.leave_out(
            "the export",
            format!("it has {codes} QR codes, and {given} are in the file: add what the others say, each on a line"),
        );
    }
    export.or(Unreadable::Unknown)
}

/// What an `otpauth` URI says.
pub(super) fn described(uri: &str) -> Option<Described> {
    let (scheme, rest) = uri.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("otpauth") {
        return None;
    }
    let (kind, rest) = rest.split_once('/')?;
    let rest = rest.split('#').next()?;
    let (label, query) = rest.split_once('?')?;
    let label = decoded(label)?;
    let (prefix, account) = label.split_once(':').unwrap_or(("", &label));
    let mut described = Described {
        issuer: prefix.trim().to_owned(),
        account: account.trim().to_owned(),
        kind: kind.to_owned(),
        ..Described::default()
    };
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let number = || decoded(value)?.trim().parse().ok();
        match name.to_ascii_lowercase().as_str() {
            "secret" => {
                let text = percent_decode_str(value).decode_utf8().ok()?;
                described.secret = SecretText::Base32(Zeroizing::new(text.into_owned()));
            }
            "issuer" => decoded(value)?.trim().clone_into(&mut described.issuer),
            "algorithm" => described.algorithm = Some(decoded(value)?),
            "digits" => described.digits = Some(number()?),
            "period" => described.period = Some(number()?),
            "counter" => described.counter = Some(number()?),
            _ => {}
        }
    }
    Some(described)
}

/// A part of a URI. A blank may be written as a plus sign.
fn decoded(text: &str) -> Option<String> {
    let blanks = text.replace('+', " ");
    let text = percent_decode_str(&blanks).decode_utf8().ok()?;
    Some(text.into_owned())
}
