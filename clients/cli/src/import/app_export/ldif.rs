//! The tokens of FreeIPA, as `ldapsearch` prints them (LDIF, RFC 2849): entries of the object classes
//! `ipatokenTOTP` and `ipatokenHOTP`. The account is the `uid` of the owner.

use super::Export;
use super::entry::{Described, SecretText};
use data_encoding::BASE64;
use zeroize::Zeroizing;

/// Whether a text has an attribute of tokens.
pub(super) fn is_export(text: &str) -> bool {
    text.lines()
        .any(|line| attribute(line).is_some_and(|(name, _)| name.starts_with("ipatoken")))
}

/// The name of an attribute in lower case, and what stands behind it.
fn attribute(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once(':')?;
    Some((name.to_ascii_lowercase(), value))
}

pub(super) fn read(text: &str) -> Export {
    let mut export = Export::default();
    // A line that begins with a blank goes on with the one before.
    let text = Zeroizing::new(text.replace("\r\n", "\n"));
    let unfolded = Zeroizing::new(text.replace("\n ", ""));
    for entry in unfolded.split("\n\n") {
        let lines = || entry.lines().filter(|line| !line.starts_with('#'));
        if lines().any(|line| attribute(line).is_some_and(|(name, _)| name.starts_with("ipatoken")))
        {
            let mut described = Described::default();
            lines().for_each(|line| describe(&mut described, line));
            export.add(described);
        }
    }
    export
}

fn describe(described: &mut Described, line: &str) {
    let Some((name, value)) = attribute(line) else {
        return;
    };
    let decoded;
    let value = match value.strip_prefix(':') {
        Some(encoded) => {
            decoded = BASE64.decode(encoded.trim().as_bytes()).map(Zeroizing::new);
            decoded.as_deref().map(Vec::as_slice)
        }
        None => Ok(value.trim_start().as_bytes()),
    };
    let Ok(value) = value else {
        if name == "ipatokenotpkey" {
            described.secret = SecretText::Malformed;
        }
        return;
    };
    let text = || String::from_utf8_lossy(value).into_owned();
    let number = || text().trim().parse().ok();
    match name.as_str() {
        "objectclass" => match text().to_ascii_lowercase().as_str() {
            "ipatokentotp" => "totp".clone_into(&mut described.kind),
            "ipatokenhotp" => "hotp".clone_into(&mut described.kind),
            _ => {}
        },
        "ipatokenuniqueid" => described.issuer = text(),
        "ipatokenowner" => {
            let owner = text();
            let uid = owner
                .split(',')
                .next()
                .and_then(|first| first.split_once('='));
            if let Some((_, uid)) = uid.filter(|(name, _)| name.trim().eq_ignore_ascii_case("uid"))
            {
                uid.trim().clone_into(&mut described.account);
            }
        }
        "ipatokenotpkey" => {
            described.secret = SecretText::Bytes(Zeroizing::new(value.to_vec()));
        }
        "ipatokenotpalgorithm" => described.algorithm = Some(text()),
        "ipatokenotpdigits" => described.digits = number(),
        "ipatokentotptimestep" => described.period = number(),
        "ipatokenhotpcounter" => described.counter = number(),
        "ipatokendisabled" if text().eq_ignore_ascii_case("TRUE") => {
            "disabled".clone_into(&mut described.kind);
        }
        _ => {}
    }
}
