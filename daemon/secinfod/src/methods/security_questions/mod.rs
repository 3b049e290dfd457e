//! Security questions: answers that the user has given twice, for password reset.

mod answer;
mod answered;
mod decoy;
mod list;

pub use answered::Answered;
pub use list::{OwnQuestion, Questions};

use super::delivery::code::SentCode;
use super::delivery::destination::Given;
use super::kind::{
    Details, Draft, EnrollmentRequest, MethodKind, OpenMethod, Posed, PromptStyle, Verifier,
    malformed,
};
use super::payload::MethodPayload;
use crate::core::{Core, Person, ServiceError};
use answer::Answer as Text;
use answered::{all_right, asked, shuffle};
use decoy::DecoyVerifier;
use secinfo_domain::kind::{self, Credential, Proved};
use secinfo_domain::policy::{Rules, SecurityQuestionRules};
use secinfo_domain::{Answer, Timestamp, UserName};
use secinfo_wire::{Challenge, Form, Hint, Response, WrongForm};
use secinfo_words::Language;
use secrecy::ExposeSecret;
use std::sync::{Arc, OnceLock};
use subtle::{Choice, ConstantTimeEq};

/// The kind.
pub(super) struct SecurityQuestions;

impl MethodKind for SecurityQuestions {
    fn default_label(&self) -> &'static str {
        "Security questions"
    }

    fn form(&self) -> Form {
        Form::Answers
    }

    fn prompt(&self) -> PromptStyle {
        PromptStyle::Written
    }

    fn begin(
        &self,
        request: &EnrollmentRequest,
        _given: Option<Given>,
        person: &Person,
        core: &Core,
    ) -> Result<Box<dyn Draft>, ServiceError> {
        let settings = core.settings();
        let language = Language::negotiate(&[&request.language, &settings.language]);
        let state = core.state();
        let rules = &state.policy().rules.security_questions;
        let chosen = choose(request, &settings.questions, language, rules)?;
        expect_good(&chosen, &person.account.name)?;
        Ok(Box::new(QuestionsDraft {
            chosen: chosen.into(),
            answered: Arc::default(),
        }))
    }

    fn verifier(
        &self,
        method: OpenMethod,
        rules: &Rules,
        _sent: Option<Arc<SentCode>>,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        let MethodPayload::SecurityQuestions { questions } = method.payload else {
            return Err(malformed());
        };
        let posed = &method.posed;
        // What is not in the list any more is asked of nobody.
        let text = |question: &Answered| posed.questions.text(&question.id, posed.language);
        let questions = questions
            .into_iter()
            .filter_map(|question| Some((text(&question)?, question)));
        let questions: Vec<_> = questions.collect();
        let so_many = rules.security_questions.to_answer.into();
        let places = asked(questions.len(), so_many, posed.turn);
        let (texts, asked) = places
            .into_iter()
            .map(|place| questions[place].clone())
            .unzip();
        Ok(Box::new(QuestionsVerifier { texts, asked }))
    }

    fn decoy(
        &self,
        core: &Core,
        name: &str,
        posed: &Posed,
    ) -> Result<Option<Box<dyn Verifier>>, ServiceError> {
        DecoyVerifier::of(core, name, posed).map(|verifier| Some(Box::new(verifier) as _))
    }

    fn hint(&self, _method: &OpenMethod) -> Hint {
        Hint::default()
    }
}

/// A question, and what the user has answered.
struct Chosen {
    id: String,
    text: String,
    answer: Text,
}

fn refused(what: impl Into<String>) -> ServiceError {
    ServiceError::InvalidArgument(what.into())
}

/// The questions that the user has chosen from the list, each once, with the answers.
fn choose(
    request: &EnrollmentRequest,
    questions: &Questions,
    language: Language,
    rules: &SecurityQuestionRules,
) -> Result<Vec<Chosen>, ServiceError> {
    let to_enrol = usize::from(rules.to_enrol);
    if request.questions.len() != to_enrol || request.answers.len() != to_enrol {
        return Err(refused(format!(
            "choose {to_enrol} of the security questions, and answer each"
        )));
    }
    let mut chosen: Vec<Chosen> = Vec::new();
    for (id, answer) in request.questions.iter().zip(&request.answers) {
        if chosen.iter().any(|before| before.id == *id) {
            return Err(refused("choose each security question once"));
        }
        let unknown = || refused("choose security questions from the list of this host");
        chosen.push(Chosen {
            text: questions.text(id, language).ok_or_else(unknown)?,
            id: id.clone(),
            answer: Text::parse(answer.expose_secret())
                .map_err(|error| refused(error.to_string()))?,
        });
    }
    Ok(chosen)
}

/// Refuses answers that a stranger tries first: the same to all, the user's name, a word of the question.
fn expect_good(chosen: &[Chosen], user: &UserName) -> Result<(), ServiceError> {
    for (place, one) in chosen.iter().enumerate() {
        let others = &chosen[..place];
        let is_same = |other: &Chosen| other.answer.as_bytes() == one.answer.as_bytes();
        if others.iter().any(is_same) {
            return Err(refused("no two answers may be alike: give each its own"));
        }
        if one.answer.is_in(user.as_str()) {
            return Err(refused("your user name is no answer: give another"));
        }
        if one.answer.is_in(&one.text) {
            return Err(refused(
                "an answer that stands in its question is none: give another",
            ));
        }
    }
    Ok(())
}

/// Security questions that are being enrolled. Their answers are in memory until they have been given
/// again, and only then are hashed.
struct QuestionsDraft {
    chosen: Arc<[Chosen]>,
    answered: Arc<OnceLock<Vec<Answered>>>,
}

impl Draft for QuestionsDraft {
    fn verifier(&self, _rules: &Rules, _sent: Option<Arc<SentCode>>) -> Box<dyn Verifier> {
        Box::new(AgainVerifier {
            chosen: Arc::clone(&self.chosen),
            answered: Arc::clone(&self.answered),
        })
    }

    fn prove(&self, answer: Answer, _rules: &Rules, _now: Timestamp) -> Option<Proved<Credential>> {
        let count = u8::try_from(self.answered.get()?.len()).ok()?;
        match answer {
            Answer::Answers => Some(kind::SecurityQuestions::proved(count).into()),
            _ => None,
        }
    }

    fn payload(&self) -> MethodPayload {
        let questions = self.answered.get().cloned();
        MethodPayload::SecurityQuestions {
            questions: questions.expect("they are hashed when they are proved"),
        }
    }

    fn details(&self) -> Details {
        Details::default()
    }
}

/// Asks for all answers again.
struct AgainVerifier {
    chosen: Arc<[Chosen]>,
    answered: Arc<OnceLock<Vec<Answered>>>,
}

impl AgainVerifier {
    fn is_same(&self, typed: &[impl AsRef<str>]) -> bool {
        let mut same = Choice::from(1);
        for (chosen, typed) in self.chosen.iter().zip(typed) {
            same &= match Text::parse(typed.as_ref()) {
                Ok(again) => again.as_bytes().ct_eq(chosen.answer.as_bytes()),
                Err(_) => Choice::from(0),
            };
        }
        same.into()
    }

    /// Hashes the answers, in an order that is drawn.
    fn hash(&self) -> Result<Vec<Answered>, ServiceError> {
        let questions = self.chosen.iter();
        let hashed = questions
            .map(|chosen| Answered::new(&chosen.id, &chosen.answer))
            .collect::<Result<Vec<_>, _>>();
        let mut answered = hashed?;
        shuffle(&mut answered).map_err(|error| ServiceError::Internal(error.to_string()))?;
        Ok(answered)
    }
}

impl Verifier for AgainVerifier {
    fn challenge(&self) -> Challenge {
        let texts = self.chosen.iter().map(|chosen| chosen.text.clone());
        Challenge::Answers {
            questions: texts.collect(),
        }
    }

    fn check(&self, response: &Response, _now: Timestamp) -> Result<Answer, ServiceError> {
        let typed = typed(response, self.chosen.len())?;
        if !self.is_same(&typed) {
            return Ok(Answer::Wrong);
        }
        if self.answered.get().is_none() {
            let answered = self.hash()?;
            self.answered.get_or_init(|| answered);
        }
        Ok(Answer::Answers)
    }

    fn takes_hashing(&self, response: &Response) -> Result<bool, ServiceError> {
        let typed = typed(response, self.chosen.len())?;
        Ok(self.is_same(&typed))
    }
}

/// Asks some of the questions that the user has answered.
struct QuestionsVerifier {
    texts: Vec<String>,
    asked: Vec<Answered>,
}

impl Verifier for QuestionsVerifier {
    fn challenge(&self) -> Challenge {
        Challenge::Answers {
            questions: self.texts.clone(),
        }
    }

    fn check(&self, response: &Response, _now: Timestamp) -> Result<Answer, ServiceError> {
        let typed = typed(response, self.asked.len())?;
        Ok(if all_right(&self.asked, typed)? {
            Answer::Answers
        } else {
            Answer::Wrong
        })
    }

    fn takes_hashing(&self, response: &Response) -> Result<bool, ServiceError> {
        typed(response, self.asked.len()).map(|_| true)
    }
}

/// The answers of a response, one for each question. Another number of them is no attempt.
fn typed(response: &Response, count: usize) -> Result<Vec<&str>, ServiceError> {
    let answers = response.as_answers()?;
    if answers.len() != count || answers.is_empty() {
        return Err(WrongForm(Form::Answers).into());
    }
    Ok(answers.iter().map(ExposeSecret::expose_secret).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use secinfo_domain::Kind;
    use secinfo_wire::Forms;

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn request(questions: &[&str], answers: &[&str]) -> EnrollmentRequest {
        EnrollmentRequest {
            kind: Kind::SecurityQuestions,
            label: None,
            serial: None,
            destination: None,
            place: None,
            language: String::new(),
            secret: None,
            questions: questions.iter().map(|id| (*id).to_owned()).collect(),
            answers: answers.iter().map(|text| (*text).into()).collect(),
            forms: Forms::from_iter([Form::Answers]),
        }
    }

    fn refusal(questions: &[&str], answers: &[&str]) -> Option<String> {
        let rules = SecurityQuestionRules {
            to_enrol: 3,
            ..SecurityQuestionRules::default()
        };
        let request = request(questions, answers);
        let list = Questions::default();
        let user = UserName::parse("alice").unwrap();
        choose(&request, &list, Language::English, &rules)
            .and_then(|chosen| expect_good(&chosen, &user))
            .err()
            .map(|error| error.to_string())
    }

    const IDS: [&str; 3] = ["first-pet", "first-concert", "parents-met"];

    #[test]
    fn as_many_questions_as_policy_says_are_answered_each_once_and_well() {
        assert_eq!(refusal(&IDS, &["Rex", "David Bowie", "Lisbon"]), None);
        for (ids, answers, why) in [
            (&IDS[..2], &["Rex", "Bowie"][..], "choose 3"),
            (&IDS, &["Rex", "Bowie"], "choose 3"),
            (
                &["first-pet", "first-pet", "parents-met"],
                &["Rex", "Bowie", "Rome"],
                "once",
            ),
            (
                &["first-pet", "first-car", "parents-met"],
                &["Rex", "Bowie", "Rome"],
                "the list",
            ),
            (&IDS, &["Rex", "Bo", "Rome"], "3 to 40"),
            (&IDS, &["Rex", "rEX ", "Rome"], "alike"),
            (&IDS, &["Rex", "Alice", "Rome"], "user name"),
            (&IDS, &["Rex", "CONCERT", "Rome"], "in its question"),
        ] {
            let refused = refusal(ids, answers).unwrap_or_default();
            assert!(refused.contains(why), "{answers:?}: {refused}");
        }
    }

    #[test]
    fn a_draft_is_proved_by_all_answers_once_more_and_only_then_hashed() {
        let rules = SecurityQuestionRules {
            to_enrol: 3,
            ..SecurityQuestionRules::default()
        };
        let request = request(&IDS, &["Rex", "David Bowie", "Lisbon"]);
        let chosen = choose(&request, &Questions::default(), Language::English, &rules);
        let draft = QuestionsDraft {
            chosen: chosen.unwrap().into(),
            answered: Arc::default(),
        };
        let verifier = draft.verifier(&Rules::default(), None);
        let check = |answers: [&str; 3]| {
            let response = Response::Answers(answers.map(Into::into).into());
            verifier.check(&response, NOW).unwrap()
        };
        assert!(check(["Rex", "David Bowie", "Lissabon"]) == Answer::Wrong);
        assert!(
            draft
                .prove(Answer::Answers, &Rules::default(), NOW)
                .is_none()
        );
        assert!(check(["rex", "david  bowie", "LISBON"]) == Answer::Answers);
        assert!(
            draft
                .prove(Answer::Answers, &Rules::default(), NOW)
                .is_some()
        );
        let MethodPayload::SecurityQuestions { questions } = draft.payload() else {
            panic!("it is a payload of security questions");
        };
        assert_eq!(questions.len(), 3);
        let stored = postcard::to_allocvec(&questions).unwrap();
        let bowie = b"david bowie";
        assert!(
            !stored
                .windows(bowie.len())
                .any(|part| part.eq_ignore_ascii_case(bowie))
        );
    }
}
