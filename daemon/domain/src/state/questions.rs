//! The security questions that users could choose from when they chose theirs.

use crate::Timestamp;
use crate::kind::SecurityQuestionRules;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How many rules are kept.
const MOST: usize = 64;

/// The rules under which users have set up security questions, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct UsedQuestions(Arc<Vec<UsedRules>>);

/// Rules under which users have set up security questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsedRules {
    /// Since when.
    pub since: Timestamp,
    /// How many of those questions are still methods.
    pub methods: u32,
    /// The rules.
    pub rules: SecurityQuestionRules,
}

impl UsedQuestions {
    /// A user has set up security questions under these rules.
    pub(super) fn add(&mut self, rules: &SecurityQuestionRules, now: Timestamp) {
        let used = Arc::make_mut(&mut self.0);
        if let Some(last) = used.last_mut().filter(|last| last.rules == *rules) {
            last.methods = last.methods.saturating_add(1);
            return;
        }
        if used.len() == MOST {
            let unused = used.iter().position(|used| used.methods == 0);
            used.remove(unused.unwrap_or(0));
        }
        used.push(UsedRules {
            since: now,
            methods: 1,
            rules: rules.clone(),
        });
    }

    /// Questions that were set up at that time are no method any more.
    pub(super) fn remove(&mut self, created: Timestamp) {
        let used = Arc::make_mut(&mut self.0);
        let newest_first = used.iter_mut().rev();
        if let Some(then) = newest_first.into_iter().find(|used| used.since <= created) {
            then.methods = then.methods.saturating_sub(1);
        }
    }

    /// Those of methods that there are.
    pub(super) fn in_use(&self) -> impl Iterator<Item = &UsedRules> {
        self.0.iter().filter(|used| used.methods > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn rules(to_enrol: u8) -> SecurityQuestionRules {
        SecurityQuestionRules {
            to_enrol,
            ..SecurityQuestionRules::default()
        }
    }

    fn in_use(used: &UsedQuestions) -> Vec<(u8, u32)> {
        let in_use = used.in_use();
        in_use
            .map(|used| (used.rules.to_enrol, used.methods))
            .collect()
    }

    #[test]
    fn methods_count_for_the_rules_that_they_were_set_up_under() {
        let mut used = UsedQuestions::default();
        assert_eq!(in_use(&used), []);
        for (second, to_enrol) in [(10, 3), (20, 4), (25, 4), (30, 5)] {
            used.add(&rules(to_enrol), at(second));
        }
        assert_eq!(in_use(&used), [(3, 1), (4, 2), (5, 1)]);
        used.remove(at(25));
        used.remove(at(10));
        assert_eq!(in_use(&used), [(4, 1), (5, 1)]);
        used.remove(at(10));
        used.remove(at(5));
        assert_eq!(in_use(&used), [(4, 1), (5, 1)]);
    }

    #[test]
    fn rules_of_no_method_are_forgotten_before_others() {
        let mut used = UsedQuestions::default();
        used.add(&rules(9), at(1));
        used.add(&rules(8), at(2));
        used.remove(at(2));
        for number in 0..63 {
            used.add(&rules(3 + number % 2), at(100 + u64::from(number)));
        }
        assert_eq!(used.0.len(), MOST);
        assert_eq!(in_use(&used)[0], (9, 1));
    }
}
