//! The service: everything that can be asked of the daemon, without knowing of D-Bus. One command at a
//! time for each user: look up, decide, append, answer.
//!
//! Each part has its own state and stands on the [core](crate::core).

mod activity;
mod administrators;
mod approvals;
mod asking_phones;
mod backup;
mod break_glass;
mod changes;
mod conversation;
mod deliveries;
mod departed;
mod destination;
mod enrollment;
mod import;
mod issuing;
mod notices;
mod open_sessions;
mod overview;
mod pipe;
pub mod reset;
mod security_keys;
mod sending;
pub mod session;
mod sign_in;
mod ssh_sign_in;
mod statistics;
mod tokens;
mod unsent;
mod verification;

pub use activity::{Activity, ActivityLine, ProvenEvent};
pub use approvals::Approvals;
pub use backup::{Backups, RestoredLog};
pub use break_glass::BreakGlass;
pub use changes::Deletion;
pub use conversation::Prompt;
pub use deliveries::Deliveries;
pub use departed::DepartedUser;
pub use enrollment::{Answered, Enrolled, Enrollment, Enrollments, Started};
pub(crate) use import::KeyEntry;
pub use import::{Effect, Imports};
pub use issuing::IssuedCodes;
pub use notices::{Notices, WaitingNotices};
pub use overview::{MethodView, Overview, UserRow};
pub use reset::Resets;
pub use sending::{DeliveryState, Sending, Sent};
pub use session::{SessionId, SessionLimits, SessionOwner, Sessions};
use sign_in::RenamedNotices;
pub use sign_in::{
    Beginning, End, Expected, Outcome, RefusedFor, SignIn, SignInRequest, SignIns, Step,
};
pub use ssh_sign_in::{SshConnection, SshSignIn};
pub use statistics::Statistics;
pub use tokens::{Imported, TokenRow, Tokens};
pub use verification::{Asked, Candidate, Circumstances, Proven, Verification, Verifications};

use crate::channels::Channels;
pub use crate::core::{
    Account, Appended, Core, Counted, Person, Population, ReplayError, Requester, ServiceError,
    Settings, UserPayload, read_state,
};
use crate::login_sessions::LoginSessions;
pub use crate::methods::EnrollmentRequest;
pub use crate::methods::payload::{MethodPayload, SecretBytes, TokenPayload};

use crate::messages::NoticeItem;
use administrators::{About, Administrators};
use open_sessions::OpenSessions;
use secinfo_domain::Action;
use security_keys::SecurityKeys;
use sending::CodeSender;
use std::path::PathBuf;
use std::sync::Arc;

/// The service, composed of its parts.
pub struct Service {
    core: Arc<Core>,
    deliveries: Arc<Deliveries>,
    security_info: SecurityInfo,
    activity: Activity,
    approvals: Arc<Approvals>,
    enrollments: Arc<Enrollments>,
    verifications: Arc<Verifications>,
    sign_ins: Arc<SignIns>,
    resets: Resets,
    open_sessions: OpenSessions,
    administrators: Administrators,
    login_sessions: Arc<LoginSessions>,
    issued_codes: Arc<IssuedCodes>,
    tokens: Tokens,
    imports: Imports,
    break_glass: BreakGlass,
    backups: Backups,
}

/// The security info of users: what they have, and changes other than enrolling.
pub struct SecurityInfo {
    core: Arc<Core>,
    notices: Arc<Notices>,
}

impl Service {
    /// The service on its core. Passwords are set by the helper that listens at the first of these sockets,
    /// security keys are talked to by the one that listens at the second, and phones by the process that
    /// listens at the third. What users have open on the host is ended with `login_sessions`.
    /// Notices are sent on the current tokio runtime.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn new(
        core: Core,
        channels: Channels,
        limits: SessionLimits,
        [password_socket, key_socket, push_socket]: [PathBuf; 3],
        login_sessions: LoginSessions,
    ) -> Self {
        let core = Arc::new(core);
        let deliveries = Arc::new(Deliveries::new(Arc::clone(&core), channels));
        let notices = Arc::new(Notices::start(Arc::clone(&core), Arc::clone(&deliveries)));
        let codes = Arc::new(CodeSender::new(
            Arc::clone(&core),
            Arc::clone(&notices),
            Arc::clone(&deliveries),
        ));
        let approvals = Arc::new(Approvals::new(
            Arc::clone(&core),
            Arc::clone(&notices),
            Arc::clone(&deliveries),
            push_socket,
        ));
        let enrollments = Arc::new(Enrollments::new(
            Arc::clone(&core),
            Arc::clone(&notices),
            enrollment::Senders {
                deliveries: Arc::clone(&deliveries),
                codes: Arc::clone(&codes),
                approvals: Arc::clone(&approvals),
            },
            Sessions::new(core.clock(), limits),
        ));
        let verifications = Arc::new(Verifications::new(
            Arc::clone(&core),
            Arc::clone(&notices),
            Arc::clone(&codes),
            Arc::clone(&approvals),
            Sessions::new(core.clock(), limits),
        ));
        let administrators = Administrators::new(Arc::clone(&core), Arc::clone(&notices));
        let issued_codes = Arc::new(IssuedCodes::new(Arc::clone(&core), Arc::clone(&notices)));
        let sign_ins = Arc::new(SignIns::new(
            sign_in::Parts {
                core: Arc::clone(&core),
                notices: Arc::clone(&notices),
                deliveries: Arc::clone(&deliveries),
                codes: Arc::clone(&codes),
                approvals: Arc::clone(&approvals),
                enrollments: Arc::clone(&enrollments),
                verifications: Arc::clone(&verifications),
                issued_codes: Arc::clone(&issued_codes),
                keys: SecurityKeys::new(key_socket),
                renamed: RenamedNotices::new(administrators.clone()),
            },
            Sessions::new(core.clock(), SessionLimits::NONE),
        ));
        let open_sessions = OpenSessions {
            enrollments: Arc::clone(&enrollments),
            verifications: Arc::clone(&verifications),
            sign_ins: Arc::clone(&sign_ins),
        };
        let resets = Resets::new(reset::Parts {
            administrators: administrators.clone(),
            core: Arc::clone(&core),
            notices: Arc::clone(&notices),
            codes,
            approvals: Arc::clone(&approvals),
            verifications: Arc::clone(&verifications),
            open_sessions: open_sessions.clone(),
            helper: reset::Helper::new(password_socket),
        });
        Self {
            deliveries,
            approvals,
            enrollments,
            verifications,
            issued_codes,
            sign_ins,
            resets,
            open_sessions,
            administrators,
            login_sessions: Arc::new(login_sessions),
            tokens: Tokens::new(Arc::clone(&core), Arc::clone(&notices)),
            imports: Imports::new(Arc::clone(&core), Arc::clone(&notices)),
            activity: Activity::new(Arc::clone(&core)),
            break_glass: BreakGlass::new(Arc::clone(&core), Arc::clone(&notices)),
            backups: Backups::new(Arc::clone(&core)),
            security_info: SecurityInfo {
                core: Arc::clone(&core),
                notices,
            },
            core,
        }
    }

    /// The log, the state, the accounts and the settings.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Messages to users, and the channels that carry them.
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    /// Requests to approve on phones.
    pub fn approvals(&self) -> &Approvals {
        &self.approvals
    }

    /// Starts to talk with phones, where push is on. The log has begun.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start_push(&self) {
        self.approvals.start();
    }

    /// The security info of users.
    pub const fn security_info(&self) -> &SecurityInfo {
        &self.security_info
    }

    /// What happened in the accounts of users.
    pub const fn activity(&self) -> &Activity {
        &self.activity
    }

    /// Enrollments.
    pub fn enrollments(&self) -> &Enrollments {
        &self.enrollments
    }

    /// Verifications.
    pub fn verifications(&self) -> &Verifications {
        &self.verifications
    }

    /// Sign-ins.
    pub fn sign_ins(&self) -> &SignIns {
        &self.sign_ins
    }

    /// Password resets.
    pub const fn resets(&self) -> &Resets {
        &self.resets
    }

    /// Recovery codes and access passes.
    pub fn issued_codes(&self) -> &IssuedCodes {
        &self.issued_codes
    }

    /// The inventory of hardware tokens.
    pub const fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Methods from other systems.
    pub const fn imports(&self) -> &Imports {
        &self.imports
    }

    /// Break-glass codes that were used.
    pub const fn break_glass(&self) -> &BreakGlass {
        &self.break_glass
    }

    /// Backups.
    pub const fn backups(&self) -> &Backups {
        &self.backups
    }

    /// Changes the limits for sessions that are opened from now on.
    pub fn set_session_limits(&self, limits: SessionLimits) {
        self.enrollments.sessions().set_limits(limits);
        self.verifications.sessions().set_limits(limits);
    }

    /// Does one thing to the security info of a user that needs nothing but saying so: cancel a
    /// deletion, set the default, unlock, erase, revoke a pass.
    pub async fn act(&self, uid: u32, by: &Requester, action: Action) -> Result<(), ServiceError> {
        let erases = matches!(action, Action::Erase);
        let (person, _) = self.security_info.act(uid, by, action).await?;
        if erases {
            self.core.accounts().forget(&person.account);
            self.open_sessions.close_of(&person);
        }
        Ok(())
    }

    /// Locks the account of a user at once: what is open for them ends, where policy says so on the host too,
    /// and administrators are told.
    pub async fn lock_account(&self, uid: u32, by: &Requester) -> Result<(), ServiceError> {
        let (person, events) = self.security_info.act(uid, by, Action::LockAccount).await?;
        // What is open where it was locked before may be what unlocks it.
        if !events.is_empty() {
            self.open_sessions.close_of(&person);
            let item = NoticeItem::AdministratorAccountLocked;
            self.administrators.tell(&person, About::Anybody, item);
            self.end_login_sessions(&person);
        }
        Ok(())
    }

    /// Ends what a user has open on the host, where policy says so. Nobody waits for it, who called from one of
    /// these sessions least of all; that it fails undoes nothing.
    fn end_login_sessions(&self, person: &Person) {
        let (core, sessions) = (Arc::clone(&self.core), Arc::clone(&self.login_sessions));
        let person = person.clone();
        tokio::spawn(async move {
            if !core.ends_sessions_on_lock(&person) {
                return;
            }
            let (user, uid) = (person.id, person.account.uid);
            match sessions.end_of(uid).await {
                Ok(()) => {
                    tracing::info!(%user, "a locked account's sessions on this host were ended");
                }
                Err(error) => tracing::error!(
                    %user, %error,
                    "a locked account's sessions on this host were not ended: end them with \
                     \"loginctl terminate-user {uid}\""
                ),
            }
        });
    }

    /// Records that a user says of the event `seq` that it was not them: what is open for them ends, and
    /// administrators are told.
    pub async fn report_activity(
        &self,
        uid: u32,
        by: &Requester,
        seq: u64,
    ) -> Result<(), ServiceError> {
        let event = Box::new(self.activity.event(uid, by.uid, seq).await?);
        let action = Action::ReportActivity { seq, event };
        let (person, events) = self.security_info.act(uid, by, action).await?;
        if !events.is_empty() {
            self.open_sessions.close_of(&person);
            let item = NoticeItem::AdministratorReported;
            self.administrators.tell(&person, About::Anybody, item);
        }
        Ok(())
    }

    /// Notices to users of what was changed.
    pub fn notices(&self) -> &Notices {
        &self.security_info.notices
    }

    /// Ends every enrollment and verification whose owner is gone.
    pub fn close_sessions_of(&self, gone: impl Fn(&SessionOwner) -> bool) {
        self.enrollments.sessions().close_of(&gone);
        self.verifications.sessions().close_of(&gone);
    }

    /// Waits until the outcome of every message is recorded. The channels have stopped.
    pub async fn settle(&self) {
        self.deliveries.settle().await;
    }

    /// Finishes what was accepted and closes the log.
    pub fn stop(&self) {
        self.core.stop();
    }
}
