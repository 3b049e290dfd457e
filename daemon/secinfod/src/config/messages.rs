//! `[messages]`: how codes and notices are written.

use super::document::Section;
use super::value::{self, Refusal};
use secinfo_domain::Country;
use toml::de::DeValue;

/// How codes and notices are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagesConfig {
    /// The country of phone numbers that users write without one.
    pub default_country: Option<Country>,
    /// The name of the host as messages say it; without one, the name of the host.
    pub host: Option<String>,
    /// The language of messages to users whose languages have no messages.
    pub language: &'static str,
}

impl Default for MessagesConfig {
    fn default() -> Self {
        Self {
            default_country: None,
            host: None,
            language: "en",
        }
    }
}

/// How codes and notices are written, and whether the security questions that ship can be chosen.
pub(super) fn read(section: &mut Section<'_, '_>) -> (MessagesConfig, bool) {
    let or = MessagesConfig::default();
    let languages = ["en", "de", "fr"].map(|tag| (tag, tag));
    let with_shipped = section.read("shipped_questions", true, value::yes_or_no);
    let messages = MessagesConfig {
        default_country: section.read("default_country", or.default_country, country_or_none),
        host: section.read("host", or.host, host_or_none),
        language: section.read("language", or.language, value::word(&languages)),
    };
    (messages, with_shipped)
}

fn country_or_none(value: &DeValue<'_>) -> Result<Option<Country>, Refusal> {
    if value::text(value)?.is_empty() {
        return Ok(None);
    }
    value::country(value).map(Some)
}

fn host_or_none(value: &DeValue<'_>) -> Result<Option<String>, Refusal> {
    let text = value::text(value)?;
    if text.is_empty() {
        return Ok(None);
    }
    if crate::messages::is_domain(text) {
        return Ok(Some(text.to_owned()));
    }
    Err(Refusal::new(
        "it is no name of a host",
        "write one such as \"login.example.org\", or \"\" for the name of the host",
    ))
}
