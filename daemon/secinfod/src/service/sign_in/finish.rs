//! What follows once the user has proved a method.

use super::conversation::Turn;
use super::step::{Outcome, Step};
use crate::core::ServiceError;
use crate::messages::Part;
use crate::service::Proven;
use secinfo_domain::{Action, Refusal, SetUp, set_up_outlook};

/// So many recovery codes are few.
const FEW_CODES: u32 = 3;

impl Turn<'_> {
    pub(super) async fn proved(&mut self, proven: &Proven) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        match proven.remaining {
            Some(0) => self.talk.messages.push(words.say("end-last-code")),
            Some(count @ ..=FEW_CODES) => {
                let parts = [("count", Part::Number(count.into()))];
                self.talk
                    .messages
                    .push(words.say_with("end-few-codes", &parts));
            }
            _ => {}
        }
        self.after_proof().await
    }

    /// Goes on with what is still missing, or lets the user in. A user who has proved a method and
    /// cannot set up another here is let in.
    pub(super) async fn after_proof(&mut self) -> Result<Step, ServiceError> {
        self.talk.proved = true;
        if self.sign_in.account_locked {
            let message = self.sign_in.words.say("end-account-unlocked");
            self.talk.messages.push(message);
        }
        if let Some(missing) = self.missing()? {
            if missing.barred.is_none()
                && let Some(step) = self.offer_kinds(&missing, None)?
            {
                return Ok(step);
            }
            let postponed = missing.may_postpone && self.postpone_unasked().await?;
            let words = &self.sign_in.words;
            self.talk.messages.push(if postponed {
                words.set_up_until("end-postponed", &missing)
            } else {
                words.say("end-more")
            });
        }
        self.let_in().await
    }

    /// What policy still asks the user to set up.
    pub(super) fn missing(&self) -> Result<Option<SetUp>, ServiceError> {
        let (person, by) = (&self.sign_in.person, &self.sign_in.by);
        let context = self.parts.core.context(person, by)?;
        Ok(set_up_outlook(
            &self.parts.core.state(),
            person.id,
            &context,
        )?)
    }

    /// Puts setting up off; whether that was allowed.
    pub(super) async fn postpone(&self) -> Result<bool, ServiceError> {
        let (person, by) = (&self.sign_in.person, &self.sign_in.by);
        let action = Action::PostponeSetUp;
        match self
            .parts
            .notices
            .commit(person, by, action, Vec::new())
            .await
        {
            Ok(_) => Ok(true),
            Err(ServiceError::Refused(Refusal::NotToBePutOff | Refusal::TooOften { .. })) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Puts off what the user could not be asked to set up here, as `sudo` may do many times a day: only
    /// the first time is written down, from which the days of grace are counted.
    pub(super) async fn postpone_unasked(&self) -> Result<bool, ServiceError> {
        let state = self.parts.core.state();
        let began = state
            .user(self.sign_in.person.id)
            .is_some_and(|user| state.grace_began(user).is_some());
        if began {
            return Ok(true);
        }
        self.postpone().await
    }

    /// Ends as verified, and remembers the terminal where policy says so.
    pub(super) async fn let_in(&mut self) -> Result<Step, ServiceError> {
        if !self.talk.proved {
            let text = "a sign-in would have ended as verified without a proof";
            return Err(ServiceError::Internal(text.to_owned()));
        }
        if let Some(terminal) = self.sign_in.place.terminal {
            let (person, by) = (&self.sign_in.person, &self.sign_in.by);
            let action = Action::RememberTerminal {
                terminal: terminal.current,
            };
            match self
                .parts
                .notices
                .commit(person, by, action, Vec::new())
                .await
            {
                Ok(_) | Err(ServiceError::Refused(Refusal::NotRemembered)) => {}
                // The proof is on disk, and stands.
                Err(error) => tracing::warn!(%error, "a terminal could not be remembered"),
            }
        }
        let messages = std::mem::take(&mut self.talk.messages);
        Ok(Step::end(Outcome::Verified, messages))
    }
}
