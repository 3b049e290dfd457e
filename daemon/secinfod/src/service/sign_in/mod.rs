//! Sign-ins: the conversation with which a PAM module, or a lock screen, verifies a user.
//!
//! The module shows each prompt and passes the answer back; what is asked, in which order, and how
//! it ends is decided here, so that every program that signs users in does the same.

mod ask;
mod finish;
mod picture;
mod set_up;
mod step;
mod terminal;
mod ways;
mod wording;

pub use step::{End, Outcome, Prompt, RefusedFor, Step};

use super::deliveries::Deliveries;
use super::enrollment::Enrollments;
use super::issuing::IssuedCodes;
use super::notices::Notices;
use super::sending::{CodeSender, Sending};
use super::session::{Session, SessionOwner, Sessions};
use super::verification::{Verification, Verifications};
use crate::core::{Core, Person, Requester, ServiceError, no_randomness, random_id};
use crate::messages::Prompts;
use crate::wire_names::WireName;
use secinfo_channel::SecretText;
use secinfo_domain::{
    Action, MethodId, Purpose, Refusal, Seconds, ServiceName, SessionTag, SignInOutlook,
    SignInPlace, TerminalTag, Timestamp, sign_in_outlook,
};
use secinfo_wire::Forms;
use set_up::Stage as SetUpStage;
use std::sync::{Arc, Mutex, MutexGuard};
use terminal::TerminalKey;
use wording::Wording;

/// The longest that a sign-in lasts, set-up included. Within it the rules for verifications and
/// enrollments hold.
const LONGEST: Seconds = Seconds::new(15 * 60);

/// The most answers in one sign-in: more than a person gives, and an end to a program that answers
/// every prompt with nothing.
const MOST_ANSWERS: u16 = 64;

/// Signs users in.
pub struct SignIns {
    parts: Parts,
    terminal_key: TerminalKey,
    sessions: Sessions<SignIn>,
}

/// The parts of the service that a sign-in leads through.
pub(super) struct Parts {
    pub(super) core: Arc<Core>,
    pub(super) notices: Arc<Notices>,
    pub(super) deliveries: Arc<Deliveries>,
    pub(super) codes: Arc<CodeSender>,
    pub(super) enrollments: Arc<Enrollments>,
    pub(super) verifications: Arc<Verifications>,
    pub(super) issued_codes: Arc<IssuedCodes>,
}

/// Whom a program signs in, and what it knows of them.
pub struct SignInRequest {
    /// The user's name, as the program gave it.
    pub name: String,
    /// Their uid.
    pub uid: u32,
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
    /// The forms of challenges that the program can present.
    pub forms: Forms,
}

/// A sign-in that is going on.
pub struct SignIn {
    person: Person,
    name: String,
    by: Requester,
    place: SignInPlace,
    language: String,
    forms: Forms,
    may_set_up: bool,
    words: Wording,
    /// None where the user has nothing to be verified by.
    verification: Option<Verification>,
    began: Timestamp,
    deadline: Mutex<Timestamp>,
    /// One answer at a time.
    talk: tokio::sync::Mutex<Talk>,
}

/// How far the conversation has come.
struct Talk {
    stage: Stage,
    answers: u16,
    /// Wrong codes for the method that is being set up.
    wrong: u8,
    /// Whether the user has proved a method, by verifying or by setting it up.
    proved: bool,
    /// What the user is told at the end.
    messages: Vec<SecretText>,
}

/// What is asked now.
#[derive(Clone)]
enum Stage {
    /// A code of the method that the verification asks.
    Code,
    /// Which of these methods to ask instead.
    Ways {
        /// The methods, as they are numbered.
        ways: Vec<MethodId>,
        /// Whether one can go back to the method that was asked.
        back: bool,
    },
    /// Something of setting up a method.
    SetUp(SetUpStage),
}

/// One turn of a conversation: what an answer leads to.
struct Turn<'a> {
    parts: &'a Parts,
    session: &'a Session<SignIn>,
    sign_in: &'a SignIn,
    talk: &'a mut Talk,
}

impl SignIn {
    /// The name of the user, as the program that signs them in gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The uid of the user.
    pub const fn uid(&self) -> u32 {
        self.person.uid()
    }

    /// When it ends.
    pub fn expires(&self) -> Timestamp {
        *self.deadline()
    }

    fn deadline(&self) -> MutexGuard<'_, Timestamp> {
        self.deadline
            .lock()
            .expect("nothing panics while it holds the deadline")
    }

    /// Whether the sign-in is about this user.
    pub(super) fn is_of(&self, person: &Person) -> bool {
        self.person.id == person.id
    }

    /// Moves the deadline, for a person who begins something longer, as far as there is any time.
    fn prolong(&self, by: Seconds, now: Timestamp) {
        let mut deadline = self.deadline();
        let latest = self.began.plus(LONGEST);
        *deadline = now.plus(by).min(latest).max(*deadline);
    }
}

impl SignIns {
    pub(super) fn new(parts: Parts, sessions: Sessions<SignIn>) -> Result<Self, ServiceError> {
        Ok(Self {
            parts,
            terminal_key: TerminalKey::draw().map_err(no_randomness)?,
            sessions,
        })
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
    ) -> Option<TerminalTag> {
        let remembers =
            self.parts.core.state().policy().sign_in(service).remember > Seconds::new(0);
        remembers.then(|| self.terminal_key.tag(pid, uid, named, invoker))?
    }

    /// Begins to sign a user in. There is a session only where the user is asked something.
    pub async fn start(
        &self,
        by: &Requester,
        owner: SessionOwner,
        request: SignInRequest,
    ) -> Result<(Option<Arc<Session<SignIn>>>, Step), ServiceError> {
        let begun = self.begin(by, owner, request).await;
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
        owner: SessionOwner,
        request: SignInRequest,
    ) -> Result<(Option<Arc<Session<SignIn>>>, Step), ServiceError> {
        let person = self.parts.core.person(request.uid)?;
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
        let session = self
            .sessions
            .open(sign_in, by.uid, owner, LONGEST, rules.attempts)?;
        let mut talk = session.subject().talk.lock().await;
        let step = Turn::of(&self.parts, &session, &mut talk)
            .begin(outlook)
            .await;
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
        let forms = request.forms;
        let first = verifications.candidates(&person, by, Purpose::SignIn, forms)?;
        let first = first.first().map(secinfo_domain::state::Method::id);
        let verification = first.map(|first| Verification {
            person: person.clone(),
            by: by.clone(),
            purpose: Purpose::SignIn,
            forms,
            asked: Mutex::new(first),
            sending: Sending::default(),
            origin: request.origin,
            language: request.language.clone(),
        });
        let prompts = Prompts::of(self.parts.codes.language(&[&request.language]));
        let began = self.parts.core.now();
        let life = self.parts.core.state().policy().rules.session.verification;
        Ok(SignIn {
            person,
            name: request.name,
            by: by.clone(),
            place: request.place,
            language: request.language,
            forms,
            may_set_up: request.may_set_up,
            words: Wording::new(prompts, request.one_line, self.parts.core.clock()),
            verification,
            began,
            deadline: Mutex::new(began.plus(life.min(LONGEST))),
            talk: tokio::sync::Mutex::new(Talk {
                stage: Stage::Code,
                answers: 0,
                wrong: 0,
                proved: false,
                messages: Vec::new(),
            }),
        })
    }

    /// Answers what a sign-in has asked.
    pub async fn answer(
        &self,
        session: &Session<SignIn>,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        let mut talk = session.subject().talk.lock().await;
        self.sessions
            .get(session.id())
            .ok_or(ServiceError::SessionExpired)?;
        let step = Turn::of(&self.parts, session, &mut talk)
            .take(answer.trim())
            .await;
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
            // Its time was over in between.
            Err(ServiceError::Refused(Refusal::NotRemembered)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// What a sign-in there comes to.
fn outlook(
    core: &Core,
    person: &Person,
    by: &Requester,
    place: &SignInPlace,
) -> Result<SignInOutlook, ServiceError> {
    let context = core.context(person, by)?;
    Ok(sign_in_outlook(&core.state(), person.id, &context, place)?)
}

impl<'a> Turn<'a> {
    fn of(parts: &'a Parts, session: &'a Session<SignIn>, talk: &'a mut Talk) -> Self {
        Self {
            parts,
            session,
            sign_in: session.subject(),
            talk,
        }
    }

    async fn begin(&mut self, outlook: SignInOutlook) -> Result<Step, ServiceError> {
        if let SignInOutlook::SetUp(missing) = outlook {
            return self.set_up_first(&missing).await;
        }
        let first = self.verification()?.asked();
        self.ask(first).await
    }

    async fn take(&mut self, answer: &str) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        if self.parts.core.now() >= self.sign_in.expires() {
            return Ok(Step::refused(RefusedFor::Expired, words.say("end-expired")));
        }
        self.talk.answers = self.talk.answers.saturating_add(1);
        if self.talk.answers > MOST_ANSWERS {
            return Ok(self.too_many_attempts());
        }
        match self.talk.stage.clone() {
            Stage::Code => self.on_code(answer).await,
            Stage::Ways { ways, back } => self.on_ways(&ways, back, answer).await,
            Stage::SetUp(stage) => self.on_set_up(stage, answer).await,
        }
    }

    /// What verifies the user. Codes are asked for only where something does.
    fn verification(&self) -> Result<&'a Verification, ServiceError> {
        self.sign_in
            .verification
            .as_ref()
            .ok_or(ServiceError::NoMethod)
    }

    fn too_many_attempts(&self) -> Step {
        let message = self.sign_in.words.say("end-too-many-attempts");
        Step::refused(RefusedFor::TooManyAttempts, message)
    }
}
