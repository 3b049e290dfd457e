//! The calls of `org.secinfo.PasswordReset`.

use super::dispatch::{Dispatcher, Open, parse_language};
use super::plain::{messages_on, shown_on};
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
pub(super) struct OpenReset {
    reset: Box<Reset>,
    display: Option<Display>,
}

impl OpenReset {
    /// How long it waits for an answer.
    pub(super) fn patience(&self) -> Duration {
        self.reset.patience()
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
        let uid = self.peer.uid();
        let is_root = uid == 0;
        let remote_host = start.remote_host.unwrap_or_default();
        // Who became this account by `su` is where they are, and not where they say.
        let signed_in = is_root || self.peer.login_uid() == Some(uid);
        let network = if signed_in {
            let network = self.service.resets().network(uid, &remote_host);
            network.map_err(refused)?
        } else {
            None
        };
        if let Some(network) = network.filter(|_| !is_root) {
            let room = self.place.begin_at_kiosk(network);
            room.ok_or(PasswordResetError::LimitsExceeded)?;
        }
        self.place.keep_pace().await;
        let request = ResetRequest {
            name: start.name,
            uid,
            account: self.peer.account(),
            remote_host,
            network,
            terminal: start.tty.filter(|_| is_root).unwrap_or_default(),
            language: parse_language(start.language)?,
            one_line: start.display.is_some_and(Display::is_one_line),
            forms: match start.forms {
                Some(forms) => forms.into_iter().collect(),
                None => Forms::from_iter([Form::Code, Form::Answers]),
            },
        };
        let begun = self.service.resets().start(request).await;
        let (reset, step) = begun.map_err(refused)?;
        let (reset, display) = (Box::new(reset), start.display);
        self.open = Some(Open::Reset(OpenReset { reset, display }));
        Ok(shown(step, display))
    }

    /// Answers the prompt of the reset.
    pub(super) async fn answer_reset(
        &mut self,
        answer: &str,
    ) -> Result<password_reset::Step, CallError> {
        let Some(Open::Reset(OpenReset { reset, display })) = &mut self.open else {
            return Err(PasswordResetError::NoReset.into());
        };
        let step = shown(reset.answer(answer).await.map_err(refused)?, *display);
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

fn shown(step: Step, display: Option<Display>) -> password_reset::Step {
    match step {
        Step::Ask(prompt) => password_reset::Step::Ask(password_reset::Prompt {
            text: shown_on(display, prompt.text),
            echo: prompt.echo,
        }),
        Step::End(end) => password_reset::Step::End(Decision {
            outcome: end.outcome,
            messages: messages_on(display, end.messages),
        }),
    }
}
