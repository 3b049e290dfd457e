//! `org.secinfo.SecurityInfo1.Manager`: users, kinds, policy and the daemon's status.

use crate::error::Result;
use crate::import::{ImportMethodsOptions, ImportReply};
use crate::response::Response;
use crate::statistics::Statistics;
use crate::verification::{Proof, VerificationChallenge, VerificationOptions};
use serde::{Deserialize, Serialize};
use zbus::{DeserializeDict, Fd, ObjectPath, OwnedObjectPath, SerializeDict, Type, proxy};

/// The manager, on the root object. Who may call what stands with each method; an administrator
/// may be asked for a password by the polkit agent of their session.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.Manager",
    default_service = "org.secinfo.SecurityInfo1",
    default_path = "/org/secinfo/SecurityInfo1"
)]
pub trait Manager {
    /// The object of the user with this uid. The user, or an administrator.
    #[zbus(allow_interactive_auth)]
    fn get_user(&self, uid: u32) -> Result<OwnedObjectPath>;

    /// The object of the user with this name. The user, or an administrator.
    #[zbus(allow_interactive_auth)]
    fn get_user_by_name(&self, name: &str) -> Result<OwnedObjectPath>;

    /// At most `limit` (up to 500) users by name, those after the name `after`. Administrators.
    #[zbus(allow_interactive_auth)]
    fn list_users(&self, after: &str, limit: u32) -> Result<Vec<UserSummary>>;

    /// At most `limit` (up to 500) users whose accounts the host no longer knows, those after the name `after`.
    /// Administrators.
    #[zbus(allow_interactive_auth)]
    fn list_departed(&self, after: &str, limit: u32) -> Result<Vec<DepartedUser>>;

    /// Lets a user go by the name that their account has now. Administrators.
    #[zbus(allow_interactive_auth)]
    fn rename_user(&self, former: &str, name: &str) -> Result<()>;

    /// Erases a user whose account the host no longer knows. Administrators.
    #[zbus(allow_interactive_auth)]
    fn erase_departed(&self, uid: u32, name: &str) -> Result<()>;

    /// The kinds that policy lets the user enrol for a purpose and service.
    #[zbus(allow_interactive_auth)]
    fn list_kinds(&self, uid: u32, purpose: &str, service: &str) -> Result<Vec<String>>;

    /// Policy as it applies to the user at this service.
    #[zbus(allow_interactive_auth)]
    fn get_policy(&self, uid: u32, service: &str) -> Result<Policy>;

    /// What a sign-in of the user at this service would come to now. The user, or an administrator.
    #[zbus(allow_interactive_auth)]
    fn get_expected_sign_in(&self, uid: u32, service: &str) -> Result<ExpectedSignIn>;

    /// The security questions that users can choose, by id and with their words in the language of a
    /// locale; how many of them to choose, and how many are asked in a password reset. Anyone.
    fn list_questions(&self, language: &str) -> Result<(Vec<(String, String)>, u32, u32)>;

    /// Starts a verification of the user: its object, and what to ask for. The user, or a caller
    /// who may verify others.
    #[zbus(allow_interactive_auth)]
    fn start_verification(
        &self,
        uid: u32,
        purpose: &str,
        service: &str,
        options: &VerificationOptions,
    ) -> Result<(OwnedObjectPath, VerificationChallenge)>;

    /// Verifies the user by one method in one call; `/` for the first one that the response can
    /// answer. The user, or a caller who may verify others.
    #[zbus(allow_interactive_auth)]
    fn verify(
        &self,
        uid: u32,
        purpose: &str,
        service: &str,
        method: &ObjectPath<'_>,
        response: &Response,
    ) -> Result<Proof>;

    /// Brings the methods of users over from an `oath-users`, `one-time-codes` or `u2f-mappings` file,
    /// which comes through a pipe: how many, for whom, and what was wrong in which line.
    /// Administrators.
    #[zbus(allow_interactive_auth)]
    fn import_methods(
        &self,
        format: &str,
        pipe: Fd<'_>,
        options: &ImportMethodsOptions,
    ) -> Result<ImportReply>;

    /// How requests to phones are sent. Administrators.
    #[zbus(allow_interactive_auth)]
    fn get_push_state(&self) -> Result<PushState>;

    /// How the daemon is. Anyone.
    fn get_status(&self) -> Result<Status>;

    /// The daemon in numbers. Administrators, without a prompt for a password: it is for programs
    /// that monitor the daemon.
    #[zbus(no_autostart)]
    fn get_statistics(&self) -> Result<Statistics>;
}

/// One line of the list of users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UserSummary {
    /// Unix user id.
    pub uid: u32,
    /// Unix name.
    pub name: String,
    /// Number of methods.
    pub methods: u32,
    /// Kind of the default method; empty for none.
    pub default_kind: String,
    /// One of [`user_state`](crate::names::user_state).
    pub state: String,
    /// Whether an access pass is out.
    pub has_access_pass: bool,
    /// How many more methods it takes to reset the password; 0 where passwords are not reset.
    pub lacking_for_reset: u32,
}

/// A user whose account the host no longer knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DepartedUser {
    /// Unix user id.
    pub uid: u32,
    /// Unix name.
    pub name: String,
    /// Number of methods.
    pub methods: u32,
    /// The name that has the uid now; empty where none has.
    pub now: String,
}

/// Policy as it applies to one user.
#[derive(Debug, Clone, PartialEq, Eq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Policy {
    /// Kinds the user may have.
    pub allowed: Vec<String>,
    /// Methods the user must have.
    pub required: u32,
    /// Days until required methods are enforced.
    pub grace_days: u32,
    /// What the first method takes: one of [`first_method`](crate::names::first_method).
    pub first_method: String,
    /// Methods to prove for a password reset, for users who do not administer the host.
    pub reset_gates: u32,
    /// Seconds before a deletion by a weaker proof takes effect.
    pub deletion_wait: u64,
    /// Seconds that a proof is fresh.
    pub fresh_proof: u64,
    /// Whether locking the account ends what the user has open on the host.
    pub end_sessions_on_lock: bool,
    /// The sections of config.toml that say so, such as `policy`, `group.wheel` and `service.sshd`.
    pub sections: Vec<String>,
}

/// What a sign-in of one user would come to.
#[derive(Debug, Clone, PartialEq, Eq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct ExpectedSignIn {
    /// What it would begin with: one of [`expected`](crate::names::expected).
    pub beginning: String,
    /// Why it would be refused: one of [`reason`](crate::names::sign_in::reason); else empty.
    pub reason: String,
    /// Until when setting up a method can be put off; 0 where it cannot.
    pub grace_ends: u64,
    /// Whether the user administers the host.
    pub administrator: bool,
}

/// How requests to phones are sent.
#[derive(Debug, Clone, PartialEq, Eq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct PushState {
    /// How push stands: one of [`push_state`](crate::names::push_state).
    pub state: String,
    /// Where phones ask; empty where push is off.
    pub url: String,
    /// How many phones are enrolled.
    pub phones: u32,
    /// How many requests are open.
    pub open: u32,
}

/// How the daemon is.
#[derive(Debug, Clone, PartialEq, Eq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Status {
    /// Version of the daemon.
    pub version: String,
    /// Whether it can accept anything now.
    pub healthy: bool,
    /// What is wrong; empty when nothing is.
    pub problem: String,
    /// Who decides on administrators: `polkit` or `uid`.
    pub authorization: String,
    /// When it started.
    pub started: u64,
    /// How push stands: one of [`push_state`](crate::names::push_state).
    pub push: String,
    /// How much room the disk has: one of [`disk_room`](crate::names::disk_room).
    pub room: String,
}
