//! The conversation of one sign-in: what it is about, how far it has come, and one turn of it.

use super::renamed::RenamedNotices;
use super::screen::{App, View};
use super::step::{RefusedFor, Step};
use crate::core::{Core, Person, Requester, ServiceError};
use crate::service::approvals::Approvals;
use crate::service::conversation::Wording;
use crate::service::deliveries::Deliveries;
use crate::service::enrollment::{Enrollment, Enrollments};
use crate::service::issuing::IssuedCodes;
use crate::service::notices::Notices;
use crate::service::security_keys::SecurityKeys;
use crate::service::sending::CodeSender;
use crate::service::session::Session;
use crate::service::ssh_sign_in::SshSignIn;
use crate::service::verification::{Verification, Verifications};
use secinfo_channel::SecretText;
use secinfo_domain::{
    Kind, MethodId, Seconds, SignInOutlook, SignInPlace, Timestamp, sign_in_outlook,
};
use secinfo_wire::Forms;
use std::sync::{Arc, Mutex, MutexGuard};

/// The longest that a sign-in lasts, set-up included. Within it the rules for verifications and
/// enrollments hold.
pub(super) const LONGEST: Seconds = Seconds::new(15 * 60);

/// The parts of the service that a sign-in leads through.
pub(in crate::service) struct Parts {
    pub(in crate::service) core: Arc<Core>,
    pub(in crate::service) notices: Arc<Notices>,
    pub(in crate::service) deliveries: Arc<Deliveries>,
    pub(in crate::service) codes: Arc<CodeSender>,
    pub(in crate::service) approvals: Arc<Approvals>,
    pub(in crate::service) enrollments: Arc<Enrollments>,
    pub(in crate::service) verifications: Arc<Verifications>,
    pub(in crate::service) issued_codes: Arc<IssuedCodes>,
    pub(in crate::service) keys: SecurityKeys,
    pub(in crate::service) renamed: RenamedNotices,
}

/// A sign-in that is going on.
pub struct SignIn {
    pub(super) person: Person,
    pub(super) name: String,
    pub(super) by: Requester,
    pub(super) place: SignInPlace,
    pub(super) language: String,
    /// How an app that is set up is shown first.
    pub(super) first_view: View,
    pub(super) forms: Forms,
    /// The account that asks.
    pub(super) account: u32,
    /// Whether the user sits at this host now.
    pub(super) is_at_host: Box<dyn Fn() -> bool + Send + Sync>,
    /// How the user has signed in to sshd so far.
    pub(super) ssh: Option<SshSignIn>,
    pub(super) may_set_up: bool,
    /// Whether the program shows why the user is refused in a last prompt.
    pub(super) ends_in_prompt: bool,
    pub(super) words: Wording,
    /// Whether the account was locked when it began, so that its proof unlocks it.
    pub(super) account_locked: bool,
    /// None where the user has nothing to be verified by.
    pub(super) verification: Option<Verification>,
    pub(super) began: Timestamp,
    pub(super) deadline: Mutex<Timestamp>,
    /// One answer at a time.
    pub(super) talk: tokio::sync::Mutex<Talk>,
}

/// How far the conversation has come.
pub(super) struct Talk {
    pub(super) stage: Stage,
    pub(super) answers: u16,
    /// Wrong codes for the method that is being set up.
    pub(super) wrong: u8,
    /// How often a security key has found that PIN or finger are not its user's.
    pub(super) wrong_on_keys: u8,
    /// Whether the user has proved a method, by verifying or by setting it up.
    pub(super) proved: bool,
    /// What the user is told at the end.
    pub(super) messages: Vec<SecretText>,
}

/// What is asked now.
#[derive(Clone)]
pub(super) enum Stage {
    /// A code of the method that the verification asks.
    Code,
    /// That the user has read that the account is locked.
    AccountLocked,
    /// That the user has read that the account has another name now.
    Renamed,
    /// What verifies the user on a security key, or that one is plugged in.
    Key(KeyStage),
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

/// How far a security key has come.
#[derive(Clone, Copy)]
pub(super) struct KeyStage {
    /// Whether a key of the user's was plugged in.
    pub(super) is_found: bool,
    /// Whether it reads fingerprints.
    pub(super) reads_fingerprints: bool,
}

/// One turn of a conversation: what an answer leads to.
pub(super) struct Turn<'a> {
    pub(super) parts: &'a Parts,
    pub(super) session: &'a Session<SignIn>,
    pub(super) sign_in: &'a SignIn,
    pub(super) talk: &'a mut Talk,
    /// Whether the answer is the password that the user has typed before.
    pub(super) is_password: bool,
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
    pub(super) fn expires(&self) -> Timestamp {
        *self.deadline()
    }

    fn deadline(&self) -> MutexGuard<'_, Timestamp> {
        self.deadline
            .lock()
            .expect("nothing panics while it holds the deadline")
    }

    /// Whether the sign-in is about this user.
    pub(in crate::service) fn is_of(&self, person: &Person) -> bool {
        self.person.id == person.id
    }

    /// Moves the deadline, for a person who begins something longer, as far as there is any time.
    pub(super) fn prolong(&self, by: Seconds, now: Timestamp) {
        let mut deadline = self.deadline();
        let latest = self.began.plus(LONGEST);
        *deadline = now.plus(by).min(latest).max(*deadline);
    }
}

/// Something of setting up a method.
#[derive(Clone)]
pub(super) enum SetUpStage {
    /// Which of these kinds, or later.
    Kinds {
        /// The kinds, as they are numbered.
        kinds: Vec<Kind>,
        /// Whether it can be put off, by the number after theirs.
        later: bool,
    },
    /// A code of the authenticator app.
    App {
        /// The app in the making.
        app: Arc<App>,
        /// How it is shown.
        view: View,
    },
    /// A phone number, for a method of this kind.
    Number(Kind),
    /// The code that was sent to the number.
    NumberCode(Arc<Enrollment>),
    /// Whether to make recovery codes.
    OfferCodes,
    /// Recovery codes are shown.
    ShowCodes,
}

/// What a sign-in there comes to.
pub(super) fn outlook(
    core: &Core,
    person: &Person,
    by: &Requester,
    place: &SignInPlace,
) -> Result<SignInOutlook, ServiceError> {
    let context = core.context(person, by)?;
    Ok(sign_in_outlook(&core.state(), person.id, &context, place)?)
}

impl<'a> Turn<'a> {
    pub(super) fn of(parts: &'a Parts, session: &'a Session<SignIn>, talk: &'a mut Talk) -> Self {
        Self {
            parts,
            session,
            sign_in: session.subject(),
            talk,
            is_password: false,
        }
    }

    /// What verifies the user. Codes are asked for only where something does.
    pub(super) fn verification(&self) -> Result<&'a Verification, ServiceError> {
        self.sign_in
            .verification
            .as_ref()
            .ok_or(ServiceError::NoMethod)
    }

    pub(super) fn too_many_attempts(&self) -> Step {
        let message = self.sign_in.words.say("end-too-many-attempts");
        Step::refused(RefusedFor::TooManyAttempts, message)
    }
}
