//! The calls of `org.secinfo.SignIn`.

use super::dispatch::{Dispatcher, Open, parse_language};
use super::plain::{messages_on, shown_on};
use super::seat::is_at_host;
use crate::core::{Clock, RequestSource, SystemClock, address_of, place_of};
use crate::service::session::Session;
use crate::service::{
    Outcome, Requester, Service, ServiceError, SignIn, SignInRequest, SignIns, SshSignIn, Step,
};
use secinfo_domain::{Authority, Label, Refusal, ServiceName, SignInPlace, UserName};
use secinfo_webauthn::SshAuthInfo;
use secinfo_wire::Forms;
use secinfo_wire::sign_in::{self, Display, LONGEST_SSH_AUTH_INFO, SSHD, SignInError, Start};
use secinfo_wire::varlink::CallError;
use std::sync::Arc;
use std::time::Duration;

/// A sign-in of a connection. It ends with its holder.
pub(super) struct OpenSignIn {
    service: Arc<Service>,
    session: Arc<Session<SignIn>>,
    display: Option<Display>,
}

impl OpenSignIn {
    /// How long it waits for an answer.
    pub(super) fn patience(&self) -> Duration {
        let ends = self.session.expires().as_millis();
        Duration::from_millis(ends.saturating_sub(SystemClock.now().as_millis()))
    }
}

impl Drop for OpenSignIn {
    fn drop(&mut self) {
        let sessions = self.service.sign_ins().sessions();
        sessions.close(self.session.id());
    }
}

impl Dispatcher {
    /// Starts a sign-in in place of any conversation before it.
    pub(super) async fn start_sign_in(&mut self, start: Start) -> Result<sign_in::Step, CallError> {
        self.close();
        let uid = self.named_user(&start.name)?;
        let service = parse_service(&start.service)?;
        let by = Requester {
            source: self.request_source(uid, &start),
            place: self.request_place(&start),
            uid: self.peer.uid(),
            // A proof counts within this one sign-in.
            session: SignIns::tag().map_err(refused)?,
            service,
            // Root passes on what the user does: the user's rules hold.
            authority: Authority::Own,
            became_root: None,
        };
        let (name, display) = (start.name.clone(), start.display);
        let request = self.request(by.service.as_ref(), uid, start)?;
        self.place
            .begin_sign_in(uid)
            .ok_or(SignInError::LimitsExceeded)?;
        let sign_ins = self.service.sign_ins();
        let begun = sign_ins.start(&by, request);
        match begun.await {
            Ok((Some(session), step)) => {
                self.open = Some(Open::SignIn(OpenSignIn {
                    service: Arc::clone(&self.service),
                    session,
                    display,
                }));
                Ok(shown(step, (&name, uid), display))
            }
            Ok((None, step)) => {
                self.close();
                Ok(shown(step, (&name, uid), display))
            }
            Err(error) => {
                self.close();
                Err(refused(error).into())
            }
        }
    }

    /// Answers the prompt of the sign-in. `is_password` says whether the answer is the password that the user has
    /// just typed as a first factor; any caller is believed that, because such an answer proves nothing.
    pub(super) async fn answer_sign_in(
        &mut self,
        answer: &str,
        is_password: bool,
    ) -> Result<sign_in::Step, CallError> {
        let Some(Open::SignIn(open)) = &self.open else {
            return Err(SignInError::NoSignIn.into());
        };
        let session = &open.session;
        let sign_ins = self.service.sign_ins();
        let step = sign_ins.answer(session, answer, is_password).await;
        let subject = session.subject();
        let step = step.map(|step| shown(step, (subject.name(), subject.uid()), open.display));
        match step {
            Ok(step @ sign_in::Step::Ask(_)) => Ok(step),
            Ok(step @ sign_in::Step::End(_)) => {
                self.close();
                Ok(step)
            }
            Err(error) => Err(refused(error).into()),
        }
    }

    /// Where a sign-in comes from. Only root is believed what it says of that.
    fn request_source(&self, uid: u32, start: &Start) -> Option<RequestSource> {
        let of = |named: &Option<String>| named.clone().unwrap_or_default();
        match self.peer.uid() {
            0 => RequestSource::named(
                (&start.name, uid),
                &of(&start.remote_host),
                &of(&start.invoker),
                &of(&start.tty),
            ),
            own => Some(RequestSource::Account(own)),
        }
    }

    /// The same as the user will read it.
    fn request_place(&self, start: &Start) -> Option<Label> {
        let of = |named: &Option<String>| named.clone().unwrap_or_default();
        let is_root = self.peer.uid() == 0;
        is_root.then(|| place_of(&of(&start.remote_host), &of(&start.tty)))?
    }

    /// The uid of the user with this name. A caller who may not know it is refused whether there is one
    /// or not.
    fn named_user(&self, name: &str) -> Result<u32, CallError> {
        let accounts = self.service.core().accounts();
        let account = match UserName::parse(name) {
            Ok(name) => accounts
                .by_name(&name)
                .map_err(|error| refused(error.into()))?,
            Err(_) => None,
        };
        match (account, self.peer.uid()) {
            (Some(account), 0) => Ok(account.uid),
            (Some(account), own) if account.uid == own => Ok(own),
            (None, 0) => Err(SignInError::UserNotFound.into()),
            _ => Err(SignInError::NotAuthorized.into()),
        }
    }

    /// What the caller knows of the user. Only root is believed where they are, and that they have
    /// proved a first factor.
    fn request(
        &self,
        asking: Option<&ServiceName>,
        uid: u32,
        start: Start,
    ) -> Result<SignInRequest, CallError> {
        let ssh = self.signed_in_to_sshd(&start);
        let remote_host = start.remote_host.unwrap_or_default();
        let terminal = start.tty.unwrap_or_default();
        let invoker = start.invoker.unwrap_or_default();
        let is_root = self.peer.uid() == 0;
        let place = if is_root {
            let sign_ins = self.service.sign_ins();
            let terminal = self
                .peer
                .look(|pid| sign_ins.terminal_of(asking, pid, uid, [&terminal, &invoker]));
            SignInPlace {
                network: address_of(&remote_host),
                terminal,
            }
        } else {
            SignInPlace::default()
        };
        // Who says that they come from elsewhere does.
        let (peer, comes_from_here) = (Arc::clone(&self.peer), remote_host.is_empty());
        let sits_here = move || {
            let seen = comes_from_here.then(|| peer.look(|pid| Some(is_at_host(pid, &terminal))));
            seen.flatten() == Some(true)
        };
        Ok(SignInRequest {
            name: start.name,
            uid,
            account: match self.peer.account() {
                0 => uid,
                account => account,
            },
            place,
            // What cannot be written into a message is left out of it.
            origin: Label::parse(&remote_host)
                .map(|origin| origin.as_str().to_owned())
                .unwrap_or_default(),
            language: parse_language(start.language)?,
            may_set_up: start.set_up.unwrap_or_default() && is_root,
            one_line: start.display.is_some_and(Display::is_one_line),
            ends_in_prompt: start.display == Some(Display::Plain),
            forms: start.forms.map_or_else(Forms::default, Forms::from_iter),
            is_at_host: Box::new(sits_here),
            ssh,
        })
    }

    /// How the user has signed in to sshd so far. sshd is believed it, which root has started; no program that
    /// a user has started is, whatever service it names.
    fn signed_in_to_sshd(&self, start: &Start) -> Option<SshSignIn> {
        let info = start.ssh_auth_info.as_deref()?;
        let comes_from_elsewhere = start
            .remote_host
            .as_deref()
            .is_some_and(|host| !host.is_empty());
        let is_believed =
            start.service == SSHD && comes_from_elsewhere && info.len() <= LONGEST_SSH_AUTH_INFO;
        let connection = is_believed.then(|| self.peer.ssh_connection())??;
        let info = SshAuthInfo::parse(info)
            .inspect_err(|error| tracing::warn!(%error, "no security key counts over SSH"))
            .ok()?;
        Some(SshSignIn { info, connection })
    }
}

fn parse_service(text: &str) -> Result<Option<ServiceName>, CallError> {
    if text.is_empty() {
        return Ok(None);
    }
    ServiceName::parse(text)
        .map(Some)
        .map_err(|_| CallError::InvalidParameter("service"))
}

fn refused(error: ServiceError) -> SignInError {
    match error {
        ServiceError::NotFound | ServiceError::Refused(Refusal::UnknownUser) => {
            SignInError::UserNotFound
        }
        ServiceError::SessionExpired => SignInError::NoSignIn,
        ServiceError::Busy => SignInError::LimitsExceeded,
        ServiceError::StorageUnavailable(why) => {
            tracing::error!(%why, "a sign-in was refused");
            SignInError::StorageUnavailable
        }
        ServiceError::Internal(why) => {
            tracing::error!(%why, "a sign-in failed");
            SignInError::Internal
        }
        error => {
            tracing::warn!(%error, "a sign-in failed");
            SignInError::Internal
        }
    }
}

fn shown(step: Step, (name, uid): (&str, u32), display: Option<Display>) -> sign_in::Step {
    match step {
        Step::Ask(prompt) => sign_in::Step::Ask(sign_in::Prompt {
            text: shown_on(display, prompt.text),
            echo: prompt.echo,
        }),
        Step::End(end) => sign_in::Step::End(sign_in::Decision {
            outcome: outcome(end.outcome),
            name: name.to_owned(),
            uid,
            messages: messages_on(display, end.messages),
            last_prompt: end
                .last_prompt
                .map(|prompt| shown_on(display, prompt).to_string()),
        }),
    }
}

const fn outcome(outcome: Outcome) -> sign_in::Outcome {
    use secinfo_domain::NotCovered;
    match outcome {
        Outcome::Verified => sign_in::Outcome::Verified,
        Outcome::Remembered => sign_in::Outcome::Remembered,
        Outcome::Postponed => sign_in::Outcome::Postponed,
        Outcome::NotCovered(why) => sign_in::Outcome::NotCovered(match why {
            NotCovered::Off => sign_in::NotCovered::Off,
            NotCovered::ExemptGroup => sign_in::NotCovered::ExemptGroup,
            NotCovered::ExemptNetwork => sign_in::NotCovered::ExemptNetwork,
            NotCovered::NothingEnrolled => sign_in::NotCovered::NothingEnrolled,
        }),
        Outcome::Refused(reason) => sign_in::Outcome::Refused(reason),
    }
}
