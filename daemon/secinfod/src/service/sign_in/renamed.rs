//! Signing in to an account that had another name, whose methods it would go without.

use super::conversation::{Stage, Turn};
use super::step::{RefusedFor, Step};
use crate::core::Person;
use crate::messages::NoticeItem;
use crate::service::administrators::{About, Administrators};
use std::collections::HashSet;
use std::sync::Mutex;

/// The most accounts of which is kept that administrators were told.
const MOST_TOLD: usize = 1024;

/// Tells administrators of such accounts, and the journal, of each once while the daemon runs.
pub(in crate::service) struct RenamedNotices {
    administrators: Administrators,
    told: Mutex<HashSet<u32>>,
}

impl RenamedNotices {
    pub(in crate::service) fn new(administrators: Administrators) -> Self {
        Self {
            administrators,
            told: Mutex::default(),
        }
    }

    fn tell(&self, person: &Person) {
        let is_first = {
            let mut told = self
                .told
                .lock()
                .expect("nothing panics while it holds the accounts");
            if told.len() == MOST_TOLD {
                told.clear();
            }
            told.insert(person.uid())
        };
        if is_first {
            tracing::warn!(
                uid = person.uid(),
                "an account was not let in that had another name, with methods or a lock: \"secinfo users \
                 --departed\" shows it"
            );
            let item = NoticeItem::AdministratorRenamed;
            self.administrators.tell(person, About::Anybody, item);
        }
    }
}

impl Turn<'_> {
    /// Refuses an account that had another name. A program that shows one line shows no message, and so a prompt
    /// has the words.
    pub(super) fn refuse_as_renamed(&mut self) -> Step {
        let person = &self.sign_in.person;
        self.parts.renamed.tell(person);
        let words = &self.sign_in.words;
        if !words.is_one_line() || self.sign_in.ends_in_prompt {
            return self.end_as_renamed();
        }
        self.talk.stage = Stage::Renamed;
        words.ask(None, &words.say("prompt-renamed"), true)
    }

    pub(super) fn end_as_renamed(&self) -> Step {
        let message = self.sign_in.words.say("end-renamed");
        Step::refused(RefusedFor::Renamed, message)
    }
}
