//! The calls of `org.secinfo.PasswordReset`.

use super::dispatch::{Dispatcher, Open, parse_language};
use crate::service::ServiceError;
use crate::service::reset::{Reset, ResetRequest, Step};
use secinfo_domain::Refusal;
use secinfo_wire::conversation::Display;
use secinfo_wire::password_reset::{self, Decision, PasswordResetError, Start};
use secinfo_wire::sign_in::SignInError;
use secinfo_wire::varlink::CallError;
use secinfo_wire::{Form, Forms};
use std::time::Duration;

/// A reset of a connection. It ends with its holder.
pub(super) struct OpenReset(Box<Reset>);

impl OpenReset {
    /// How long it waits for an answer.
    pub(super) fn patience(&self) -> Duration {
        self.0.patience()
    }

    /// An error that ends a connection, in this interface.
    pub(super) const fn error(error: SignInError) -> PasswordResetError {
        match error {
            SignInError::NoSignIn => PasswordResetError::NoReset,
            SignInError::StorageUnavailable => PasswordResetError::StorageUnavailable,
            SignInError::LimitsExceeded => PasswordResetError::LimitsExceeded,
            SignInError::ShuttingDown => PasswordResetError::ShuttingDown,
            // None of a reset says anything about the user.
            SignInError::Internal | SignInError::NotAuthorized | SignInError::UserNotFound => {
                PasswordResetError::Internal
            }
        }
    }
}

impl Dispatcher {
    /// Starts a reset in place of any conversation before it. Any account may, for any name.
    pub(super) async fn start_reset(
        &mut self,
        start: Start,
    ) -> Result<password_reset::Step, CallError> {
        self.close();
        let is_root = self.peer.uid() == 0;
        // Only root is believed where the user is.
        let believed = |named: Option<String>| named.filter(|_| is_root).unwrap_or_default();
        let request = ResetRequest {
            name: start.name,
            uid: self.peer.uid(),
            account: self.peer.account(),
            remote_host: believed(start.remote_host),
            terminal: believed(start.tty),
            language: parse_language(start.language)?,
            one_line: start.display == Some(Display::Line),
            forms: match start.forms {
                Some(forms) => forms.into_iter().collect(),
                None => Forms::from_iter([Form::Code, Form::Answers]),
            },
        };
        let begun = self.service.resets().start(request).await;
        let (reset, step) = begun.map_err(refused)?;
        self.open = Some(Open::Reset(OpenReset(Box::new(reset))));
        Ok(shown(step))
    }

    /// Answers the prompt of the reset.
    pub(super) async fn answer_reset(
        &mut self,
        answer: &str,
    ) -> Result<password_reset::Step, CallError> {
        let Some(Open::Reset(OpenReset(reset))) = &mut self.open else {
            return Err(PasswordResetError::NoReset.into());
        };
        let step = shown(reset.answer(answer).await.map_err(refused)?);
        if matches!(step, password_reset::Step::End(_)) {
            self.close();
        }
        Ok(step)
    }
}

fn refused(error: ServiceError) -> PasswordResetError {
    match error {
        ServiceError::Refused(Refusal::ResetOff) => PasswordResetError::NotOffered,
        ServiceError::LimitsExceeded | ServiceError::Busy => PasswordResetError::LimitsExceeded,
        ServiceError::StorageUnavailable(why) => {
            tracing::error!(%why, "a password reset was refused");
            PasswordResetError::StorageUnavailable
        }
        ServiceError::Internal(why) => {
            tracing::error!(%why, "a password reset failed");
            PasswordResetError::Internal
        }
        error => {
            tracing::warn!(%error, "a password reset failed");
            PasswordResetError::Internal
        }
    }
}

fn shown(step: Step) -> password_reset::Step {
    match step {
        Step::Ask(prompt) => password_reset::Step::Ask(password_reset::Prompt {
            text: prompt.text,
            echo: prompt.echo,
        }),
        Step::End(end) => password_reset::Step::End(Decision {
            outcome: end.outcome,
            messages: end
                .messages
                .iter()
                .map(|message| message.as_str().to_owned())
                .collect(),
        }),
    }
}
