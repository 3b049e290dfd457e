//! What sign-ins through PAM have left with a user.

use crate::event::TerminalRemembered;
use crate::{RotatingTag, ServiceName, TerminalTag, Timestamp};
use serde::{Deserialize, Serialize};

/// The most terminals that are remembered for one user; the oldest goes first.
const MOST_REMEMBERED: usize = 16;

/// What sign-ins through PAM have left with a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIns {
    remembered: Vec<Remembered>,
    first_postponed: Option<Timestamp>,
    times_postponed: u16,
}

/// A terminal in which the user is not asked for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The terminal.
    pub terminal: TerminalTag,
    /// The service that does not ask.
    pub service: ServiceName,
    /// When the proof was made.
    pub since: Timestamp,
    /// Until when it counts.
    pub until: Timestamp,
}

impl SignIns {
    pub(super) const NONE: Self = Self {
        remembered: Vec::new(),
        first_postponed: None,
        times_postponed: 0,
    };

    /// What is remembered of a terminal for a service at `now`.
    pub fn remembered(
        &self,
        terminal: RotatingTag<TerminalTag>,
        service: &ServiceName,
        now: Timestamp,
    ) -> Option<&Remembered> {
        self.remembered.iter().find(|kept| {
            // A clock that was set back makes nothing good again.
            kept.is(terminal, service) && kept.since <= now && now < kept.until
        })
    }

    /// When the user first put off setting up what is required; see [`State::grace_began`].
    ///
    /// [`State::grace_began`]: crate::State::grace_began
    pub const fn first_postponed(&self) -> Option<Timestamp> {
        self.first_postponed
    }

    /// How often they have put it off since then, under one policy.
    pub const fn times_postponed(&self) -> u16 {
        self.times_postponed
    }

    /// `since` is when the policy was put in force that holds: what was put off before was
    /// something else.
    pub(super) fn postpone(&mut self, since: Timestamp, now: Timestamp) {
        if self.first_postponed.is_none_or(|first| first < since) {
            self.first_postponed = Some(now);
            self.times_postponed = 0;
        }
        self.times_postponed = self.times_postponed.saturating_add(1);
    }

    pub(super) fn remember(&mut self, fact: &TerminalRemembered, now: Timestamp) {
        self.remembered
            .retain(|kept| now < kept.until && !kept.is(fact.terminal.into(), &fact.service));
        if self.remembered.len() == MOST_REMEMBERED {
            self.remembered.remove(0);
        }
        self.remembered.push(Remembered {
            terminal: fact.terminal,
            service: fact.service.clone(),
            since: now,
            until: fact.until,
        });
    }

    pub(super) fn forget_terminals(&mut self) {
        self.remembered.clear();
    }
}

impl Remembered {
    fn is(&self, terminal: RotatingTag<TerminalTag>, service: &ServiceName) -> bool {
        terminal.matches(&self.terminal) && self.service == *service
    }
}
