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
        let line = unescaped(line);
        for uri in uris_in(&line) {
            // Anything else, as a heading, is no URI.
            let Some((scheme, _)) = uri.split_once("://") else {
                continue;
            };
            if scheme.eq_ignore_ascii_case("otpauth") {
                match described(uri) {
                    Some(described) => export.add(described),
                    None => export.leave_out(format!("line {number}"), "the URI cannot be read"),
                }
            } else if scheme.eq_ignore_ascii_case("otpauth-migration") {
                codes = codes.max(migration::read(uri, number, &mut export));
                given += 1;
            }
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

/// A line without what HTML and JSON make of a URI that is copied from them: a parameter that stands behind
/// an escape would be passed over, and the codes would be wrong.
fn unescaped(line: &str) -> Zeroizing<String> {
    let mut line = Zeroizing::new(line.to_owned());
    for (escape, character) in [("&amp;", "&"), ("\\u0026", "&"), ("\\/", "/")] {
        if line.contains(escape) {
            *line = line.replace(escape, character);
        }
    }
    line
}

/// The URIs in a line: one with which it begins, or those that stand behind other words.
fn uris_in(line: &str) -> Vec<&str> {
    let is_around = |c: char| {
        c.is_whitespace() || secinfo_typed::is_unseen(c) || matches!(c, '"' | '\'' | '<' | '>')
    };
    let mut rest = line.trim_matches(is_around);
    let find = |text: &str| text.to_ascii_lowercase().find("otpauth");
    if find(rest) == Some(0) && !rest.contains(['"', '<']) {
        // It may have blanks in it, though it should not.
        return vec![rest];
    }
    let mut uris = Vec::new();
    while let Some(at) = find(rest) {
        let uri = &rest[at..];
        let (uri, behind) = uri.split_at(uri.find(is_around).unwrap_or(uri.len()));
        uris.push(uri);
        rest = behind;
    }
    uris
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
    let (prefix, account) = issuer_and_account(label)?;
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

/// The parts of a label, before and behind its first colon, which may be escaped.
fn issuer_and_account(label: &str) -> Option<(String, String)> {
    let lower = label.to_ascii_lowercase();
    let colons = [(label.find(':'), 1), (lower.find("%3a"), 3)];
    let colon = colons
        .into_iter()
        .filter_map(|(at, length)| Some((at?, length)))
        .min();
    let (prefix, account) = match colon {
        Some((at, length)) => (&label[..at], &label[at + length..]),
        None => ("", label),
    };
    // In an address, a plus sign is one.
    let is_address = account.contains('@') || account.contains("%40");
    let account = if is_address {
        literally(account)?
    } else {
        decoded(account)?
    };
    Some((decoded(prefix)?, account))
}

/// A part of a URI as it stands there.
fn literally(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

/// A part of a URI. A blank may be written as a plus sign.
fn decoded(text: &str) -> Option<String> {
    literally(&text.replace('+', " "))
}
