//! Portable Symmetric Key Container, RFC 6030: the keys of HOTP and TOTP tokens, in the clear or
//! under a pre-shared key or a passphrase. Signatures of containers are not looked at: where the file comes from
//! is for the administrator to know.

mod base64;
mod derivation;
mod element;
mod encryption;
mod user;

pub use encryption::{FileKey, InvalidPreSharedKey, PreSharedKey};

use super::{Gathered, Import, ImportError, ImportedToken, Position, algorithm, excerpt, name};
use crate::methods::Secret;
use base64::{base64, is_in_another_encoding};
use element::{Element, Vocabulary};
use encryption::Decryption;
use secinfo_domain::{
    Counter, Digits, HotpParameters, OtpParameters, Period, TotpParameters, UserName,
};
use std::collections::{HashMap, HashSet};
use zeroize::Zeroizing;

const HOTP: &str = "urn:ietf:params:xml:ns:keyprov:pskc:hotp";
const ANOTHER_ENCODING: &str = "the Secret looks hexadecimal or like base32, but PSKC has base64: have the vendor correct \
                                the file, or convert it";
const TOTP: &str = "urn:ietf:params:xml:ns:keyprov:pskc:totp";

pub(super) fn read(document: &str, key: Option<&FileKey>, now: u64) -> Result<Import, ImportError> {
    let container = Element::parse(document)?;
    if !container.is(Vocabulary::Pskc, "KeyContainer") {
        return Err(ImportError::Pskc(format!(
            "its root must be KeyContainer in the namespace urn:ietf:params:xml:ns:keyprov:pskc, and is {:?}, \
             perhaps in that of an older draft",
            excerpt(container.name())
        )));
    }
    if container.attribute("Version") != Some("1.0") {
        return Err(ImportError::Pskc("its Version must be 1.0".into()));
    }
    let decryption = Decryption::of(&container, key)?;
    let mut gathered = Gathered::default();
    let packages = container
        .children()
        .iter()
        .filter(|child| child.is(Vocabulary::Pskc, "KeyPackage"));
    let keys: Vec<_> = packages
        .filter_map(|element| {
            Some(Package {
                element,
                key: element.descend(&["Key"])?,
                decryption: decryption.as_ref(),
            })
        })
        .collect();
    let mut keys_of: HashMap<&str, HashSet<&str>> = HashMap::new();
    for package in keys.iter().filter(|package| package.makes_codes()) {
        let ids = keys_of.entry(package.device("SerialNo")).or_default();
        ids.insert(package.id());
    }
    for (number, package) in (1..).zip(&keys) {
        let id = package.id();
        let ids = keys_of.get(package.device("SerialNo"));
        let is_alone = ids.is_none_or(|ids| ids.len() == 1);
        gathered.add(
            Position::Key(number, excerpt(id)),
            package.token(is_alone, now),
        );
    }
    if let Some(decryption) = &decryption {
        decryption.check()?;
    }
    if gathered.is_empty() {
        return Err(ImportError::Pskc("it has no KeyPackage with a Key".into()));
    }
    Ok(gathered.import)
}

/// The bytes of a value, and how the file had them.
enum Value {
    Plain(Zeroizing<Vec<u8>>),
    Encrypted(Zeroizing<Vec<u8>>),
}

impl Value {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Plain(bytes) | Self::Encrypted(bytes) => bytes,
        }
    }
}

/// One `KeyPackage` and the `Key` in it.
struct Package<'file> {
    element: &'file Element,
    key: &'file Element,
    decryption: Option<&'file Decryption>,
}

impl Package<'_> {
    fn id(&self) -> &str {
        self.key.attribute("Id").unwrap_or_default()
    }

    /// Whether it is a key of a kind that is imported; others may be its PIN.
    fn makes_codes(&self) -> bool {
        matches!(self.key.attribute("Algorithm"), Some(HOTP | TOTP))
    }

    /// The token; `is_alone` says that no other key of the file is of its device.
    fn token(&self, is_alone: bool, now: u64) -> Result<ImportedToken, String> {
        let counts_time = match self.key.attribute("Algorithm").unwrap_or_default() {
            TOTP => true,
            HOTP => false,
            other => {
                return Err(format!(
                    "the algorithm {:?} is not supported: {HOTP} and {TOTP} are",
                    excerpt(other)
                ));
            }
        };
        self.check_policy(now)?;
        let digits = self.digits()?;
        let suite = self.key.descend(&["AlgorithmParameters", "Suite"]);
        let suite = suite.map_or("", |suite| {
            // privacyIDEA writes it there.
            suite.attribute("hashalgo").unwrap_or_else(|| suite.text())
        });
        let algorithm = algorithm(suite)?;
        let (parameters, counter, drift) = if counts_time {
            let period = self.period()?;
            (
                OtpParameters::Totp(TotpParameters {
                    algorithm,
                    digits,
                    period,
                }),
                Counter(0),
                self.drift(period)?,
            )
        } else {
            let counter = Counter(self.integer("Counter")?.unwrap_or(0));
            (
                OtpParameters::Hotp(HotpParameters { algorithm, digits }),
                counter,
                0,
            )
        };
        Ok(ImportedToken {
            serial: self.serial(is_alone)?,
            manufacturer: name("manufacturer", self.device("Manufacturer"))?,
            model: name("model", self.device("Model"))?,
            parameters,
            secret: self.secret()?,
            counter,
            drift,
            user: self.user()?,
        })
    }

    /// The user to whom the key or its device is assigned.
    fn user(&self) -> Result<Option<UserName>, String> {
        let of_key = self.key.descend(&["UserId"]).map(Element::text);
        let of_device = Some(self.device("UserId"));
        let named = [of_key, of_device]
            .into_iter()
            .flatten()
            .find(|id| !id.is_empty());
        named.map(user::named_by).transpose()
    }

    fn device(&self, name: &str) -> &str {
        self.element
            .descend(&["DeviceInfo", name])
            .map_or("", Element::text)
    }

    /// The serial number of the device, or else the key's `Id`, which vendors make the same. Of a
    /// device with several keys each is named by both.
    fn serial(&self, is_alone: bool) -> Result<super::SerialNumber, String> {
        let id = self.id();
        let serial = match self.device("SerialNo") {
            "" => id.to_owned(),
            serial if is_alone || id.is_empty() || id == serial => serial.to_owned(),
            serial => format!("{serial}:{id}"),
        };
        serial.parse().map_err(|error| format!("SerialNo: {error}"))
    }

    fn digits(&self) -> Result<Digits, String> {
        let Some(format) = self.key.descend(&["AlgorithmParameters", "ResponseFormat"]) else {
            return Ok(Digits::default());
        };
        let encoding = format.attribute("Encoding").unwrap_or("DECIMAL");
        if encoding != "DECIMAL" {
            return Err(format!(
                "the response encoding {:?} is not supported: DECIMAL is",
                excerpt(encoding)
            ));
        }
        if matches!(format.attribute("CheckDigits"), Some("true" | "1")) {
            return Err("codes with a check digit (CheckDigits) are not supported".into());
        }
        let length = format.attribute("Length").unwrap_or("6");
        let digits = length
            .trim()
            .parse::<u8>()
            .ok()
            .and_then(|count| Digits::try_from(count).ok());
        digits.ok_or_else(|| {
            format!(
                "the response length {:?} is not supported: 6 and 8 are",
                excerpt(length)
            )
        })
    }

    fn period(&self) -> Result<Period, String> {
        let Some(seconds) = self.integer("TimeInterval")? else {
            return Ok(Period::default());
        };
        let period = u16::try_from(seconds)
            .ok()
            .and_then(|seconds| Period::try_from(seconds).ok());
        period.ok_or_else(|| {
            format!("the TimeInterval {seconds} is out of bounds: it is 1 to 300 seconds")
        })
    }

    /// By how many steps the token is ahead. RFC 6030 counts `TimeDrift` the same way: a token at 8
    /// when the server is at 9 has the drift -1. privacyIDEA has seconds there, or no number.
    fn drift(&self, period: Period) -> Result<i32, String> {
        let Some(value) = self.value("TimeDrift")? else {
            return Ok(0);
        };
        let text = std::str::from_utf8(value.bytes()).unwrap_or_default();
        if self.key.descend(&["Issuer"]).map(Element::text) == Some("privacyIDEA") {
            let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
            let seconds: i32 = if whole == "None" {
                0
            } else {
                whole.parse().unwrap_or(0)
            };
            return Ok(seconds / i32::from(period.seconds()));
        }
        text.parse()
            .map_err(|_| "the TimeDrift is not a whole number".into())
    }

    fn integer(&self, name: &str) -> Result<Option<u64>, String> {
        let Some(value) = self.value(name)? else {
            return Ok(None);
        };
        let digits = std::str::from_utf8(value.bytes()).ok();
        let number = digits
            .and_then(|digits| digits.parse().ok())
            .or_else(|| match &value {
                // RFC 6030 leaves open how a number is encrypted: some vendors encrypt its digits, and
                // others its bytes.
                Value::Encrypted(bytes) if (1..=8).contains(&bytes.len()) => Some(
                    bytes
                        .iter()
                        .fold(0, |number, byte| number << 8 | u64::from(*byte)),
                ),
                _ => None,
            });

        number
            .map(Some)
            .ok_or_else(|| format!("the {name} is not a whole number from 0"))
    }

    fn secret(&self) -> Result<Secret, String> {
        let value = self.value("Secret")?.ok_or(
            "there is no Secret: keys that are derived from a key reference are not supported, ask the vendor for \
             the secrets themselves",
        )?;
        if is_in_another_encoding(value.bytes()) {
            return Err(ANOTHER_ENCODING.into());
        }
        Secret::from_bytes(value.bytes()).map_err(|error| error.to_string())
    }

    /// The bytes of a `Data` child: those of a secret, or the digits of a number.
    fn value(&self, name: &str) -> Result<Option<Value>, String> {
        let Some(element) = self.key.descend(&["Data", name]) else {
            return Ok(None);
        };
        if let Some(plain) = element.child(Vocabulary::Pskc, "PlainValue") {
            if name != "Secret" {
                return Ok(Some(Value::Plain(Zeroizing::new(
                    plain.text().as_bytes().to_vec(),
                ))));
            }
            if is_in_another_encoding(plain.text().as_bytes()) {
                return Err(ANOTHER_ENCODING.into());
            }
            let bytes = base64(plain.text()).ok_or("the Secret is not base64")?;
            return Ok(Some(Value::Plain(bytes)));
        }
        let Some(encrypted) = element.child(Vocabulary::Pskc, "EncryptedValue") else {
            return Err(format!(
                "the {name} has no value: a PlainValue or an EncryptedValue is needed"
            ));
        };
        let value_mac = element.child(Vocabulary::Pskc, "ValueMAC");
        let decryption = self.decryption.ok_or_else(|| {
            format!("the {name} is encrypted, but the container has no EncryptionKey that says with which key")
        })?;
        let bytes = decryption
            .open(encrypted, value_mac)
            .map_err(|error| format!("{name}: {error}"))?;
        Ok(Some(Value::Encrypted(bytes)))
    }

    /// RFC 6030 section 5: a key whose policy we do not understand must not be used.
    fn check_policy(&self, now: u64) -> Result<(), String> {
        let Some(policy) = self.key.descend(&["Policy"]) else {
            return Ok(());
        };
        let mut usages = policy
            .children()
            .iter()
            .filter(|child| child.is(Vocabulary::Pskc, "KeyUsage"))
            .peekable();
        if usages.peek().is_some() && !usages.any(|usage| usage.text() == "OTP") {
            return Err(
                "the policy does not allow the key for one-time codes (KeyUsage OTP)".into(),
            );
        }
        for rule in policy.children() {
            match rule.name() {
                "ExpiryDate" if expired(rule.text(), now)? => {
                    return Err(format!("the key expired on {}", excerpt(rule.text())));
                }
                "KeyUsage" | "StartDate" | "ExpiryDate" => {}
                "PINPolicy" if matches!(rule.attribute("PINUsageMode"), Some("Local") | None) => {}
                "PINPolicy" => {
                    return Err(
                        "a PIN that is part of the code is not supported (PINUsageMode Local is)"
                            .into(),
                    );
                }
                other => {
                    return Err(format!(
                        "the policy has a rule that is not known, {:?}, so the key may not be used (RFC 6030 section 5)",
                        excerpt(other)
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Whether this `xs:dateTime` lies before now. Without an offset it is in UTC.
fn expired(text: &str, now: u64) -> Result<bool, String> {
    let with_offset = text.parse::<jiff::Timestamp>();
    let expiry = with_offset.or_else(|_| {
        let without = text.parse::<jiff::civil::DateTime>()?;
        Ok::<_, jiff::Error>(without.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
    });
    match expiry {
        Ok(expiry) => Ok(i128::from(expiry.as_second()) < i128::from(now)),
        Err(_) => Err(format!(
            "the ExpiryDate {:?} is not a date and time",
            excerpt(text)
        )),
    }
}
