//! Sign-ins: the conversation with which a PAM module, or a lock screen, verifies a user.
//!
//! The module shows each prompt and passes the answer back; what is asked, in which order, and how
//! it ends is decided here, so that every program that signs users in does the same.

mod account_locked;
mod ask;
mod conversation;
mod expected;
mod finish;
mod key;
mod over_ssh;
mod picture;
mod push;
mod remind;
mod renamed;
mod screen;
mod set_up;
mod step;
mod terminal;
mod ways;

pub(super) use conversation::Parts;
pub use conversation::SignIn;
pub use expected::{Beginning, Expected};
pub(super) use renamed::RenamedNotices;
pub use step::{End, Outcome, RefusedFor, Step};

use self::screen::View;
use super::approvals::Requests;
use super::conversation::Wording;
use super::sending::Sending;
use super::session::{Session, SessionOwner, Sessions};
use super::ssh_sign_in::SshSignIn;
use super::verification::Verification;
use crate::core::{Person, Requester, ServiceError, Waiter, random_id};
use crate::messages::Prompts;
use crate::methods::security_key::KeyChallenge;
use crate::wire_names::WireName;
use account_locked::is_account_locked;
use conversation::{LONGEST, Stage, Talk, Turn, outlook};
use key::has_key;
use secinfo_domain::{
    Action, Purpose, Refusal, RotatingTag, Seconds, ServiceName, SessionTag, SignInOutlook,
    SignInPlace, TerminalTag,
};
use secinfo_wire::{Form, Forms};
use std::sync::{Arc, Mutex};

/// The most answers in one sign-in: more than a person gives, and an end to a program that answers
/// every prompt with nothing.
const MOST_ANSWERS: u16 = 64;

/// Signs users in.
pub struct SignIns {
    parts: Parts,
    sessions: Sessions<SignIn>,
}

/// The user that a program signs in, and what it knows of them.
pub struct SignInRequest {
    /// The user's name, as the program gave it.
    pub name: String,
    /// Their uid.
    pub uid: u32,
    /// The account that started the program; of what the host itself starts, the user's.
    pub account: u32,
    /// Where they sign in, as far as the program that says so is trusted.
    pub place: SignInPlace,
    /// From where they come, as messages say it.
    pub origin: String,
    /// The language that they speak: a locale or a BCP 47 tag.
    pub language: String,
    /// Whether they may be taken through set-up here.
    pub may_set_up: bool,
    /// Whether prompts are of one line.
    pub one_line: bool,
    /// Whether the program shows why users are refused in a last prompt.
    pub ends_in_prompt: bool,
    /// The forms of challenges that the program can present.
    pub forms: Forms,
    /// Whether they sit at this host, where security keys are plugged in and can be asked. It is looked up
    /// before each use of a key: they may have left, or another user may have come.
    pub is_at_host: Box<dyn Fn() -> bool + Send + Sync>,
    /// How they have signed in to sshd so far.
    pub ssh: Option<SshSignIn>,
}

impl SignIns {
    pub(super) const fn new(parts: Parts, sessions: Sessions<SignIn>) -> Self {
        Self { parts, sessions }
    }

    /// The open sessions.
    pub const fn sessions(&self) -> &Sessions<SignIn> {
        &self.sessions
    }

    /// A tag under which a sign-in of its own keeps its proofs: they count for it alone.
    pub fn tag() -> Result<SessionTag, ServiceError> {
        random_id().map(SessionTag::from_bytes)
    }

    /// The terminal that a process of root's is on, for the user who is asked in it. None at a
    /// service where nothing is remembered: it would be looked up, and refused, at every sign-in.
    pub fn terminal_of(
        &self,
        service: Option<&ServiceName>,
        pid: u32,
        uid: u32,
        [named, invoker]: [&str; 2],
    ) -> Option<RotatingTag<TerminalTag>> {
        let remembers =
            self.parts.core.state().policy().sign_in(service).remember > Seconds::new(0);
        remembers.then(|| terminal::tag(&self.parts.core, pid, uid, named, invoker))?
    }

    /// Begins to sign a user in. There is a session only where the user is asked something.
    pub async fn start(
        &self,
        by: &Requester,
        request: SignInRequest,
    ) -> Result<(Option<Arc<Session<SignIn>>>, Step), ServiceError> {
        let begun = self.begin(by, request).await;
        if let Ok((_, Step::End(end))) = &begun {
            self.count(by, end.outcome);
        }
        begun
    }

    fn count(&self, by: &Requester, outcome: Outcome) {
        let service = by.service.as_ref().filter(|_| by.uid == 0);
        let how = match outcome {
            Outcome::Refused(why) => why.wire_name(),
            other => other.wire_name(),
        };
        let counters = self.parts.core.published().counters();
        counters.sign_in(service, how);
    }

    async fn begin(
        &self,
        by: &Requester,
        request: SignInRequest,
    ) -> Result<(Option<Arc<Session<SignIn>>>, Step), ServiceError> {
        let person = self.parts.core.person(request.uid)?;
        let by = &self.parts.core.requester_for(&person, by)?;
        let outlook = match outlook(&self.parts.core, &person, by, &request.place)? {
            SignInOutlook::Remembered => {
                if self.use_remembered(&person, by, &request.place).await? {
                    return Ok((None, Step::end(Outcome::Remembered, Vec::new())));
                }
                let elsewhere = SignInPlace {
                    terminal: None,
                    ..request.place
                };
                outlook(&self.parts.core, &person, by, &elsewhere)?
            }
            outlook => outlook,
        };
        if let SignInOutlook::NotCovered(why) = outlook {
            return Ok((None, Step::end(Outcome::NotCovered(why), Vec::new())));
        }
        let sign_in = self.sign_in(person, by, request)?;
        let rules = self.parts.core.state().policy().rules.session;
        let session = self.sessions.open(
            sign_in,
            by.uid,
            SessionOwner::SignInSocket,
            LONGEST,
            rules.attempts,
        )?;
        let mut talk = session.subject().talk.lock().await;
        let verifies = matches!(outlook, SignInOutlook::Verify);
        let mut turn = Turn::of(&self.parts, &session, &mut talk);
        let mut step = turn.begin(outlook).await;
        if verifies {
            step = step.map(|step| turn.say_what_unlocks(turn.remind(step)));
        }
        let words = &session.subject().words;
        step = step.map(|step| step.with_last_prompt(words));
        drop(talk);
        if !matches!(step, Ok(Step::Ask(_))) {
            self.sessions.close(session.id());
            return step.map(|step| (None, step));
        }
        step.map(|step| (Some(session), step))
    }

    fn sign_in(
        &self,
        person: Person,
        by: &Requester,
        request: SignInRequest,
    ) -> Result<SignIn, ServiceError> {
        let verifications = &self.parts.verifications;
        let forms = self.forms(&person, &request);
        let first = verifications.candidates(&person, by, Purpose::SignIn, forms)?;
        let first = first.first().map(secinfo_domain::state::Method::id);
        let is_remote = !request.origin.is_empty();
        let verification = first.map(|first| Verification {
            person: person.clone(),
            by: by.clone(),
            purpose: Purpose::SignIn,
            forms,
            asked: Mutex::new(first),
            turn: Mutex::default(),
            sending: Sending::default(),
            requests: Requests::default(),
            key_challenge: KeyChallenge::of_the_daemon(),
            origin: request.origin,
            language: request.language.clone(),
            waiter: Waiter::account(by.uid),
        });
        let first_view = View::first(is_remote, &request.language);
        let account_locked = is_account_locked(&self.parts.core, &person);
        let prompts = Prompts::of(self.parts.codes.language(&[&request.language]));
        let began = self.parts.core.now();
        let life = self.parts.core.state().policy().rules.session.verification;
        Ok(SignIn {
            person,
            name: request.name,
            by: by.clone(),
            place: request.place,
            language: request.language,
            first_view,
            forms,
            account: request.account,
            is_at_host: request.is_at_host,
            ssh: request.ssh,
            may_set_up: request.may_set_up,
            ends_in_prompt: request.ends_in_prompt,
            words: Wording::new(prompts, request.one_line, self.parts.core.clock()),
            account_locked,
            verification,
            began,
            deadline: Mutex::new(began.plus(life.min(LONGEST))),
            talk: tokio::sync::Mutex::new(Talk {
                stage: Stage::Code,
                answers: 0,
                wrong: 0,
                wrong_on_keys: 0,
                proved: false,
                messages: Vec::new(),
            }),
        })
    }

    /// The forms of challenges that the user can be asked: the daemon itself presents what a security key is
    /// asked, where one can be plugged in, and what a phone is. Where users without a key sit is not looked up.
    fn forms(&self, person: &Person, request: &SignInRequest) -> Forms {
        let can_ask_keys = self.parts.keys.is_there()
            && has_key(&self.parts.core, person)
            && (request.is_at_host)();
        let forms = request.forms.iter().filter(|form| *form != Form::Assertion);
        let of_keys = can_ask_keys.then_some(Form::Assertion);
        forms.chain(of_keys).chain([Form::Approval]).collect()
    }

    /// Answers what a sign-in has asked. `is_password` says whether the answer is the password that the user has
    /// just typed as a first factor.
    pub async fn answer(
        &self,
        session: &Session<SignIn>,
        answer: &str,
        is_password: bool,
    ) -> Result<Step, ServiceError> {
        let words = &session.subject().words;
        let mut talk = session.subject().talk.lock().await;
        if self.sessions.get(session.id()).is_none() {
            let ended = Turn::of(&self.parts, session, &mut talk).ended_by_lock();
            let ended = ended.map(|step| step.with_last_prompt(words));
            if let Some(Step::End(end)) = &ended {
                self.count(&session.subject().by, end.outcome);
            }
            return ended.ok_or(ServiceError::SessionExpired);
        }
        let mut turn = Turn::of(&self.parts, session, &mut talk);
        turn.is_password = is_password;
        let step = turn.take(answer).await;
        let step = step.map(|step| step.with_last_prompt(words));
        if let Ok(Step::End(end)) = &step {
            self.sessions.close(session.id());
            self.count(&session.subject().by, end.outcome);
        }
        step
    }

    async fn use_remembered(
        &self,
        person: &Person,
        by: &Requester,
        place: &SignInPlace,
    ) -> Result<bool, ServiceError> {
        let Some(terminal) = place.terminal else {
            return Ok(false);
        };
        let action = Action::UseRemembered { terminal };
        match self
            .parts
            .notices
            .commit(person, by, action, Vec::new())
            .await
        {
            Ok(_) => Ok(true),
            // Its time was over in between, or it was used too often.
            Err(ServiceError::Refused(Refusal::NotRemembered | Refusal::TooOften { .. })) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

impl Turn<'_> {
    async fn begin(&mut self, outlook: SignInOutlook) -> Result<Step, ServiceError> {
        match outlook {
            SignInOutlook::SetUp(missing) => return self.set_up_first(&missing).await,
            SignInOutlook::AccountLocked => return Ok(self.refuse_as_locked()),
            SignInOutlook::Renamed => return Ok(self.refuse_as_renamed()),
            _ if self.sign_in.account_locked && self.sign_in.verification.is_none() => {
                return Ok(self.refuse_as_locked());
            }
            _ => {}
        }
        if !self.proves_otherwise()?
            && let Some(proven) = self.proved_over_ssh().await?
        {
            return self.proved(&proven).await;
        }
        let elsewhere = self.note_of_key_elsewhere();
        if let Some(note) = &elsewhere
            && self.sign_in.verification.is_none()
        {
            return Ok(Step::refused(RefusedFor::NoMethod, note.clone()));
        }
        let first = self.verification()?.asked();
        let step = self.ask(first).await?;
        Ok(match (step, elsewhere) {
            (Step::Ask(prompt), Some(note)) => {
                self.sign_in
                    .words
                    .ask(Some(&note), &prompt.text, prompt.echo)
            }
            (step, _) => step,
        })
    }

    async fn take(&mut self, answer: &str) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        if let Some(end) = self.declined() {
            return Ok(end);
        }
        if self.parts.core.now() >= self.sign_in.expires() {
            return Ok(Step::refused(RefusedFor::Expired, words.say("end-expired")));
        }
        self.talk.answers = self.talk.answers.saturating_add(1);
        if self.talk.answers > MOST_ANSWERS {
            return Ok(self.too_many_attempts());
        }
        match self.talk.stage.clone() {
            Stage::Code => self.on_code(answer.trim()).await,
            Stage::AccountLocked => Ok(self.end_as_locked()),
            Stage::Renamed => Ok(self.end_as_renamed()),
            // Blanks may belong to a PIN.
            Stage::Key(stage) => self.on_key(stage, answer).await,
            Stage::Ways { ways, back } => self.on_ways(&ways, back, answer.trim()).await,
            Stage::SetUp(stage) => self.on_set_up(stage, answer.trim()).await,
        }
    }
}
