//! Answers to questions that the administrator has chosen. They serve password reset only.

use super::answer::{Accepted, Answer, Judgement};
use super::proved::Proved;
use super::row::{CredentialRules, Enrollment, Row};
use crate::{Purpose, QuestionId, Strength};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

pub(super) const ROW: Row = Row {
    purposes: &[Purpose::PasswordReset],
    fallback_rank: None,
    takes_over_default: false,
    strength: Strength::Knowledge,
    protection: Strength::Delivered,
    sent_to: None,
    can_be_guessed: true,
    enrollment: Enrollment::OwnSecret,
    most: None,
    replaces: true,
    needs_another: false,
    is_importable: false,
};

/// Security questions, with their answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityQuestions {
    /// How many they are.
    pub count: u8,
}

impl SecurityQuestions {
    /// So many questions, which the user has answered twice in the same way.
    pub fn proved(count: u8) -> Proved<Self> {
        Proved::new(Self { count })
    }
}

impl CredentialRules for SecurityQuestions {
    fn judge(&self, answer: Answer) -> Judgement {
        match answer {
            Answer::Answers => Judgement::Accepted(Accepted::Answers),
            _ => Judgement::DoesNotFit,
        }
    }
}

/// Which security questions there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityQuestionRules {
    /// How many a user chooses and answers when setting them up.
    pub to_enrol: u8,
    /// How many of these a password reset asks.
    pub to_answer: u8,
    /// Those that can be chosen. What is asked for no user is spread over these and former rules as the
    /// users' questions are, so that a new list does not tell users from others.
    pub listed: Vec<QuestionId>,
}

impl SecurityQuestionRules {
    /// How many there may be, of either.
    pub const COUNT: RangeInclusive<u8> = 3..=10;
}

impl Default for SecurityQuestionRules {
    fn default() -> Self {
        Self {
            to_enrol: 5,
            to_answer: 3,
            listed: Vec::new(),
        }
    }
}
