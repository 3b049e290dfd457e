//! `[question.NAME]`: security questions of the site.

use super::document::Section;
use super::value::{self, Refusal};
use crate::methods::{OwnQuestion, Questions};
use secinfo_domain::{InvalidName, Policy, QuestionId};
use secinfo_words::Language;
use toml::de::DeValue;

/// The most characters of a question.
const LONGEST: usize = 200;

/// What the name of a question is made of.
const NAME: &str =
    "use up to 40 lowercase letters, digits and '-', such as [question.first-office]";

pub(super) fn read(root: &mut Section<'_, '_>, with_shipped: bool, policy: &Policy) -> Questions {
    let own = root.each_called("question", NAME, name, |id, section| {
        let texts = Language::ALL.into_iter().filter_map(|language| {
            let text = section.optional(language.tag(), text)?;
            Some((language, text))
        });
        let texts: Vec<_> = texts.collect();
        section.require(!texts.is_empty(), &[], "the question has no words", || {
            "add them in a language at least: `en`, `de` or `fr`".to_owned()
        });
        OwnQuestion { id, texts }
    });
    let questions = Questions::new(own, with_shipped);
    let to_enrol = usize::from(policy.rules.security_questions.to_enrol);
    root.require(
        questions.count() >= to_enrol,
        &["question", "messages"],
        &format!("users are to choose {to_enrol} security questions, and there are fewer"),
        || "add sections [question.NAME], or turn on `shipped_questions`".to_owned(),
    );
    questions
}

fn name(text: &str) -> Result<String, InvalidName> {
    QuestionId::parse(text).map(|id| id.as_str().to_owned())
}

fn text(value: &DeValue<'_>) -> Result<String, Refusal> {
    let text = value::text(value)?;
    let length = text.chars().count();
    if (3..=LONGEST).contains(&length) && !text.contains(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(Refusal::new(
        "it is no question",
        "write 3 to 200 characters on one line",
    ))
}
