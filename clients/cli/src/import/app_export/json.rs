//! The exports of apps and password managers in JSON, each by the names that its program writes.

use super::entry::{Described, SecretText};
use super::item::Item;
use super::{Export, Unreadable};
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// What tells the formats of objects apart.
#[derive(Deserialize)]
struct Shape<'a> {
    /// Aegis: the database, a text when it is encrypted.
    #[serde(borrow)]
    db: Option<&'a RawValue>,
    /// 2FAS.
    #[serde(borrow)]
    services: Option<&'a RawValue>,
    /// 2FAS, when it is encrypted.
    #[serde(borrow, rename = "servicesEncrypted")]
    services_encrypted: Option<&'a RawValue>,
    /// FreeOTP+.
    #[serde(borrow)]
    tokens: Option<&'a RawValue>,
    /// Bitwarden.
    #[serde(borrow)]
    items: Option<&'a RawValue>,
    /// Bitwarden, and others.
    encrypted: Option<bool>,
}

#[derive(Deserialize)]
struct Aegis {
    entries: Vec<AegisEntry>,
}

#[derive(Deserialize)]
struct AegisEntry {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    issuer: String,
    info: AegisInfo,
}

#[derive(Deserialize)]
struct AegisInfo {
    secret: Zeroizing<String>,
    algo: Option<String>,
    digits: Option<i64>,
    period: Option<i64>,
    counter: Option<i64>,
}

#[derive(Deserialize)]
struct AndOtp {
    secret: Zeroizing<String>,
    #[serde(default)]
    issuer: Option<String>,
    #[serde(default)]
    label: String,
    digits: Option<i64>,
    #[serde(rename = "type")]
    kind: String,
    algorithm: Option<String>,
    period: Option<i64>,
    counter: Option<i64>,
}

#[derive(Deserialize)]
struct TwoFas {
    #[serde(default)]
    name: String,
    secret: Zeroizing<String>,
    otp: TwoFasOtp,
}

#[derive(Deserialize)]
struct TwoFasOtp {
    account: Option<String>,
    label: Option<String>,
    issuer: Option<String>,
    digits: Option<i64>,
    period: Option<i64>,
    algorithm: Option<String>,
    #[serde(rename = "tokenType")]
    kind: Option<String>,
    counter: Option<i64>,
}

#[derive(Deserialize)]
struct FreeOtp {
    algo: Option<String>,
    counter: Option<i64>,
    digits: Option<i64>,
    #[serde(rename = "issuerExt", default)]
    issuer: Option<String>,
    #[serde(default)]
    label: Option<String>,
    period: Option<i64>,
    /// Bytes with a sign.
    secret: Zeroizing<Vec<i8>>,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Bitwarden {
    #[serde(default)]
    name: Option<String>,
    login: Option<BitwardenLogin>,
}

#[derive(Default, Deserialize)]
struct BitwardenLogin {
    username: Option<String>,
    totp: Option<Zeroizing<String>>,
}

pub(super) fn read(text: &str) -> Result<Export, Unreadable> {
    let damaged = |_| Unreadable::Damaged;
    let mut export = Export::default();
    if text.starts_with('[') {
        let entries: Vec<AndOtp> = serde_json::from_str(text).map_err(damaged)?;
        for entry in entries {
            export.add(entry.into());
        }
        return export.or(Unreadable::Unknown);
    }
    let shape: Shape<'_> = serde_json::from_str(text).map_err(damaged)?;
    let is_text = |value: &RawValue| value.get().starts_with('"');
    if shape.encrypted == Some(true)
        || shape.services_encrypted.is_some_and(is_text)
        || shape.db.is_some_and(is_text)
    {
        return Err(Unreadable::Encrypted);
    }
    if let Some(db) = shape.db {
        let db: Aegis = serde_json::from_str(db.get()).map_err(damaged)?;
        for entry in db.entries {
            export.add(entry.into());
        }
    } else if let Some(services) = shape.services {
        let services: Vec<TwoFas> = serde_json::from_str(services.get()).map_err(damaged)?;
        for entry in services {
            export.add(entry.into());
        }
    } else if let Some(tokens) = shape.tokens {
        let tokens: Vec<FreeOtp> = serde_json::from_str(tokens.get()).map_err(damaged)?;
        for entry in tokens {
            export.add(entry.into());
        }
    } else if let Some(items) = shape.items {
        let items: Vec<Bitwarden> = serde_json::from_str(items.get()).map_err(damaged)?;
        for item in items {
            Item::from(item).add_to(&mut export);
        }
    } else {
        return Err(Unreadable::Unknown);
    }
    export.or(Unreadable::Unknown)
}

impl From<AegisEntry> for Described {
    fn from(entry: AegisEntry) -> Self {
        Self {
            issuer: entry.issuer,
            account: entry.name,
            kind: entry.kind,
            secret: SecretText::Base32(entry.info.secret),
            algorithm: entry.info.algo,
            digits: entry.info.digits,
            period: entry.info.period,
            counter: entry.info.counter,
        }
    }
}

impl From<AndOtp> for Described {
    fn from(entry: AndOtp) -> Self {
        // Before it had a field of its own, the issuer stood in front of the label.
        let (issuer, account) = match (entry.issuer, entry.label.split_once(" - ")) {
            (Some(issuer), _) if !issuer.is_empty() => (issuer, entry.label),
            (_, Some((issuer, account))) => (issuer.to_owned(), account.to_owned()),
            (_, None) => (String::new(), entry.label),
        };
        Self {
            issuer,
            account,
            kind: entry.kind,
            secret: SecretText::Base32(entry.secret),
            algorithm: entry.algorithm,
            digits: entry.digits,
            period: entry.period,
            counter: entry.counter,
        }
    }
}

impl From<TwoFas> for Described {
    fn from(entry: TwoFas) -> Self {
        let otp = entry.otp;
        Self {
            issuer: otp
                .issuer
                .filter(|issuer| !issuer.is_empty())
                .unwrap_or(entry.name),
            account: otp.account.or(otp.label).unwrap_or_default(),
            kind: otp.kind.unwrap_or_else(|| "totp".to_owned()),
            secret: SecretText::Base32(entry.secret),
            algorithm: otp.algorithm,
            digits: otp.digits,
            period: otp.period,
            counter: otp.counter,
        }
    }
}

impl From<FreeOtp> for Described {
    fn from(token: FreeOtp) -> Self {
        let issuer = token.issuer.unwrap_or_default();
        let kind = if issuer == "Steam" {
            "Steam".to_owned()
        } else {
            token.kind
        };
        let bytes = token
            .secret
            .iter()
            .map(|byte| byte.cast_unsigned())
            .collect();
        Self {
            issuer,
            account: token.label.unwrap_or_default(),
            kind,
            secret: SecretText::Bytes(Zeroizing::new(bytes)),
            algorithm: token.algo,
            digits: token.digits,
            period: token.period,
            counter: token.counter,
        }
    }
}

impl From<Bitwarden> for Item {
    fn from(item: Bitwarden) -> Self {
        let login = item.login.unwrap_or_default();
        Self {
            name: item.name.unwrap_or_default(),
            account: login.username.unwrap_or_default(),
            totp: login.totp.unwrap_or_default(),
        }
    }
}
