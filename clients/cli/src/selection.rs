//! Which method an argument means: its number on the page, its label, its kind, or the beginning
//! of its id.

use crate::security_info::{Method, SecurityInfo};
use secinfo_terminal::failure::Failure;
use secinfo_words::{Language, Words, message};

/// Shorter beginnings of an id would be taken for something else.
const LEAST_ID_PREFIX: usize = 4;

impl SecurityInfo {
    /// The one method that `text` means. A refusal is told in these words.
    pub(crate) fn select(&self, text: &str, words: Words) -> Result<&Method, Failure> {
        let methods = &self.methods;
        if let Some(method) =
            secinfo_typed::number(text).and_then(|number| methods.get(number.checked_sub(1)?))
        {
            return Ok(method);
        }
        let found: Vec<&Method> = methods
            .iter()
            .filter(|method| is_meant(method, text, words))
            .collect();
        let (problem, candidates) = match found.as_slice() {
            [one] => return Ok(one),
            [] if methods.is_empty() => {
                let problem = words.say(message::SelectNoneYet);
                return Err(Failure::Refused(problem.to_string()));
            }
            [] => {
                let problem = words.say(message::SelectUnknown { text: text.into() });
                (problem, methods.iter().collect())
            }
            _ => {
                let problem = words.say(message::SelectAmbiguous { text: text.into() });
                (problem, found)
            }
        };
        let candidates = self.candidates(&candidates, words);
        Err(Failure::Refused(format!("{}\n{candidates}", *problem)))
    }

    /// A line for each of these methods, with its number and the beginning of its id.
    pub(crate) fn candidates(&self, methods: &[&Method], words: Words) -> String {
        let number = |method: &Method| {
            self.methods
                .iter()
                .position(|other| other.path == method.path)
        };
        let line = |method: &&Method| {
            let number = number(method).map_or(0, |index| index + 1);
            let id: String = method.properties.id.chars().take(8).collect();
            let candidate = words.say(message::MethodCandidate {
                method: method.named(words).into(),
                id: id.into(),
            });
            format!("  {number}  {}", *candidate)
        };
        methods.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn is_meant(method: &Method, text: &str, words: Words) -> bool {
    let lower = text.to_lowercase();
    let properties = &method.properties;
    let is_kind = |words: Words| words.kind(&properties.kind).to_lowercase() == lower;
    properties.label.to_lowercase() == lower
        || properties.kind == lower
        || is_kind(words)
        || is_kind(Words::of(Language::English))
        || (text.len() >= LEAST_ID_PREFIX && properties.id.starts_with(&lower))
}

#[cfg(test)]
mod tests {
    use crate::security_info::{SecurityInfo, example};
    use secinfo_words::{Language, Words};

    fn selected(info: &SecurityInfo, text: &str) -> Result<String, String> {
        info.select(text, Words::of(Language::English))
            .map(|method| method.properties.kind.clone())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn number_label_kind_and_id_each_name_a_method() {
        let info = example();
        for text in [
            "1",
            "１",
            "phone",
            "authenticator-app",
            "Authenticator app",
            "aaaa",
            &"a".repeat(32),
        ] {
            assert_eq!(
                selected(&info, text).as_deref(),
                Ok("authenticator-app"),
                "{text}"
            );
        }
        assert_eq!(selected(&info, "3").as_deref(), Ok("hardware-token"));
    }

    #[test]
    fn what_names_none_or_several_is_answered_with_the_candidates() {
        let mut info = example();
        let error = selected(&info, "4").unwrap_err();
        assert!(
            error.contains("no method is \"4\"")
                && error.contains("3  Hardware token (Key ring), id cccccccc")
        );
        assert!(
            selected(&info, "aaa").is_err(),
            "three digits are too few for an id"
        );

        info.methods[2].properties.kind = "authenticator-app".to_owned();
        let error = selected(&info, "authenticator-app").unwrap_err();
        assert!(
            error.contains("several") && error.contains("Phone") && error.contains("Key ring"),
            "{error}"
        );
        assert!(!error.contains("Recovery"), "{error}");

        info.methods.clear();
        assert!(selected(&info, "1").unwrap_err().contains("secinfo add"));
    }
}
