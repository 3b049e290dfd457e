//! Users who have too few methods for a password reset are told so, where policy says so, in the first prompt.
//! A message of its own would be held back by OpenSSH until the user is in.

use super::conversation::Turn;
use super::step::Step;
use crate::messages::Part;
use crate::service::overview::lacking_for_reset;
use secinfo_channel::SecretText;

impl Turn<'_> {
    /// The step with the reminder in it, where there is one.
    pub(super) fn remind(&self, step: Step) -> Step {
        match (step, self.reminder()) {
            (Step::Ask(prompt), Some(reminder)) => {
                Step::Ask(self.sign_in.words.below(&reminder, &prompt))
            }
            (step, _) => step,
        }
    }

    fn reminder(&self) -> Option<SecretText> {
        let core = &self.parts.core;
        if !core.state().policy().rules.reset.reminds {
            return None;
        }
        let lacking = lacking_for_reset(core, &self.sign_in.person).unwrap_or_else(|error| {
            tracing::warn!(%error, "what a user lacks for a password reset was not found out");
            0
        });
        let count = ("count", Part::Number(lacking.into()));
        (lacking > 0).then(|| self.sign_in.words.say_with("reset-lacking", &[count]))
    }
}
