//! `org.secinfo.SecurityInfo1.Manager`: users, policy, verifications and tokens.

use crate::error::Result;
use crate::sign_in::{SignInOptions, SignInStep};
use crate::statistics::Statistics;
use serde::{Deserialize, Serialize};
use zbus::{DeserializeDict, ObjectPath, OwnedObjectPath, SerializeDict, Type, proxy};

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

    /// The kinds that policy lets the user enrol for a purpose and service.
    #[zbus(allow_interactive_auth)]
    fn list_kinds(&self, uid: u32, purpose: &str, service: &str) -> Result<Vec<String>>;

    /// Policy as it applies to the user at this service.
    #[zbus(allow_interactive_auth)]
    fn get_policy(&self, uid: u32, service: &str) -> Result<Policy>;

    /// Starts a verification of the user: its object, and what to ask for. The user, or whoever
    /// may verify others.
    #[zbus(allow_interactive_auth)]
    fn start_verification(
        &self,
        uid: u32,
        purpose: &str,
        service: &str,
        options: &VerificationOptions<'_>,
    ) -> Result<(OwnedObjectPath, VerificationChallenge)>;

    /// Starts the sign-in of a user at a PAM service: its object (`/` when it is over already), and
    /// the first step. Root, the user, or whoever may verify others.
    #[zbus(allow_interactive_auth)]
    fn start_sign_in(
        &self,
        name: &str,
        service: &str,
        options: &SignInOptions,
    ) -> Result<(OwnedObjectPath, SignInStep)>;

    /// Imports hardware tokens from the content of a `csv` or `pskc` file: how many, and what was
    /// wrong in which line. Administrators.
    #[zbus(allow_interactive_auth)]
    fn import_tokens(
        &self,
        format: &str,
        content: &[u8],
        options: &ImportOptions,
    ) -> Result<(u32, Vec<ImportProblem>)>;

    /// Brings the methods of users over from the content of an `oath-users` or `u2f-mappings` file:
    /// how many, and what was wrong in which line. Administrators.
    #[zbus(allow_interactive_auth)]
    fn import_methods(
        &self,
        format: &str,
        content: &[u8],
        options: &ImportMethodsOptions,
    ) -> Result<(u32, Vec<ImportProblem>)>;

    /// The hardware tokens that were imported. Administrators.
    #[zbus(allow_interactive_auth)]
    fn list_tokens(&self) -> Result<Vec<Token>>;

    /// Forgets a hardware token that nobody uses. Administrators.
    #[zbus(allow_interactive_auth)]
    fn remove_token(&self, serial: &str) -> Result<()>;

    /// How each channel is. Administrators.
    #[zbus(allow_interactive_auth)]
    fn list_channels(&self) -> Result<Vec<Channel>>;

    /// Sends a message without a code through one channel, and waits for what becomes of it.
    /// Administrators.
    #[zbus(allow_interactive_auth)]
    fn test_channel(
        &self,
        name: &str,
        destination: &str,
        options: &TestOptions,
    ) -> Result<TestOutcome>;

    /// How the daemon is. Anyone.
    fn get_status(&self) -> Result<Status>;

    /// The daemon in numbers. Administrators; nobody is asked for a password, since it is for
    /// programs that watch.
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
    /// `ok`, `locked` or `methods-required`.
    pub state: String,
    /// Whether an access pass is out.
    pub has_access_pass: bool,
}

/// Policy as it applies to one user.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Policy {
    /// Kinds the user may have.
    pub allowed: Vec<String>,
    /// Methods the user must have.
    pub required: u32,
    /// Days until required methods are enforced.
    pub grace_days: u32,
    /// What the first method takes: `session` or `access-pass`.
    pub first_method: String,
    /// Methods to prove for a password reset.
    pub reset_methods: u32,
    /// Seconds before a deletion by a weaker proof takes effect.
    pub deletion_wait: u64,
    /// Seconds that a proof is fresh.
    pub fresh_proof: u64,
}

/// Options of [`ManagerProxy::start_verification`].
#[derive(Debug, Clone, Default, SerializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct VerificationOptions<'a> {
    /// Ask this method first.
    pub method: Option<ObjectPath<'a>>,
    /// Bind the session to the uid and its unguessable path instead of the connection.
    pub detached: Option<bool>,
    /// The user's locale, such as `de_DE.UTF-8`: messages are written in its language.
    pub language: Option<String>,
    /// From where the user asks, such as the address of a client: told in messages.
    pub origin: Option<String>,
}

/// What a verification asks for now.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct VerificationChallenge {
    /// The method asked.
    pub method: OwnedObjectPath,
    /// Its kind.
    pub kind: String,
    /// Its label.
    pub label: String,
    /// Its masked hint.
    pub hint: String,
    /// When the session ends.
    pub expires: u64,
    /// Digits of the code, for kinds that have such.
    pub digits: Option<u32>,
    /// Whether the code has to be sent to the user, by [`VerificationProxy::send_code`].
    ///
    /// [`VerificationProxy::send_code`]: crate::VerificationProxy::send_code
    pub delivered: Option<bool>,
}

/// Options of [`ManagerProxy::import_tokens`].
#[derive(Clone, Default, SerializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct ImportOptions {
    /// The pre-shared key of an encrypted PSKC file (RFC 6030 section 6.1), in hexadecimal.
    pub key: Option<String>,
}

impl Drop for ImportOptions {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

/// Options of [`ManagerProxy::import_methods`]: none so far.
#[derive(Debug, Clone, Default, SerializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct ImportMethodsOptions {}

/// A line of a file that could not be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportProblem {
    /// Line or row, from 1.
    pub line: u32,
    /// What is wrong with it.
    pub message: String,
}

/// A hardware token in the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Token {
    /// Serial number.
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// Model.
    pub model: String,
    /// `totp` or `hotp`.
    pub mode: String,
    /// `free` or `active`.
    pub state: String,
}

/// How a channel is.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Channel {
    /// Its name in the configuration.
    pub name: String,
    /// The kind whose codes it delivers.
    pub kind: String,
    /// The plugin that delivers them.
    pub plugin: String,
    /// The plugin's version; empty before it has run.
    pub version: String,
    /// `ready`, `starting` or `down`.
    pub state: String,
    /// Whether it could deliver now, as far as it knows.
    pub healthy: bool,
    /// Messages that wait.
    pub queued: u32,
    /// Messages that are being delivered.
    pub under_way: u32,
    /// The last error; empty for none.
    pub last_error: String,
    /// When that was.
    pub last_error_at: u64,
    /// What confines its process.
    pub confined: Vec<String>,
}

/// Options of [`ManagerProxy::test_channel`].
#[derive(Debug, Clone, Default, SerializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct TestOptions {
    /// The locale in whose language the message is written.
    pub language: Option<String>,
}

/// What became of a test of a channel.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct TestOutcome {
    /// How far the message has come: one of [`delivery`](crate::names::delivery).
    pub state: String,
    /// Why it was not delivered; empty unless it failed.
    pub problem: String,
}

/// How the daemon is.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDict, Type)]
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
}
