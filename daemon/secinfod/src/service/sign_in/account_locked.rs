//! Signing in to an account that its user has locked.

use super::conversation::{Stage, Turn};
use super::step::{RefusedFor, Step};
use crate::core::{Core, Person};

/// Whether the account of a user is locked.
pub(super) fn is_account_locked(core: &Core, person: &Person) -> bool {
    let state = core.state();
    let user = state.user(person.id);
    user.is_some_and(|user| user.account_locked().is_some())
}

impl Turn<'_> {
    /// Refuses a user who has nothing here that unlocks the account. A program that shows one line shows no
    /// message, and so a prompt has the words.
    pub(super) fn refuse_as_locked(&mut self) -> Step {
        let words = &self.sign_in.words;
        if !words.is_one_line() || self.sign_in.ends_in_prompt {
            return self.end_as_locked();
        }
        self.talk.stage = Stage::AccountLocked;
        words.ask(None, &words.say("prompt-account-locked"), true)
    }

    pub(super) fn end_as_locked(&self) -> Step {
        let message = self.sign_in.words.say("end-account-locked");
        Step::refused(RefusedFor::Locked, message)
    }

    /// How a sign-in ends whose user has locked the account meanwhile; none where it ended otherwise.
    pub(super) fn ended_by_lock(&self) -> Option<Step> {
        let is_locked = is_account_locked(&self.parts.core, &self.sign_in.person);
        is_locked.then(|| self.end_as_locked())
    }

    /// The step with what its proof does to a locked account.
    pub(super) fn say_what_unlocks(&self, step: Step) -> Step {
        match step {
            Step::Ask(prompt) if self.sign_in.account_locked => {
                let words = &self.sign_in.words;
                Step::Ask(words.below(&words.say("note-account-locked"), &prompt))
            }
            step => step,
        }
    }
}
