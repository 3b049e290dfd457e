//! Security questions at a gate: each at a prompt of its own, and one check of all answers.
//!
//! The questions must not tell whether there is a user. A user who has answered some is asked these, whether
//! they are a gate now or not; every other name is asked decoys, which the vault's key draws for it out of the
//! same list. Which of them come, and when others do, follows from the name alone: see [`crate::core::Turn`].

use super::gates::Stage;
use super::{Reset, Step};
use crate::core::{ServiceError, Turn};
use crate::messages::Part;
use crate::methods;
use crate::methods::kind::Posed;
use crate::service::conversation::is_question;
use crate::service::verification::Verification;
use secinfo_channel::SecretText;
use secinfo_domain::Kind;
use secinfo_wire::{Challenge, Response};
use secrecy::SecretString;

/// Questions that are being answered.
pub(super) struct Questions {
    kind: Kind,
    turn: Turn,
    texts: Vec<String>,
    answers: Vec<SecretString>,
}

impl Reset {
    /// Asks the questions of this turn from the first.
    pub(super) async fn ask_questions(
        &mut self,
        kind: Kind,
        note: Option<&SecretText>,
    ) -> Result<Step, ServiceError> {
        let turn = self.parts.core.turn(&self.name);
        let own = match self.subject.user().await {
            Some(user) => self.own_challenge(&user, kind, turn),
            None => None,
        };
        let challenge = match own {
            Some(challenge) => challenge,
            None => self.decoy_challenge(kind, turn)?,
        };
        let Challenge::Answers { questions: texts } = challenge else {
            return Err(ServiceError::Internal(format!("{kind} asks no questions")));
        };
        let answers = Vec::with_capacity(texts.len());
        let questions = Questions {
            kind,
            turn,
            texts,
            answers,
        };
        Ok(self.ask_next(questions, note))
    }

    fn own_challenge(&self, user: &Verification, kind: Kind, turn: Turn) -> Option<Challenge> {
        let state = self.parts.core.state();
        let method = state.user(user.person.id)?.only(kind)?;
        user.pose(turn);
        let challenge = self.parts.verifications.challenge(user, method, &[]);
        challenge
            .inspect_err(|error| tracing::error!(%error, "security questions cannot be asked"))
            .ok()
            // Of a user who has too few that are still in the list, none are asked.
            .filter(|challenge| {
                let asks = |questions: &Vec<String>| !questions.is_empty();
                matches!(challenge, Challenge::Answers { questions } if asks(questions))
                    && self.is_spelled_out(user)
            })
    }

    fn decoy_challenge(&self, kind: Kind, turn: Turn) -> Result<Challenge, ServiceError> {
        let core = &self.parts.core;
        let posed = Posed::of(core, turn, &self.language);
        let decoy = methods::of(kind).decoy(core, &self.name, &posed)?;
        let decoy = decoy.map(|decoy| decoy.challenge());
        decoy.ok_or_else(|| ServiceError::Internal(format!("{kind} has no decoy")))
    }

    /// Whether the user's name was typed as the account has it. Where a directory knows an account by
    /// several spellings, questions that come at each of them would tell that there is one.
    pub(super) fn is_spelled_out(&self, user: &Verification) -> bool {
        user.person.account.name.as_str() == self.name
    }

    /// Asks the next question that has no answer yet.
    fn ask_next(&mut self, questions: Questions, note: Option<&SecretText>) -> Step {
        let place = questions.answers.len();
        let parts = [
            ("number", Part::Number(place as u64 + 1)),
            ("count", Part::Number(questions.texts.len() as u64)),
            (
                "question",
                Part::Text(questions.texts.get(place).map_or("", |text| text)),
            ),
        ];
        let prompt = self.words.say_with("reset-question", &parts);
        self.stage = Stage::Questions(questions);
        self.words.ask(note, &prompt, false)
    }

    pub(super) async fn on_question(
        &mut self,
        mut questions: Questions,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        if is_question(answer.trim()) {
            return Ok(self.list_kinds(None));
        }
        if !answer.trim().is_empty() {
            questions.answers.push(answer.into());
        }
        if questions.answers.len() < questions.texts.len() {
            return Ok(self.ask_next(questions, None));
        }
        if let Some(user) = self.subject.user().await {
            user.pose(questions.turn);
        }
        let (kind, response) = (questions.kind, Response::Answers(questions.answers));
        match self.prove(kind, &response).await {
            Ok(true) => return self.proved().await,
            Ok(false) => self.parts.core.end_turn(&self.name),
            // Too much is being checked for the caller: they were not looked at.
            Err(ServiceError::Busy) => {
                let note = self.words.say("reset-note-busy");
                return self.ask_questions(kind, Some(&note)).await;
            }
            Err(error) => return Err(error),
        }
        if self.was_last() {
            return Ok(self.refuse("reset-end-not-proved"));
        }
        let note = self.words.say("reset-note-wrong");
        self.ask_questions(kind, Some(&note)).await
    }
}
