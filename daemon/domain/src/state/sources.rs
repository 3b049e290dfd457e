//! What a user has signed in from.

use crate::{Seconds, Source, SourceTag, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a source counts as known after a sign-in from it.
const LATELY: Seconds = Seconds::from_days(30);

/// The most sources that are kept for one user beside the own account; the one that was used longest ago
/// goes first.
const MOST_OTHERS: usize = 4;

/// What a user has signed in from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KnownSources {
    own_account: Option<Timestamp>,
    /// Most users have none, and there are many users.
    others: Option<Box<Others>>,
}

/// Other sources than the own account, the one that was used longest ago first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Others(Vec<(SourceTag, Timestamp)>);

impl KnownSources {
    /// Whether the user has signed in from it lately.
    pub(super) fn has(&self, source: Source, now: Timestamp) -> bool {
        let last = match source {
            Source::OwnAccount => self.own_account,
            Source::Tagged(tag) => self.others.as_ref().and_then(|others| others.last(tag)),
        };
        last.is_some_and(|last| now.is_within(LATELY, last))
    }

    /// Whether the user has never signed in from anywhere that was known.
    pub(super) const fn is_empty(&self) -> bool {
        self.own_account.is_none() && self.others.is_none()
    }

    /// Remembers a sign-in from it.
    pub(super) fn learn(&mut self, source: Source, now: Timestamp) {
        match source {
            Source::OwnAccount => self.own_account = Some(now),
            Source::Tagged(tag) => self.others.get_or_insert_default().learn(tag, now),
        }
    }
}

impl Others {
    fn last(&self, tag: SourceTag) -> Option<Timestamp> {
        let known = self.0.iter().find(|(known, _)| *known == tag);
        known.map(|(_, last)| *last)
    }

    fn learn(&mut self, tag: SourceTag, now: Timestamp) {
        self.0.retain(|(known, _)| *known != tag);
        if self.0.len() == MOST_OTHERS {
            self.0.remove(0);
        }
        self.0.reserve_exact(1);
        self.0.push((tag, now));
    }
}
