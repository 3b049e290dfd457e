//! The questions that users can choose: those that ship and those of the site, in the languages that
//! we have.

use secinfo_domain::QuestionId;
use secinfo_words::{Arguments, Language, Words};
use std::sync::Arc;

/// The questions that ship. Their words are messages of these names.
const SHIPPED: [&str; 12] = [
    "childhood-street",
    "first-concert",
    "first-employer",
    "first-holiday",
    "first-pet",
    "first-school-friend",
    "first-teacher",
    "favourite-childhood-book",
    "grandmother-first-name",
    "grandparents-town",
    "parents-met",
    "school-subject",
];

/// A question of the site, with its words in some languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnQuestion {
    /// Its id, which methods keep.
    pub id: String,
    /// Its words.
    pub texts: Vec<(Language, String)>,
}

/// The questions that users can choose. Clones are cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Questions {
    own: Arc<[OwnQuestion]>,
    with_shipped: bool,
}

impl Default for Questions {
    /// Those that ship.
    fn default() -> Self {
        Self::new(Vec::new(), true)
    }
}

impl Questions {
    /// These of the site, and perhaps those that ship.
    pub fn new(own: Vec<OwnQuestion>, with_shipped: bool) -> Self {
        Self {
            own: own.into(),
            with_shipped,
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.ids().count()
    }

    /// The ids, in the order in which they are shown.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let shipped = SHIPPED.iter().copied();
        let is_own = |id: &str| self.own.iter().any(|own| own.id == id);
        let shipped = shipped.filter(move |id| self.with_shipped && !is_own(id));
        self.own.iter().map(|own| own.id.as_str()).chain(shipped)
    }

    /// The ids, as policy has them.
    pub fn listed(&self) -> Vec<QuestionId> {
        let ids = self.ids().map(QuestionId::parse);
        ids.map(|id| id.expect("the configuration takes no other ids"))
            .collect()
    }

    /// The words of a question, in this language where it has any; none for one that is not among
    /// them.
    pub fn text(&self, id: &str, language: Language) -> Option<String> {
        if let Some(own) = self.own.iter().find(|own| own.id == id) {
            let in_language = |wanted| own.texts.iter().find(move |(of, _)| *of == wanted);
            let found = in_language(language)
                .or_else(|| in_language(Language::default()))
                .or_else(|| own.texts.first());
            return found.map(|(_, text)| text.clone());
        }
        if !self.with_shipped || !SHIPPED.contains(&id) {
            return None;
        }
        let words = Words::of(language);
        words
            .find(&format!("security-question-{id}"), None, &Arguments::new())
            .map(|text| text.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_that_ships_is_asked_in_every_language() {
        let questions = Questions::default();
        assert_eq!(questions.count(), SHIPPED.len());
        for language in Language::ALL {
            for id in questions.ids() {
                let text = questions.text(id, language).expect(id);
                assert!(text.ends_with('?'), "{text}");
            }
        }
    }

    #[test]
    fn a_question_of_the_site_is_asked_in_the_language_or_the_next_best() {
        let own = OwnQuestion {
            id: "first-pet".to_owned(),
            texts: vec![
                (Language::German, "Wie hieß Ihr Tier?".to_owned()),
                (Language::English, "Your pet?".to_owned()),
            ],
        };
        let questions = Questions::new(vec![own], false);
        assert_eq!(questions.ids().collect::<Vec<_>>(), ["first-pet"]);
        for (language, text) in [
            (Language::German, "Wie hieß Ihr Tier?"),
            (Language::French, "Your pet?"),
        ] {
            assert_eq!(questions.text("first-pet", language).as_deref(), Some(text));
        }
        assert_eq!(questions.text("first-concert", Language::English), None);
    }
}
