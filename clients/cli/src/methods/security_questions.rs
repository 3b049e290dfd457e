//! `secinfo add security-questions`.

use super::Add;
use crate::client::Client;
use crate::dialogue::answers::{self, Shown};
use crate::dialogue::enrollment;
use secinfo_terminal::environment;
use secinfo_terminal::failure::{Failure, bus_sentence};
use secinfo_terminal::screen::Screen;
use secinfo_wire::names::kind;
use secinfo_wire::{Challenge, EnrollmentOptions, Form, Forms, Reason, Response};
use secinfo_words::message;
use serde::Serialize;
use zeroize::Zeroizing;

const JSON: &str = r#"JSON: first the line {"security_questions":{"to_enrol", "to_answer", "questions":[{"id", "text"}, ...]}}; then so many pairs of lines are read from standard input, the id of a question and the answer; then the line {"enrollment":{"kind", "expires", "attempts", "becomes_default"}}; then the line {"method":{as on the page}, "became_default", "former_default", "default_method"}."#;

/// How many characters an answer has.
const LENGTH: std::ops::RangeInclusive<usize> = 3..=40;

/// Choose security questions and answer them, each twice; former ones are replaced
///
/// A password reset asks some of them, beside another method. Administrators of the host cannot have
/// them.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(super) struct Arguments {
    /// Show the answers while they are typed
    #[arg(long)]
    show: bool,
    /// What to call them
    #[arg(long)]
    label: Option<String>,
}

/// The questions to choose from.
#[derive(Serialize)]
struct Offer {
    to_enrol: usize,
    to_answer: u32,
    questions: Vec<Question>,
}

#[derive(Serialize)]
struct Question {
    id: String,
    text: String,
}

#[derive(Serialize)]
struct OfferJson<'a> {
    security_questions: &'a Offer,
}

#[derive(Serialize)]
struct NothingJson {}

/// The questions that were chosen, with their answers.
type Chosen<'a> = Vec<(&'a Question, Zeroizing<String>)>;

impl Add for Arguments {
    async fn add(self, client: &Client) -> Result<(), Failure> {
        let screen = &client.screen;
        let offer = Offer::get(client).await?;
        screen.json(&OfferJson {
            security_questions: &offer,
        })?;
        let shown = if self.show { Shown::Yes } else { Shown::No };
        let chosen = if screen.interactive {
            offer.choose(screen, shown)?
        } else {
            offer.read(screen)?
        };
        let mut options = EnrollmentOptions::default();
        options.label = self.label;
        options.language = environment::locale();
        options.forms = Forms::from_iter([Form::Answers]);
        let ids = chosen.iter().map(|(question, _)| question.id.clone());
        options.questions = Some(ids.collect());
        let answers = chosen.iter().map(|(_, answer)| answer.to_string());
        options.answers = Some(answers.collect());
        let enrollment = enrollment::start(client, kind::SECURITY_QUESTIONS, &options).await?;
        enrollment.tell(client, NothingJson {})?;
        let Challenge::Answers { questions } = &enrollment.details.challenge else {
            let what = "security questions that are proved by no answers".to_owned();
            return Err(secinfo_wire::Error::Protocol(what).into());
        };
        let questions = questions.clone();
        let answered = |refusal: Option<&secinfo_wire::Error>| {
            if !screen.interactive {
                return match refusal {
                    Some(refusal) => Err(refused(screen, refusal)),
                    None => Ok(again(&chosen)),
                };
            }
            screen.note(&match refusal.map(secinfo_wire::Error::reason) {
                None => screen.words.say(message::AddQuestionsAgain),
                Some(Some(Reason::WrongCode)) => screen.words.say(message::AddQuestionsNotSame),
                Some(_) => bus_sentence(refusal.expect("there is one"), screen.words).into(),
            })?;
            answers::ask_all(screen, &questions, shown)?.ok_or_else(|| none_given(screen))
        };
        enrollment.finish_with(client, answered).await
    }
}

impl Offer {
    async fn get(client: &Client) -> Result<Self, Failure> {
        let locale = environment::locale().unwrap_or_default();
        let manager = client.manager().await?;
        let (questions, to_enrol, to_answer) = manager.list_questions(&locale).await?;
        let questions = questions.into_iter();
        Ok(Self {
            to_enrol: usize::try_from(to_enrol).unwrap_or(usize::MAX),
            to_answer,
            questions: questions.map(|(id, text)| Question { id, text }).collect(),
        })
    }

    /// Lets a person choose and answer.
    fn choose(&self, screen: &Screen, shown: Shown) -> Result<Chosen<'_>, Failure> {
        let words = screen.words;
        screen.paragraph(&words.say(message::AddQuestionsChoose {
            count: self.to_enrol.to_string().into(),
            asked: self.to_answer.to_string().into(),
        }))?;
        for (index, question) in self.questions.iter().enumerate() {
            screen.note(&format!("  {:>2}  {}", index + 1, question.text))?;
        }
        let mut chosen: Chosen<'_> = Vec::new();
        for question in self.numbers(screen)? {
            let answer = loop {
                let answer = answers::ask(screen, &question.text, shown)?;
                let answer = answer.ok_or_else(|| none_given(screen))?;
                let others = chosen.iter().map(|(_, answer)| answer.as_str());
                if !LENGTH.contains(&answer.chars().count()) {
                    screen.note(&words.say(message::AddQuestionsAnswerWrong))?;
                } else if is_weak(&answer, &question.text, others) {
                    screen.note(&words.say(message::AddQuestionsAnswerAlike))?;
                } else {
                    break answer;
                }
            };
            chosen.push((question, answer));
        }
        Ok(chosen)
    }

    fn numbers(&self, screen: &Screen) -> Result<Vec<&Question>, Failure> {
        let words = screen.words;
        loop {
            let typed = screen.ask(&words.say(message::AddQuestionsNumbers))?;
            let typed = typed.ok_or_else(|| none_given(screen))?;
            if let Some(chosen) = self.numbered(&typed) {
                return Ok(chosen);
            }
            screen.note(&words.say(message::AddQuestionsNumbersWrong {
                count: self.to_enrol.to_string().into(),
                most: self.questions.len().to_string().into(),
            }))?;
        }
    }

    /// The questions of these numbers, if they are as many as there are to be and no two the same.
    fn numbered(&self, typed: &str) -> Option<Vec<&Question>> {
        let mut numbers: Vec<usize> = Vec::new();
        for word in typed.split([' ', ',', ';']).filter(|word| !word.is_empty()) {
            let number = word.parse().ok()?;
            if numbers.contains(&number) {
                return None;
            }
            numbers.push(number);
        }
        let questions = numbers.iter().map(|number| {
            let index = number.checked_sub(1)?;
            self.questions.get(index)
        });
        let questions: Option<Vec<_>> = questions.collect();
        questions.filter(|questions| questions.len() == self.to_enrol)
    }

    /// Reads ids and answers from a program.
    fn read(&self, screen: &Screen) -> Result<Chosen<'_>, Failure> {
        let missing = || Failure::Usage(screen.words.say(message::AddQuestionsMissing).to_string());
        let mut chosen: Chosen<'_> = Vec::new();
        for _ in 0..self.to_enrol {
            let id = screen.ask("")?.ok_or_else(missing)?;
            let question = self.questions.iter().find(|question| question.id == *id);
            let answer = screen.ask("")?.ok_or_else(missing)?;
            chosen.push((question.ok_or_else(missing)?, answer));
        }
        Ok(chosen)
    }
}

/// Whether the daemon would refuse an answer for being like another, or a word of its question.
fn is_weak<'a>(answer: &str, question: &str, mut others: impl Iterator<Item = &'a str>) -> bool {
    let plain = |text: &str| text.to_lowercase();
    let answer = Zeroizing::new(plain(answer));
    let question = plain(question);
    let mut words = question.split(|c: char| !c.is_alphanumeric());
    others.any(|other| plain(other) == *answer)
        || words.any(|word| word == answer.as_str())
        || *answer == question
}

/// The same answers once more.
fn again(chosen: &Chosen<'_>) -> Response {
    let answers = chosen.iter().map(|(_, answer)| answer.as_str().into());
    Response::Answers(answers.collect())
}

fn refused(screen: &Screen, refusal: &secinfo_wire::Error) -> Failure {
    Failure::NotVerified(bus_sentence(refusal, screen.words))
}

fn none_given(screen: &Screen) -> Failure {
    let words = screen.words.say(message::AddQuestionsNoneGiven);
    Failure::NotVerified(words.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> Offer {
        let question = |number: usize| Question {
            id: format!("question-{number}"),
            text: format!("Question {number}?"),
        };
        Offer {
            to_enrol: 3,
            to_answer: 3,
            questions: (1..=5).map(question).collect(),
        }
    }

    #[test]
    fn questions_are_chosen_by_as_many_different_numbers_as_there_are_to_be() {
        let offer = offer();
        let ids = |typed| {
            let questions = offer.numbered(typed)?.into_iter();
            Some(
                questions
                    .map(|question| question.id.as_str())
                    .collect::<Vec<_>>(),
            )
        };
        let right = Some(vec!["question-5", "question-1", "question-2"]);
        assert_eq!(ids("5 1 2"), right);
        assert_eq!(ids(" 5,1;  2 "), right);
        for wrong in [
            "", "1 2", "1 2 3 4", "1 1 2", "0 1 2", "1 2 6", "one 2 3", "-1 2 3",
        ] {
            assert_eq!(ids(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_answer_like_another_or_out_of_the_question_is_asked_for_again() {
        let weak = |answer| is_weak(answer, "Your first pet?", ["Bowie"].into_iter());
        assert!(weak("BOWIE") && weak("Pet") && weak("your first pet?"));
        assert!(!weak("Rex"));
    }

    #[test]
    fn the_json_form_is_stable() {
        let mut offer = offer();
        offer.questions.truncate(1);
        let line = OfferJson {
            security_questions: &offer,
        };
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"security_questions":{"to_enrol":3,"to_answer":3,"questions":[{"id":"question-1","text":"Question 1?"}]}}"#
        );
    }
}
