//! Security questions of a name that has answered none: a stranger who asks to reset its password sees them.

use super::answered::{Answered, all_right, asked};
use crate::core::{Core, ServiceError};
use crate::methods::kind::{Posed, Verifier};
use secinfo_domain::{Answer, QuestionId, Timestamp};
use secinfo_wire::{Challenge, Response};
use secrecy::ExposeSecret;

/// One in so many days changes the questions of a name.
const CHANCE: u16 = 512;

/// So many days are looked back: hardly any name has the same questions for longer.
const LONGEST: u64 = 4096;

const DAY: u64 = 24 * 3600;

/// Asks a name for answers as a user of that name would be asked, and takes any for wrong, at the cost of
/// checking as many.
pub(super) struct DecoyVerifier {
    texts: Vec<String>,
    question: Answered,
}

impl DecoyVerifier {
    /// What this name is asked.
    pub(super) fn of(core: &Core, name: &str, posed: &Posed) -> Result<Self, ServiceError> {
        let state = core.state();
        let now = core.now();
        let begun = last_change(now, |week| {
            core.questions_tag(&[b"week", name.as_bytes(), week])
        });
        // As one of the users, who has fewer now where some were taken out of the list. Where those do
        // not suffice, the user has to choose again, and by the rules of today.
        let current = &state.policy().rules.security_questions;
        let used = state.questions_in_use().map(|used| {
            let since = used.since.as_millis().to_be_bytes();
            let drawn = core.questions_tag(&[b"rules", name.as_bytes(), &since]);
            (&used.rules, drawn, used.methods)
        });
        let texts = [drawn_by_weight(used).unwrap_or(current), current]
            .map(|rules| {
                let since = begun.as_seconds().to_be_bytes();
                let tag = |id: &str| {
                    let parts = [b"chosen", name.as_bytes(), &since, id.as_bytes()];
                    core.questions_tag(&parts)
                };
                let ids = rules.listed.iter().map(QuestionId::as_str);
                let chosen = chosen(ids, rules.to_enrol.into(), tag).into_iter();
                chosen
                    .filter_map(|id| posed.questions.text(id, posed.language))
                    .collect::<Vec<_>>()
            })
            .into_iter()
            .find(|texts| texts.len() >= usize::from(current.to_answer))
            .unwrap_or_default();
        let places = asked(texts.len(), current.to_answer.into(), posed.turn);
        let texts = places.into_iter().map(|place| texts[place].clone());
        Ok(Self {
            texts: texts.collect(),
            question: Answered::without_answer()?,
        })
    }
}

impl Verifier for DecoyVerifier {
    fn challenge(&self) -> Challenge {
        Challenge::Answers {
            questions: self.texts.clone(),
        }
    }

    fn check(&self, response: &Response, _now: Timestamp) -> Result<Answer, ServiceError> {
        let given = response
            .as_answers()?
            .iter()
            .map(ExposeSecret::expose_secret);
        all_right(std::iter::repeat(&self.question), given)?;
        Ok(Answer::Wrong)
    }

    fn takes_hashing(&self, response: &Response) -> Result<bool, ServiceError> {
        Ok(!response.as_answers()?.is_empty())
    }
}

/// When the questions of a name have changed last, at this time: users choose others now and then, too. Each
/// day has the same chance, whatever came before, so that neither a change nor a long time without one
/// tells anything. `tag` draws for the days of a week.
fn last_change(now: Timestamp, tag: impl Fn(&[u8]) -> [u8; 16]) -> Timestamp {
    const WEEK: u64 = 7;
    let today = now.as_seconds() / DAY;
    let weeks = (today.saturating_sub(LONGEST) / WEEK..=today / WEEK).rev();
    let days = weeks.flat_map(|week| {
        let drawn = tag(&week.to_be_bytes());
        (0..WEEK).rev().map(move |day| {
            let place = usize::try_from(day * 2).expect("a week is short");
            let drawn = u16::from_be_bytes([drawn[place], drawn[place + 1]]);
            (week * WEEK + day, drawn)
        })
    });
    let mut moments = days.filter_map(|(day, drawn)| {
        // What is left of the number says when on that day.
        let (at, is_change) = (u64::from(drawn / CHANCE), drawn % CHANCE == 0);
        let moment = day * DAY + at * (DAY / u64::from(u16::MAX / CHANCE + 1));
        is_change.then(|| Timestamp::from_seconds(moment))
    });
    moments.find(|moment| *moment <= now).unwrap_or_default()
}

/// One of these, of which each is drawn for as many names as its weight says. Where weights change, a
/// name changes from one to another no more often than it must: each has a lot of its own, and the least
/// lot wins (weighted rendezvous hashing).
fn drawn_by_weight<T>(candidates: impl Iterator<Item = (T, [u8; 16], u32)>) -> Option<T> {
    let lots = candidates.map(|(candidate, drawn, weight)| {
        let [a, b, c, d, ..] = drawn;
        let uniform = (f64::from(u32::from_be_bytes([a, b, c, d])) + 1.0) / 2_f64.powi(32);
        (candidate, -uniform.ln() / f64::from(weight))
    });
    let least = lots.min_by(|(_, one), (_, other)| one.total_cmp(other));
    least.map(|(candidate, _)| candidate)
}

/// So many of these questions, in an order of their own: those whose tags are the least.
fn chosen<'a, T: Ord>(
    ids: impl Iterator<Item = &'a str>,
    so_many: usize,
    tag: impl Fn(&str) -> T,
) -> Vec<&'a str> {
    let mut tagged: Vec<_> = ids.map(|id| (tag(id), id)).collect();
    tagged.sort();
    tagged.truncate(so_many);
    tagged.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn decoy_questions_are_answered_by_nothing_at_the_cost_of_as_many() {
        let verifier = DecoyVerifier {
            texts: vec!["?".to_owned(); 3],
            question: Answered::without_answer().unwrap(),
        };
        let now = Timestamp::default();
        let answers = Response::Answers(vec!["Rex".into(); 3]);
        assert!(verifier.takes_hashing(&answers).unwrap());
        assert!(verifier.check(&answers, now).unwrap() == Answer::Wrong);
        assert!(verifier.check(&Response::code("123456"), now).is_err());
    }

    #[test]
    fn names_are_spread_over_rules_as_users_are_and_change_only_to_those_that_gain() {
        use sha2::{Digest, Sha256};
        let drawn = |name: u16, weights: &[u32]| {
            let candidates = weights.iter().enumerate().map(|(rules, weight)| {
                let hash = Sha256::new()
                    .chain_update(name.to_be_bytes())
                    .chain_update([u8::try_from(rules).unwrap()]);
                let hash = hash.finalize();
                (rules, std::array::from_fn(|place| hash[place]), *weight)
            });
            drawn_by_weight(candidates)
        };
        assert_eq!(drawn(1, &[]), None);
        // A pilot of one user, whose rules have changed since, and then many users.
        let share = |weights: &[u32]| {
            let old = (0..4000).filter(|name| drawn(*name, weights) == Some(0));
            old.count()
        };
        assert_eq!(share(&[1]), 4000);
        assert!((1900..2100).contains(&share(&[1, 1])), "{}", share(&[1, 1]));
        assert!((10..80).contains(&share(&[1, 99])), "{}", share(&[1, 99]));
        for name in 0..1000 {
            let (before, after) = (drawn(name, &[5, 3, 2]), drawn(name, &[5, 3, 9]));
            assert!(before == after || after == Some(2), "{name}");
        }
    }

    #[test]
    fn questions_change_now_and_then_and_stay_the_same_in_between() {
        use sha2::{Digest, Sha256};
        let changed = |name: u16, now: u64| {
            last_change(Timestamp::from_seconds(now), |week| {
                let hash = Sha256::new()
                    .chain_update(name.to_be_bytes())
                    .chain_update(week);
                std::array::from_fn(|place| hash.clone().finalize()[place])
            })
        };
        let now = 20_000 * DAY + 12_345;
        let ages: Vec<_> = (0..200)
            .map(|name| (now - changed(name, now).as_seconds()) / DAY)
            .collect();
        let mean = ages.iter().sum::<u64>() / 200;
        assert!((400..640).contains(&mean), "{mean} days");
        for name in 0..50 {
            let moment = changed(name, now).as_seconds();
            assert_eq!(changed(name, moment).as_seconds(), moment);
            assert!(changed(name, moment - 1).as_seconds() < moment);
        }
    }
}
