//! Password resets: the conversation in which a user who forgot the password proves who they are and sets
//! a new one.
//!
//! Anybody may begin one for any name. Until a gate was passed, what is asked, in which words and at which
//! time depends on the policy for all users, on the caller and on what was answered before, and on nothing
//! else: for a name that is no user's, for a user who has no methods, and for one whose resets are locked,
//! the same is asked, codes are sent nowhere, and every answer is wrong.

mod gates;
mod helper;
mod network;
mod password;
mod phone;
mod questions;
mod slot;
mod starts;
mod subject;
mod tickets;

use super::administrators::Administrators;
use super::approvals::Approvals;
use super::conversation::{self, Wording};
use super::notices::Notices;
use super::open_sessions::OpenSessions;
use super::sending::CodeSender;
use super::verification::Verifications;
use crate::core::{Core, Requester, ServiceError, Waiter, random_id};
use crate::messages::{Language, Prompts};
use gates::Stage;
pub(super) use helper::Helper;
pub use network::Network;
use secinfo_channel::SecretText;
use secinfo_domain::policy::ResetRules;
use secinfo_domain::{Authority, Kind, Refusal, SessionTag, Timestamp};
use secinfo_wire::Forms;
pub use secinfo_wire::password_reset::Outcome;
use slot::Slot;
use starts::{Source, Starts};
use std::sync::Arc;
use std::time::Duration;
use subject::{Origin, Subject};

/// The most answers in one reset: more than a person gives, and an end to a program that answers every
/// prompt with nothing.
const MOST_ANSWERS: u16 = 64;

/// What comes next in a reset.
pub type Step = conversation::Step<End>;

/// How a reset ended.
pub struct End {
    /// What was decided.
    pub outcome: Outcome,
    /// Sentences for the person.
    pub messages: Vec<SecretText>,
}

/// Resets passwords.
pub struct Resets {
    parts: Arc<Parts>,
    starts: Starts,
}

/// The parts of the service that a reset leads through.
pub(super) struct Parts {
    pub(super) core: Arc<Core>,
    pub(super) notices: Arc<Notices>,
    pub(super) administrators: Administrators,
    pub(super) codes: Arc<CodeSender>,
    pub(super) approvals: Arc<Approvals>,
    pub(super) verifications: Arc<Verifications>,
    pub(super) open_sessions: OpenSessions,
    pub(super) helper: Helper,
}

/// What a caller says who begins a reset, and what is known of the caller.
pub struct ResetRequest {
    /// The user's name, as it was typed.
    pub name: String,
    /// The uid of the caller.
    pub uid: u32,
    /// The account that began it: who is at work where the caller is root.
    pub account: u32,
    /// The host that the user comes from, as the caller says.
    pub remote_host: String,
    /// The network of that host, where the caller is believed; see [`Resets::network`].
    pub network: Option<Network>,
    /// The terminal that the user is at, if root says so.
    pub terminal: String,
    /// The language that the user speaks: a locale or a BCP 47 tag.
    pub language: String,
    /// Whether prompts are of one line.
    pub one_line: bool,
    /// The forms of challenges that the caller can present.
    pub forms: Forms,
}

/// A reset that is going on. It ends with its holder.
pub struct Reset {
    parts: Arc<Parts>,
    /// The name, as it was typed.
    name: String,
    subject: Subject,
    /// Whose turns its answers take where they are hashed.
    waiter: Waiter,
    words: Wording,
    language: String,
    /// The kinds that are offered, to every user alike.
    kinds: Vec<Kind>,
    rules: ResetRules,
    ends: Timestamp,
    answers: u16,
    wrong: u8,
    /// Whether a gate was passed.
    has_proved: bool,
    stage: Stage,
}

impl Resets {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            starts: Starts::default(),
        }
    }

    /// Begins a reset. What it answers says nothing about the name.
    pub async fn start(&self, request: ResetRequest) -> Result<(Reset, Step), ServiceError> {
        let slot = Slot::begin();
        let begun = self.begin(request);
        slot.end().await;
        begun
    }

    fn begin(&self, mut request: ResetRequest) -> Result<(Reset, Step), ServiceError> {
        let core = &self.parts.core;
        let (state, now) = (core.state(), core.now());
        let rules = state.policy().rules.reset.clone();
        let forms = request.forms;
        let kinds: Vec<Kind> = state
            .policy()
            .rules
            .effective(None)
            .gate_kinds()
            .iter()
            .filter(|kind| gates::can_be_asked(*kind, forms))
            .filter(|kind| *kind != Kind::Push || self.parts.approvals.is_on())
            .collect();
        if !rules.enabled || kinds.is_empty() || !self.parts.helper.is_there() {
            return Err(Refusal::ResetOff.into());
        }
        self.parts.expect_storage()?;
        if request.network.is_none() {
            request.remote_host.clear();
        }
        let source = Source {
            account: request.account,
            network: request.network,
        };
        if !self.starts.take(source, &rules, now) {
            return Err(ServiceError::LimitsExceeded);
        }
        let waiter = Waiter::from(
            request.account,
            request.network.and_then(Network::address_of_site),
        );
        let by = Requester {
            uid: request.uid,
            // What is proved counts within this one reset.
            session: random_id().map(SessionTag::from_bytes)?,
            service: None,
            source: None,
            place: None,
            authority: Authority::Own,
            became_root: None,
        };
        let origin = Origin {
            remote_host: request.remote_host,
            waiter,
            terminal: request.terminal,
            language: request.language.clone(),
            forms,
        };
        let language = self.parts.codes.language(&[&request.language]);
        let mut reset = Reset {
            subject: Subject::seek(&self.parts, request.name.clone(), by, origin),
            waiter,
            name: request.name,
            words: wording(core, language, request.one_line),
            language: request.language,
            kinds,
            ends: now.plus(rules.life),
            rules,
            answers: 0,
            wrong: 0,
            has_proved: false,
            stage: Stage::Kinds,
            parts: Arc::clone(&self.parts),
        };
        let step = reset.list_kinds(None);
        Ok((reset, step))
    }
}

impl Resets {
    /// Where the person is who signed in to this account, as it says; none where it is not believed. Root's
    /// programs and kiosks are.
    ///
    /// # Errors
    /// When the accounts of the host cannot be read.
    pub fn network(&self, uid: u32, remote_host: &str) -> Result<Option<Network>, ServiceError> {
        let state = self.parts.core.state();
        let rules = &state.policy().rules.reset;
        let is_believed = match uid {
            0 => true,
            _ if rules.kiosks.is_empty() => false,
            _ => self.is_kiosk(rules, uid)?,
        };
        Ok(is_believed.then(|| Network::of(remote_host)))
    }

    fn is_kiosk(&self, rules: &ResetRules, uid: u32) -> Result<bool, ServiceError> {
        let accounts = self.parts.core.accounts();
        let Some(account) = accounts.by_uid(uid)? else {
            return Ok(false);
        };
        Ok(rules.is_kiosk(&accounts.groups(&account)?))
    }
}

fn wording(core: &Core, language: Language, one_line: bool) -> Wording {
    Wording::new(Prompts::of(language), one_line, core.clock())
}

impl Parts {
    /// Refuses everybody while the log cannot be written: a refusal that comes only where there is
    /// something to write would tell who is a user.
    fn expect_storage(&self) -> Result<(), ServiceError> {
        self.core
            .problem()
            .map_or(Ok(()), |why| Err(ServiceError::StorageUnavailable(why)))
    }

    /// Waits as for an event, where there is none to record.
    async fn record_nothing(&self) {
        if let Err(error) = self.core.append_nothing().await {
            tracing::debug!(%error, "nothing was written");
        }
    }
}

impl Reset {
    /// How long it waits for an answer.
    pub fn patience(&self) -> Duration {
        let now = self.parts.core.now();
        let left = self.ends.as_millis().saturating_sub(now.as_millis());
        Duration::from_millis(left).min(Duration::from_secs(self.rules.step.get().into()))
    }

    /// Answers what it has asked.
    pub async fn answer(&mut self, answer: &str) -> Result<Step, ServiceError> {
        let slot = Slot::begin();
        let step = self.take(answer).await;
        slot.end().await;
        step
    }

    async fn take(&mut self, answer: &str) -> Result<Step, ServiceError> {
        if self.parts.core.now() >= self.ends {
            return Ok(self.refuse("reset-end-expired"));
        }
        self.answers = self.answers.saturating_add(1);
        if self.answers > MOST_ANSWERS {
            return Ok(self.refuse("reset-end-not-proved"));
        }
        self.parts.expect_storage()?;
        match std::mem::replace(&mut self.stage, Stage::Kinds) {
            Stage::Kinds => self.on_kinds(answer.trim()).await,
            Stage::Code(gate) => self.on_code(gate, answer.trim()).await,
            Stage::Questions(questions) => self.on_question(questions, answer).await,
            Stage::Choice => self.on_choice(answer.trim()).await,
            Stage::Password => Ok(self.on_password(answer)),
            Stage::Again(password) => self.on_again(password, answer).await,
        }
    }

    fn end(&self, outcome: Outcome, id: &str) -> Step {
        Step::End(End {
            outcome,
            messages: vec![self.words.say(id)],
        })
    }

    fn refuse(&self, id: &str) -> Step {
        self.end(Outcome::Refused, id)
    }
}
