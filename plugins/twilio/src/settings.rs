//! The settings, and their validation.

use jiff::SignedDuration;
use secinfo_channel::{CreateError, SecretText, http};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of `text-twilio` and `call-twilio`.
///
/// Durations are written as `"10s"` or `"2m"`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The account: `AC` and 32 hexadecimal digits.
    account_sid: String,
    /// The account's token. Set either this or an API key, which can be revoked separately.
    auth_token: Option<SecretText>,
    /// An API key: `SK` and 32 hexadecimal digits.
    api_key_sid: Option<String>,
    /// The secret of the API key.
    api_key_secret: Option<SecretText>,
    /// The sender: a number of the account (`+15005550006`); for texts also a short code or a name.
    from: Option<String>,
    /// For texts, instead of `from`: a messaging service, which chooses the sender. `MG` and 32
    /// hexadecimal digits.
    messaging_service_sid: Option<String>,
    /// The URL of Twilio's API; by default `https://api.twilio.com`. Plain http is for this host
    /// only.
    base_url: Option<String>,
    /// PEM file of the certificate authorities that are trusted for it, instead of the system's.
    ca_file: Option<PathBuf>,
    /// How long connecting may take, name resolution and TLS included; by default 5 s.
    connect_timeout: Option<String>,
    /// How long a request may take, connecting included; by default 10 s.
    timeout: Option<String>,
    /// How long the status of an accepted message is polled; by default 90 s.
    follow_up: Option<String>,
    /// How long after acceptance the status is polled first; the pause doubles each time. By
    /// default 2 s.
    first_check: Option<String>,
    /// For texts: whether the text is erased at Twilio once its status is final; by default yes.
    redact: Option<bool>,
    /// For calls: the voice for each language, such as `{ de = "Polly.Vicki" }`.
    voices: Option<BTreeMap<String, String>>,
}

/// Validated settings.
pub(crate) struct Checked {
    pub(crate) account: String,
    pub(crate) access: Access,
    pub(crate) follow_up: Duration,
    pub(crate) first_check: Duration,
    pub(crate) medium: Medium,
}

/// The address of Twilio's API and how to connect to it.
pub(crate) struct Access {
    /// The beginning of every URL, without a trailing slash.
    pub(crate) base: String,
    pub(crate) credentials: Credentials,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
}

/// The credentials of the account.
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: SecretText,
}

/// The kind of message, with its own settings.
pub(crate) enum Medium {
    Text {
        sender: Sender,
        redact: bool,
    },
    Call {
        from: String,
        voices: BTreeMap<String, String>,
    },
}

/// The sender of texts.
pub(crate) enum Sender {
    From(String),
    Service(String),
}

impl Settings {
    /// Validates the settings of a channel for texts.
    pub(crate) fn check_for_texts(mut self) -> Result<Checked, CreateError> {
        if self.voices.is_some() {
            return Err(unusable("voices are for calls: remove voices"));
        }
        let sender = match (self.from.take(), self.messaging_service_sid.take()) {
            (Some(from), None) if is_sender(&from) => Sender::From(from),
            (Some(_), None) => {
                return Err(unusable(
                    "from is no sender of texts: write a number such as \"+15005550006\", a short code, or a name of up to 11 letters and digits",
                ));
            }
            (None, Some(service)) if is_sid(&service, "MG") => Sender::Service(service),
            (None, Some(_)) => {
                return Err(unusable(
                    "messaging_service_sid is not one: copy it from Twilio's console, it is MG and 32 hexadecimal digits",
                ));
            }
            _ => {
                return Err(unusable(
                    "set either from or messaging_service_sid, so that texts have a sender",
                ));
            }
        };
        let redact = self.redact.unwrap_or(true);
        self.check(Medium::Text { sender, redact })
    }

    /// Validates the settings of a channel for calls.
    pub(crate) fn check_for_calls(mut self) -> Result<Checked, CreateError> {
        if self.messaging_service_sid.is_some() || self.redact.is_some() {
            return Err(unusable(
                "messaging_service_sid and redact are for texts: remove them, and set from",
            ));
        }
        let from = self
            .from
            .take()
            .filter(|from| is_number(from))
            .ok_or_else(|| {
                unusable("set from to a number that may call, such as \"+15005550006\"")
            })?;
        let voices = self.voices.take().unwrap_or_default();
        if let Some((language, _)) = voices.iter().find(|(_, voice)| !is_voice(voice)) {
            return Err(CreateError(format!(
                "the voice of {language} is not the name of one: write one that Twilio's list of voices names, such as \"Polly.Vicki\""
            )));
        }
        self.check(Medium::Call { from, voices })
    }

    fn check(self, medium: Medium) -> Result<Checked, CreateError> {
        if !is_sid(&self.account_sid, "AC") {
            return Err(unusable(
                "account_sid is not one: copy it from Twilio's console, it is AC and 32 hexadecimal digits",
            ));
        }
        let connect_timeout = duration(
            "connect_timeout",
            self.connect_timeout.as_deref(),
            Duration::from_secs(5),
        )?;
        let timeout = duration("timeout", self.timeout.as_deref(), Duration::from_secs(10))?;
        // Otherwise a time-out could not tell a server that was never reached from one that may
        // have the message.
        if connect_timeout >= timeout {
            return Err(unusable(
                "connect_timeout must be shorter than timeout: make timeout longer",
            ));
        }
        let access = Access {
            base: base(self.base_url.as_deref())?,
            credentials: credentials(
                &self.account_sid,
                self.auth_token,
                self.api_key_sid,
                self.api_key_secret,
            )?,
            ca_file: self.ca_file,
            connect_timeout,
            timeout,
        };
        Ok(Checked {
            account: self.account_sid,
            access,
            follow_up: duration(
                "follow_up",
                self.follow_up.as_deref(),
                Duration::from_secs(90),
            )?,
            first_check: duration(
                "first_check",
                self.first_check.as_deref(),
                Duration::from_secs(2),
            )?,
            medium,
        })
    }
}

pub(crate) fn unusable(text: &str) -> CreateError {
    CreateError(text.to_owned())
}

fn credentials(
    account: &str,
    token: Option<SecretText>,
    key: Option<String>,
    secret: Option<SecretText>,
) -> Result<Credentials, CreateError> {
    let credentials = match (token, key, secret) {
        (Some(token), None, None) => Credentials {
            user: account.to_owned(),
            password: token,
        },
        (None, Some(key), Some(secret)) if is_sid(&key, "SK") => Credentials {
            user: key,
            password: secret,
        },
        (None, Some(_), Some(_)) => {
            return Err(unusable(
                "api_key_sid is not one: copy it from Twilio's console, it is SK and 32 hexadecimal digits",
            ));
        }
        _ => {
            return Err(unusable(
                "set either auth_token, or api_key_sid and api_key_secret",
            ));
        }
    };
    let password = credentials.password.as_str();
    if password.is_empty() || !password.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unusable(
            "auth_token or api_key_secret is empty, or has white space or other signs in it: copy it from Twilio's console again",
        ));
    }
    Ok(credentials)
}

const DEFAULT_URL: &str = "https://api.twilio.com";

/// Validates a URL for [`Access::base`].
fn base(text: Option<&str>) -> Result<String, CreateError> {
    let wrong = || {
        unusable(
            "base_url is not usable: write an https address such as \"https://api.twilio.com\", or leave it out; http is for an address of this host itself",
        )
    };
    http::base(text.unwrap_or(DEFAULT_URL)).ok_or_else(wrong)
}

const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_mins(10);

fn duration(name: &str, text: Option<&str>, default: Duration) -> Result<Duration, CreateError> {
    let Some(text) = text else {
        return Ok(default);
    };
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| (SHORTEST..=LONGEST).contains(duration))
        .ok_or_else(|| {
            CreateError(format!(
                "{name} is no time from 10 ms to 10 min: write one such as \"10s\""
            ))
        })
}

/// Whether a text is a SID of Twilio: a prefix of two letters and 32 hexadecimal digits.
pub(crate) fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

/// Whether a text is a number in E.164: a plus sign and at most 15 digits.
fn is_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

/// Whether a text is a number, a short code, or an alphanumeric sender ID: 1 to 11 letters, digits,
/// spaces and a few symbols, with at least one letter.
fn is_sender(text: &str) -> bool {
    let is_short_code = (3..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let is_name = (1..=11).contains(&text.len())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b" +-_&".contains(&byte))
        && text.trim() == text;
    is_number(text) || is_short_code || is_name
}

fn is_voice(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn settings(change: impl FnOnce(&mut Value)) -> Settings {
        let mut value = json!({
            "account_sid": format!("AC{}", "0".repeat(32)),
            "auth_token": "token7f3e",
            "from": "+15005550006",
        });
        change(&mut value);
        serde_json::from_value(value).unwrap()
    }

    fn error(result: Result<Checked, CreateError>) -> String {
        result.err().expect("these settings are wrong").0
    }

    #[test]
    fn most_settings_are_optional() {
        let text = settings(|_| ()).check_for_texts().ok().unwrap();
        assert_eq!(text.access.base, "https://api.twilio.com");
        assert!(matches!(
            text.medium,
            Medium::Text {
                sender: Sender::From(_),
                redact: true
            }
        ));
        assert!(settings(|_| ()).check_for_calls().is_ok());
    }

    #[test]
    fn an_api_key_replaces_the_token() {
        let checked = settings(|value| {
            value.as_object_mut().unwrap().remove("auth_token");
            value["api_key_sid"] = format!("SK{}", "1".repeat(32)).into();
            value["api_key_secret"] = "other".into();
        })
        .check_for_texts()
        .ok()
        .unwrap();
        assert!(checked.account.starts_with("AC"));
        assert!(checked.access.credentials.user.starts_with("SK"));
        assert_eq!(checked.access.credentials.password.as_str(), "other");
    }

    #[test]
    fn an_error_names_the_invalid_setting() {
        let cases: [(&str, Value, &str); 13] = [
            ("account_sid", json!("AC12"), "account_sid"),
            ("auth_token", json!(""), "auth_token"),
            ("auth_token", json!("two words"), "auth_token"),
            ("api_key_sid", json!("SK1"), "either auth_token"),
            ("from", json!("a name too long"), "from"),
            ("from", json!("+0123456789"), "from"),
            ("from", Value::Null, "either from"),
            (
                "messaging_service_sid",
                json!(format!("MG{}", "2".repeat(32))),
                "either from",
            ),
            ("base_url", json!("http://api.twilio.com"), "base_url"),
            (
                "base_url",
                json!("https://me:pw@api.twilio.com"),
                "base_url",
            ),
            ("timeout", json!("soon"), "timeout"),
            ("connect_timeout", json!("30s"), "connect_timeout"),
            ("voices", json!({"de": "Polly.Vicki"}), "voices"),
        ];
        for (name, value, named) in cases {
            let text = error(settings(|all| all[name] = value).check_for_texts());
            assert!(text.contains(named), "{name}: {text}");
            assert!(!text.contains("7f3e"), "{text}");
        }
    }

    #[test]
    fn calls_come_from_a_number() {
        let name = settings(|all| all["from"] = "Example".into());
        assert!(error(name.check_for_calls()).contains("from"));
        let voice = settings(|all| all["voices"] = json!({"de": "<Say>"}));
        assert!(error(voice.check_for_calls()).contains("voice of de"));
        let text = settings(|all| all["redact"] = true.into());
        assert!(error(text.check_for_calls()).contains("redact"));
    }

    #[test]
    fn plain_http_goes_to_this_host_only() {
        for here in [
            "http://127.0.0.1:8080",
            "http://[::1]:1/",
            "http://localhost",
        ] {
            assert!(base(Some(here)).is_ok(), "{here}");
        }
        for elsewhere in [
            "http://127.0.0.1.example.org",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "http://localhost@example.org",
        ] {
            assert!(base(Some(elsewhere)).is_err(), "{elsewhere}");
        }
        assert_eq!(
            base(Some("http://[::1]:1/a/")),
            Ok("http://[::1]:1/a".into())
        );
    }
}
