//! What follows once the gates are passed: a new password, or no more than lifted locks.

use super::gates::Stage;
use super::helper::HelperError;
use super::{End, Outcome, Reset, Step};
use crate::core::{Person, ServiceError, random_id};
use crate::messages::NoticeItem;
use crate::service::administrators::About;
use crate::service::conversation::numbered;
use crate::service::verification::Verification;
use secinfo_channel::SecretText;
use secinfo_domain::event::ResetFailure;
use secinfo_domain::{Action, PasswordOutcome, Refusal, TicketId};
use secinfo_wire::password::{Account, Attempt, AttemptOutcome, NewPassword, SetPassword};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The most characters that are shown of what the host's password modules say.
const LONGEST_SENTENCE: usize = 400;

/// What is left to choose where methods are locked.
#[derive(Clone, Copy)]
enum Choice {
    Password,
    Unlock,
}

/// In the order in which they are listed.
const CHOICES: [Choice; 2] = [Choice::Password, Choice::Unlock];

impl Reset {
    /// Every gate is passed.
    pub(super) async fn all_passed(
        &mut self,
        user: &Verification,
        is_locked: bool,
    ) -> Result<Step, ServiceError> {
        let account = &user.person.account;
        let checked = self.parts.helper.check(account.name.as_str(), account.uid);
        match checked.await.map(|checked| checked.account) {
            Ok(Account::Settable) if is_locked => Ok(self.choose()),
            Ok(Account::Settable) => Ok(self.ask_password(None)),
            Ok(Account::Elsewhere) => self.end_without_password("reset-end-elsewhere").await,
            Ok(Account::Barred) => self.end_without_password("reset-end-barred").await,
            Err(error) => {
                tracing::error!(%error, "a password cannot be reset");
                self.end_without_password("reset-end-failed").await
            }
        }
    }

    fn choose(&mut self) -> Step {
        let words = &self.words;
        let rows = CHOICES.map(|choice| match choice {
            Choice::Password => words.say("reset-choice-password"),
            Choice::Unlock => words.say("reset-choice-unlock"),
        });
        let (lead, prompt) = (words.say("reset-choice"), words.say("reset-number"));
        self.stage = Stage::Choice;
        words.ask_number(None, &lead, &rows, &prompt)
    }

    pub(super) async fn on_choice(&mut self, answer: &str) -> Result<Step, ServiceError> {
        match numbered(&CHOICES, answer) {
            Some(Choice::Password) => Ok(self.ask_password(None)),
            Some(Choice::Unlock) => self.unlock().await,
            None => Ok(self.choose()),
        }
    }

    async fn unlock(&mut self) -> Result<Step, ServiceError> {
        let user = self.proved_user().await?;
        if self.is_uncertain(&user) {
            return Ok(self.refuse("reset-end-unknown"));
        }
        Ok(if self.lift_locks(&user).await? {
            self.end(Outcome::Unlocked, "reset-end-unlocked")
        } else {
            self.refuse("reset-end-expired")
        })
    }

    /// Ends a reset in which no password can be set, for the reason that this sentence says. The gates are
    /// passed all the same, and where wrong codes have locked methods, these are unlocked: the person may
    /// know the password, or have it from where it is kept. Nothing else is lifted: neither what an
    /// administrator has done to the account, nor a lock against intruders, with which no gate is passed.
    async fn end_without_password(&mut self, why: &str) -> Result<Step, ServiceError> {
        let user = self.proved_user().await?;
        if self.is_uncertain(&user) {
            return Ok(self.refuse("reset-end-unknown"));
        }
        let outlook = self.outlook(&user);
        let is_locked = outlook.is_ok_and(|outlook| outlook.missing == 0 && outlook.is_locked);
        if !is_locked || !self.lift_locks(&user).await? {
            return Ok(self.refuse(why));
        }
        let messages = ["reset-end-unlocked", why].map(|id| self.words.say(id));
        Ok(Step::End(End {
            outcome: Outcome::Unlocked,
            messages: messages.into(),
        }))
    }

    /// Whether an earlier reset of the user may have set a password, of which the helper has not told yet.
    fn is_uncertain(&self, user: &Verification) -> bool {
        let state = self.parts.core.state();
        state
            .open_tickets()
            .any(|(_, open)| open.user == user.person.id)
    }

    /// Lifts the locks that wrong codes have put on the user's methods; false if the gates do not allow it
    /// any more.
    async fn lift_locks(&self, user: &Verification) -> Result<bool, ServiceError> {
        let action = Action::UnlockByReset;
        let (parts, person) = (&self.parts, &user.person);
        match parts
            .notices
            .commit(person, &user.by, action, Vec::new())
            .await
        {
            Ok(_) => {}
            Err(ServiceError::Refused(error)) => {
                tracing::warn!(%error, "methods are not unlocked by a password reset");
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        parts.administrators.tell(
            person,
            About::Administrator,
            NoticeItem::AdministratorUnlockedByReset,
        );
        Ok(true)
    }

    fn ask_password(&mut self, note: Option<&SecretText>) -> Step {
        self.stage = Stage::Password;
        self.words
            .ask(note, &self.words.say("reset-password"), false)
    }

    pub(super) fn on_password(&mut self, answer: &str) -> Step {
        let Ok(password) = NewPassword::parse(answer) else {
            let note = self.words.say("reset-note-unfit");
            return self.ask_password(Some(&note));
        };
        self.stage = Stage::Again(password);
        self.words.ask(None, &self.words.say("reset-again"), false)
    }

    pub(super) async fn on_again(
        &mut self,
        password: NewPassword,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        let typed = password.expose().as_bytes();
        if !bool::from(typed.ct_eq(answer.as_bytes())) {
            let note = self.words.say("reset-note-differ");
            return Ok(self.ask_password(Some(&note)));
        }
        let user = self.proved_user().await?;
        self.set(&user, password).await
    }

    /// Has the password set: the ticket is on disk before the helper is asked, and what came of it before
    /// the person is told.
    async fn set(
        &mut self,
        user: &Verification,
        password: NewPassword,
    ) -> Result<Step, ServiceError> {
        let ticket = TicketId::from_bytes(random_id()?);
        let action = Action::RequestPassword { ticket };
        let (notices, person) = (&self.parts.notices, &user.person);
        let requested = notices.commit(person, &user.by, action, Vec::new()).await;
        let issued = match requested {
            Ok(events) => events.last().map(|event| event.time),
            Err(ServiceError::Refused(Refusal::GatesMissing)) => {
                return Ok(self.refuse("reset-end-expired"));
            }
            Err(ServiceError::Refused(error)) => {
                tracing::warn!(%error, "a password is not set");
                return self.end_without_password("reset-end-failed").await;
            }
            Err(error) => return Err(error),
        };
        let issued = issued.unwrap_or_else(|| self.parts.core.now());
        let call = SetPassword {
            ticket: super::tickets::ticket(ticket, person, issued),
            password,
            language: Some(self.language.clone()).filter(|language| !language.is_empty()),
        };
        let attempt = self.parts.helper.set_password(&call).await;
        self.after(person, ticket, attempt).await
    }

    async fn after(
        &mut self,
        person: &Person,
        ticket: TicketId,
        attempt: Result<Attempt, HelperError>,
    ) -> Result<Step, ServiceError> {
        let parts = &self.parts;
        let failed = |reason| PasswordOutcome::Failed(reason);
        let (outcome, messages) = match attempt {
            Ok(attempt) => (attempt.outcome, attempt.messages),
            Err(error @ HelperError::Refused(_)) => {
                tracing::error!(%error, "a password is not set");
                (AttemptOutcome::Failed, Vec::new())
            }
            Err(error @ HelperError::Unanswered(_)) => {
                tracing::error!(%error, "it is not known whether a password is set");
                // Its ticket stays open, and the helper is asked for the outcome until it tells.
                return Ok(self.refuse("reset-end-unknown"));
            }
        };
        let recorded = match outcome {
            AttemptOutcome::Set => PasswordOutcome::Set,
            AttemptOutcome::Refused => failed(ResetFailure::Refused),
            AttemptOutcome::Unknown => failed(ResetFailure::Unknown),
            AttemptOutcome::Elsewhere | AttemptOutcome::Barred => failed(ResetFailure::NotHere),
            AttemptOutcome::Failed => failed(ResetFailure::NotSet),
        };
        if let Err(error) = parts.record(person, ticket, recorded).await {
            tracing::error!(%error, "what became of a password reset is not in the log yet");
        }
        Ok(match outcome {
            AttemptOutcome::Set => {
                let mut messages: Vec<_> = messages.iter().map(String::as_str).map(shown).collect();
                messages.push(self.words.say("reset-end-set"));
                Step::End(End {
                    outcome: Outcome::Set,
                    messages,
                })
            }
            AttemptOutcome::Refused => {
                let note = match messages.as_slice() {
                    [] => self.words.say("reset-note-refused"),
                    messages => shown(&messages.join(" ")),
                };
                self.ask_password(Some(&note))
            }
            AttemptOutcome::Elsewhere => self.end_without_password("reset-end-elsewhere").await?,
            AttemptOutcome::Barred => self.end_without_password("reset-end-barred").await?,
            AttemptOutcome::Failed => self.end_without_password("reset-end-failed").await?,
            AttemptOutcome::Unknown => self.refuse("reset-end-unknown"),
        })
    }
}

/// What a module of the host says, on one line and no more of it than a person reads.
fn shown(text: &str) -> SecretText {
    let one_line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    Zeroizing::new(one_line.take(LONGEST_SENTENCE).collect())
}
