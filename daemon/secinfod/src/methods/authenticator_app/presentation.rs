//! What a user needs to set up an authenticator app.

use crate::methods::one_time_password::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secinfo_domain::{Algorithm, Digits, Period, TotpParameters};
use std::fmt::Write;
use zeroize::Zeroizing;

/// What a user sees when setting up an app: the URI goes into the QR code, account and key are
/// for users who cannot scan it.
pub struct Presentation {
    /// The name under which the app lists the account.
    pub account: String,
    /// Who issued it: the organization or the host.
    pub issuer: String,
    /// The key in base32, in lower case and groups of four, to be typed.
    pub key_in_groups: Zeroizing<String>,
    /// The otpauth URI.
    pub uri: Zeroizing<String>,
    /// The same without what apps take for granted, then with less and less of names, for a QR code
    /// that must be small.
    pub short_uris: Vec<Zeroizing<String>>,
}

/// All but the unreserved characters of RFC 3986: a space is `%20` and never `+`, which some apps
/// would show as it stands.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Presentation {
    /// The presentation of this secret. A colon separates issuer and account in the URI, so
    /// colons in them, and control characters, become underscores.
    pub fn new(secret: &Secret, parameters: TotpParameters, issuer: &str, account: &str) -> Self {
        let (issuer, account) = (label(issuer), label(account));
        let key = secret.to_base32();
        Self {
            key_in_groups: in_groups(&key),
            uri: uri(&key, parameters, &issuer, &account),
            short_uris: short_uris(&key, parameters, &issuer, &account),
            account,
            issuer,
        }
    }
}

fn label(text: &str) -> String {
    text.chars()
        .map(|c| if c == ':' || c.is_control() { '_' } else { c })
        .collect()
}

fn in_groups(key: &str) -> Zeroizing<String> {
    // Room for all of it, so that no copy is left behind by growing.
    let mut groups = Zeroizing::new(String::with_capacity(key.len() * 2));
    for (index, character) in key.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            groups.push(' ');
        }
        groups.push(character.to_ascii_lowercase());
    }
    groups
}

fn uri(key: &str, parameters: TotpParameters, issuer: &str, account: &str) -> Zeroizing<String> {
    let issuer = utf8_percent_encode(issuer, RESERVED).to_string();
    let account = utf8_percent_encode(account, RESERVED);
    let TotpParameters {
        algorithm,
        digits,
        period,
    } = parameters;
    let mut label = account.to_string();
    let mut issuer_parameter = String::new();
    if !issuer.is_empty() {
        label.insert_str(0, &format!("{issuer}:"));
        issuer_parameter = format!("&issuer={issuer}");
    }
    // Room for all of it, so that no copy of the key is left behind by growing.
    let mut uri = Zeroizing::new(String::with_capacity(
        label.len() + key.len() + issuer_parameter.len() + 128,
    ));
    write!(
        uri,
        "otpauth://totp/{label}?secret={key}{issuer_parameter}&algorithm={algorithm}&digits={digits}&period={period}"
    )
    .expect("writing to a string cannot fail");
    uri
}

/// Shorter and shorter URIs. The key stays in upper case, which QR codes hold in less room.
fn short_uris(
    key: &str,
    parameters: TotpParameters,
    issuer: &str,
    account: &str,
) -> Vec<Zeroizing<String>> {
    let usual = TotpParameters {
        algorithm: Algorithm::Sha1,
        digits: Digits::Six,
        period: Period::default(),
    };
    let user = account.split_once('@').map_or(account, |(user, _)| user);
    let cut = user
        .char_indices()
        .nth(8)
        .map_or(user, |(end, _)| &user[..end]);
    let names = [
        (issuer, account),
        (issuer, user),
        ("", account),
        ("", user),
        ("", cut),
    ];
    names
        .map(|(issuer, account)| {
            let issuer = utf8_percent_encode(issuer, RESERVED).to_string();
            let label = utf8_percent_encode(account, RESERVED).to_string();
            // Room for all of it, so that no copy of the key is left behind by growing.
            let room = 2 * issuer.len() + label.len() + key.len() + 128;
            let mut uri = Zeroizing::new(String::with_capacity(room));
            let mut add = |part: std::fmt::Arguments<'_>| {
                uri.write_fmt(part)
                    .expect("writing to a string cannot fail");
            };
            if issuer.is_empty() {
                add(format_args!("otpauth://totp/{label}?secret={key}"));
            } else {
                add(format_args!(
                    "otpauth://totp/{issuer}:{label}?secret={key}&issuer={issuer}"
                ));
            }
            if parameters.algorithm != usual.algorithm {
                add(format_args!("&algorithm={}", parameters.algorithm));
            }
            if parameters.digits != usual.digits {
                add(format_args!("&digits={}", parameters.digits));
            }
            if parameters.period != usual.period {
                add(format_args!("&period={}", parameters.period));
            }
            uri
        })
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::one_time_password::rfc_6238;

    #[test]
    fn the_presentation_is_read_back_by_another_parser() {
        let (secret, parameters) = rfc_6238(Algorithm::Sha256, Digits::Eight, 60);
        let shown = Presentation::new(
            &secret,
            parameters,
            "Bücher & Söhne/Host 1",
            "al ice@wiki?x=1",
        );
        let read = totp_rs::Totp::from_url(shown.uri.as_str()).unwrap();
        assert_eq!(read.issuer(), Some("Bücher & Söhne/Host 1"));
        assert_eq!(read.account_name(), "al ice@wiki?x=1");
        assert_eq!(read.secret().as_bytes(), secret.as_bytes());
        assert_eq!(
            (read.algorithm(), read.digits(), read.step()),
            (totp_rs::Algorithm::SHA256, 8, 60)
        );
    }

    #[test]
    fn the_presentation_of_the_default_is_what_every_app_reads() {
        let (secret, parameters) = rfc_6238(Algorithm::Sha1, Digits::Six, 30);
        let shown = Presentation::new(&secret, parameters, "example.org", "alice");
        assert_eq!(
            shown.uri.as_str(),
            "otpauth://totp/example.org:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=example.org&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(
            shown.key_in_groups.as_str(),
            "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"
        );
    }

    #[test]
    fn a_hostile_name_cannot_forge_an_issuer_or_a_line() {
        let (secret, parameters) = rfc_6238(Algorithm::Sha1, Digits::Six, 30);
        let shown = Presentation::new(&secret, parameters, "", "Bank:root\n\u{1b}[2J&secret=AAAA");
        assert_eq!(shown.account, "Bank_root__[2J&secret=AAAA");
        let read = totp_rs::Totp::from_url(shown.uri.as_str()).unwrap();
        assert_eq!(
            (read.issuer(), read.account_name()),
            (None, shown.account.as_str())
        );
        assert_eq!(read.secret().as_bytes(), b"12345678901234567890");
    }
}
