//! The settings, and their validation.

use jiff::SignedDuration;
use reqwest::header::HeaderValue;
use secinfo_channel::http::base;
use secinfo_channel::{CreateError, SecretText};
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of `doorbell`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whose server it is.
    service: ServiceName,
    /// The address of the server, such as `https://ntfy.sh`. Plain http is for this host only.
    url: String,
    /// With ntfy: the topic that the phones subscribe to. Who knows it can read along.
    topic: Option<SecretText>,
    /// With Gotify the token of the application; with ntfy an access token, if the topic needs one.
    token: Option<SecretText>,
    /// PEM file of the certificate authorities that are trusted for the server, instead of the system's.
    ca_file: Option<PathBuf>,
    /// How long a request may take, connecting included: 1 s to 1 min, by default 10 s.
    timeout: Option<String>,
}

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ServiceName {
    Ntfy,
    Gotify,
}

/// Validated settings.
pub(crate) struct Checked {
    /// Without a slash at its end.
    pub(crate) base: String,
    pub(crate) service: Service,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) timeout: Duration,
}

/// A server, with what it takes to reach phones through it.
pub(crate) enum Service {
    /// ntfy.
    Ntfy {
        topic: SecretText,
        /// The header, with the word for the way of authentication.
        token: Option<HeaderValue>,
    },
    /// Gotify.
    Gotify { token: HeaderValue },
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(1);
const LONGEST_TIMEOUT: Duration = Duration::from_mins(1);

/// The longest topic of ntfy.
const LONGEST_TOPIC: usize = 64;

impl Settings {
    /// Validates the settings.
    pub(crate) fn check(self) -> Result<Checked, CreateError> {
        let base = base(&self.url).ok_or_else(|| {
            unusable(
                "url is not usable: write an https address such as \"https://ntfy.sh\"; http is for an address of this host itself",
            )
        })?;
        let service = match (self.service, self.topic, self.token) {
            (ServiceName::Ntfy, Some(topic), token) if is_topic(&topic) => Service::Ntfy {
                topic,
                token: token.map(|token| header("Bearer ", &token)).transpose()?,
            },
            (ServiceName::Ntfy, ..) => {
                return Err(unusable(
                    "set topic to the one that the phones subscribe to: 1 to 64 letters, digits, \"-\" and \"_\"",
                ));
            }
            (ServiceName::Gotify, None, Some(token)) => Service::Gotify {
                token: header("", &token)?,
            },
            (ServiceName::Gotify, Some(_), _) => {
                return Err(unusable("topic is for ntfy: remove it"));
            }
            (ServiceName::Gotify, None, None) => {
                return Err(unusable("set token to that of an application in Gotify"));
            }
        };
        Ok(Checked {
            base,
            service,
            ca_file: self.ca_file,
            timeout: self
                .timeout
                .as_deref()
                .map_or(Ok(DEFAULT_TIMEOUT), timeout)?,
        })
    }
}

fn unusable(text: &str) -> CreateError {
    CreateError(text.to_owned())
}

/// What the server of ntfy takes for a topic.
fn is_topic(text: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=LONGEST_TOPIC).contains(&text.len()) && text.bytes().all(is_inside)
}

fn header(before: &str, token: &SecretText) -> Result<HeaderValue, CreateError> {
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    let value = SecretText::new(format!("{before}{}", token.as_str()));
    let value = HeaderValue::from_str(&value).ok().filter(|_| is_token);
    let mut value = value.ok_or_else(|| {
        unusable("token is empty, or has white space or other signs in it: copy it again")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn timeout(text: &str) -> Result<Duration, CreateError> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|length| Duration::try_from(length).ok())
        .filter(|length| (SHORTEST_TIMEOUT..=LONGEST_TIMEOUT).contains(length))
        .ok_or_else(|| unusable("timeout is not from \"1s\" to \"1m\"; write one such as \"10s\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn error(settings: Value) -> String {
        let settings: Result<Settings, _> = serde_json::from_value(settings);
        match settings.map(Settings::check) {
            Err(error) => error.to_string(),
            Ok(Err(CreateError(text))) => text,
            Ok(Ok(_)) => String::new(),
        }
    }

    #[test]
    fn what_is_wrong_is_named_without_a_secret() {
        let url = "https://push.example.org";
        let long = "a".repeat(65);
        for (settings, word) in [
            (json!({"service": "ntfy", "url": url}), "topic"),
            (
                json!({"service": "ntfy", "url": url, "topic": "a b"}),
                "topic",
            ),
            (
                json!({"service": "ntfy", "url": url, "topic": "a/b"}),
                "topic",
            ),
            (json!({"service": "ntfy", "url": url, "topic": ""}), "topic"),
            (
                json!({"service": "ntfy", "url": url, "topic": long}),
                "topic",
            ),
            (
                json!({"service": "ntfy", "url": url, "topic": "a", "token": "7f3e\n"}),
                "token",
            ),
            (json!({"service": "gotify", "url": url}), "token"),
            (
                json!({"service": "gotify", "url": url, "token": ""}),
                "token",
            ),
            (
                json!({"service": "gotify", "url": url, "token": "7f3e", "topic": "a"}),
                "topic",
            ),
            (
                json!({"service": "gotify", "url": "http://push.example.org", "token": "7f3e"}),
                "url",
            ),
            (
                json!({"service": "ntfy", "url": url, "topic": "a", "timeout": "2m"}),
                "timeout",
            ),
            (json!({"service": "pushover", "url": url}), "pushover"),
            (json!({"service": "ntfy", "url": url, "key": "7f3e"}), "key"),
        ] {
            let text = error(settings.clone());
            assert!(text.contains(word), "{settings}: {text}");
            assert!(!text.contains("7f3e"), "{text}");
        }
        let right = [
            json!({"service": "ntfy", "url": url, "topic": "secinfo-7Kq_2"}),
            json!({"service": "ntfy", "url": url, "topic": "a", "token": "tk_7f3e"}),
            json!({"service": "gotify", "url": "https://h/gotify/", "token": "A7f3e"}),
        ];
        for settings in right {
            assert_eq!(error(settings), "");
        }
    }
}
