//! The language of messages.

/// A language, with a country or without, as catalogues of messages are named: `de`, `de_AT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Language {
    language: String,
    country: Option<String>,
}

impl Language {
    /// Reads a locale, such as `de_DE.UTF-8`, or a language tag, such as `de-DE`. None for what is
    /// neither, and for the locale without a language: the messages are then in English.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let name = text.split(['.', '@']).next()?;
        let mut parts = name.split(['_', '-']);
        let language = parts.next()?.to_ascii_lowercase();
        let country = parts.next().map(str::to_ascii_uppercase);
        let is_language = matches!(language.len(), 2..=3)
            && language.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_country = country.as_ref().is_none_or(|country| {
            country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase())
        });
        let is_whole = parts.next().is_none();
        (is_language && is_country && is_whole).then_some(Self { language, country })
    }

    /// The catalogues to look into, one after the other, as `LANGUAGE` has them.
    pub(crate) fn catalogues(&self) -> String {
        match &self.country {
            None => self.language.clone(),
            Some(country) => format!("{0}_{country}:{0}", self.language),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_and_a_tag_name_their_catalogues() {
        for (text, catalogues) in [
            ("de_DE.UTF-8", Some("de_DE:de")),
            ("fr-CA", Some("fr_CA:fr")),
            ("de", Some("de")),
            ("sr_RS@latin", Some("sr_RS:sr")),
            ("C", None),
            ("C.UTF-8", None),
            ("POSIX", None),
            ("", None),
            ("../../tmp/x", None),
            ("de_DE_x", None),
            ("de:en", None),
            ("de_../x", None),
        ] {
            let named = Language::parse(text).map(|language| language.catalogues());
            assert_eq!(named.as_deref(), catalogues, "{text:?}");
        }
    }
}
