//! Questions with the hashes of their answers, and which of them are asked.

use super::answer::Answer;
use crate::core::Turn;
use crate::methods::written_code::hashed::{Cost, HashingFailed, hash};
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConstantTimeEq};

/// A question that a user has answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The question's id.
    pub(super) id: String,
    cost: Cost,
    salt: [u8; 16],
    hash: [u8; 32],
}

impl Answered {
    /// Hashes the answer to this question under a salt of its own. It costs one evaluation.
    pub(super) fn new(id: &str, answer: &Answer) -> Result<Self, HashingFailed> {
        let cost = Cost::default();
        let salt = random()?;
        Ok(Self {
            id: id.to_owned(),
            cost,
            salt,
            hash: *hash(answer.as_bytes(), &salt, cost)?,
        })
    }

    /// A question that no answer is right for, which costs as much as others.
    pub(super) fn without_answer() -> Result<Self, HashingFailed> {
        let hash = [random()?, random()?].concat();
        Ok(Self {
            id: String::new(),
            cost: Cost::default(),
            salt: random()?,
            hash: hash.try_into().expect("two halves are one hash"),
        })
    }

    /// Whether this is the answer; what is no answer at all is wrong. Either costs one evaluation.
    fn is_answered_by(&self, typed: &str) -> Result<Choice, HashingFailed> {
        let answer = Answer::parse(typed);
        let bytes = answer.as_ref().map_or(&[][..], Answer::as_bytes);
        let hash = hash(bytes, &self.salt, self.cost)?;
        Ok(hash.ct_eq(&self.hash) & Choice::from(u8::from(answer.is_ok())))
    }
}

/// Whether all answers are right. It costs as much whichever is wrong, and says nothing of it.
pub(super) fn all_right<'a>(
    asked: impl IntoIterator<Item = &'a Answered>,
    typed: impl IntoIterator<Item = &'a str>,
) -> Result<bool, HashingFailed> {
    let mut right = Choice::from(1);
    for (question, typed) in asked.into_iter().zip(typed) {
        right &= question.is_answered_by(typed)?;
    }
    Ok(right.into())
}

/// Which questions are asked, of `count` in an order that was drawn when they were answered: so many,
/// others at each turn; none where there are fewer. A turn is an attempt: one who only begins again is
/// asked the same, and does not get easier ones by that.
pub(super) fn asked(count: usize, so_many: usize, turn: Turn) -> Vec<usize> {
    if count < so_many {
        return Vec::new();
    }
    let place = |number: usize| {
        let from = u128::from(turn.number()) * so_many as u128 + number as u128;
        usize::try_from(from % count as u128).expect("less than a usize")
    };
    (0..so_many).map(place).collect()
}

/// Puts them into a random order.
pub(super) fn shuffle<T>(questions: &mut [T]) -> Result<(), getrandom::Error> {
    for last in (1..questions.len()).rev() {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes)?;
        // Of a few questions, the remainder favours none that anyone could tell.
        let other = u64::from_ne_bytes(bytes) % (last as u64 + 1);
        questions.swap(last, usize::try_from(other).expect("no more than a usize"));
    }
    Ok(())
}

fn random() -> Result<[u8; 16], getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn answered(text: &str) -> Answered {
        Answered::new("pet", &Answer::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn all_answers_have_to_be_right() {
        let questions = ["Rex", "Main Street", "Bowie"].map(answered);
        let right = |typed: [&str; 3]| all_right(&questions, typed).unwrap();
        assert!(right(["rex", "main  street", "BOWIE"]));
        assert!(!right(["rex", "main street", "Bach"]));
        assert!(!right(["bowie", "main street", "rex"]));
        assert!(!right(["", "main street", "bowie"]));
    }

    #[test]
    fn one_answer_to_two_questions_has_two_salts_and_hashes() {
        let (one, other) = (answered("Rex"), answered("Rex"));
        assert!(one.salt != other.salt && one.hash != other.hash);
    }

    #[test]
    fn a_question_without_an_answer_takes_none() {
        let question = Answered::without_answer().unwrap();
        assert!(!all_right([&question], ["Rex"]).unwrap());
    }

    #[test]
    fn each_turn_asks_others_as_far_as_there_are_and_none_twice() {
        for (count, so_many) in [(5, 3), (3, 3), (10, 4), (6, 3)] {
            for turn in [0, 1, 2, 7, u64::MAX] {
                let now = asked(count, so_many, Turn::of(turn));
                let different: BTreeSet<_> = now.iter().copied().collect();
                assert_eq!(different.len(), so_many);
                let next = asked(count, so_many, Turn::of(turn.wrapping_add(1)));
                let new = next.iter().filter(|place| !now.contains(place)).count();
                if turn != u64::MAX {
                    assert_eq!(
                        new,
                        so_many.min(count - so_many),
                        "{count} {so_many} {turn}"
                    );
                }
            }
        }
        for count in 0..3 {
            assert_eq!(asked(count, 3, Turn::of(1)), Vec::<usize>::new());
        }
    }

    #[test]
    fn an_order_is_a_permutation_and_not_always_the_same() {
        let orders: BTreeSet<[u8; 5]> = (0..40)
            .map(|_| {
                let mut order = [0, 1, 2, 3, 4];
                shuffle(&mut order).unwrap();
                order
            })
            .collect();
        assert!(orders.len() > 5);
        for mut order in orders {
            order.sort_unstable();
            assert_eq!(order, [0, 1, 2, 3, 4]);
        }
    }
}
