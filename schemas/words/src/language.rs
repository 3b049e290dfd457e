//! The languages that ship.

use unic_langid::LanguageIdentifier;

/// A language in which messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
}

/// The longest text that is looked at as a locale.
const LIMIT: usize = 64;

impl Language {
    /// Every language that ships.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::French];

    /// The first of the wanted languages that ships, else English. Each is a POSIX locale such as
    /// `de_AT.UTF-8` or a BCP 47 tag such as `fr-CA`; the locales `C` and `POSIX` are English.
    pub fn negotiate(wanted: &[&str]) -> Self {
        wanted
            .iter()
            .find_map(|locale| Self::of(locale))
            .unwrap_or_default()
    }

    fn of(locale: &str) -> Option<Self> {
        if locale.len() > LIMIT {
            return None;
        }
        let primary = locale.split(['_', '-', '.', '@']).next()?;
        if primary == "C" || primary == "POSIX" {
            return Some(Self::English);
        }
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
        }
    }

    pub(crate) fn identifier(self) -> LanguageIdentifier {
        self.tag().parse().expect("a tag that ships is well-formed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wanted_language_that_ships_is_taken() {
        let long = format!("de-{}", "x".repeat(LIMIT));
        for (wanted, tag) in [
            (&["de_AT.UTF-8"][..], "de"),
            (&["fr-CA"], "fr"),
            (&["FR"], "fr"),
            (&["de@euro"], "de"),
            (&["C.UTF-8", "de"], "en"),
            (&["POSIX"], "en"),
            (&["pt_BR.UTF-8", "fr_FR", "de"], "fr"),
            (&["pt_BR"], "en"),
            (&["", "de"], "de"),
            (&["den"], "en"),
            (&[&long], "en"),
            (&[], "en"),
        ] {
            assert_eq!(Language::negotiate(wanted).tag(), tag, "{wanted:?}");
        }
    }
}
