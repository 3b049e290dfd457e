//! `org.secinfo.SecurityInfo1.User`: the security info of one user.

use crate::activity::{ActivityEntry, ActivityProof};
use crate::challenge::Challenge;
use crate::dictionary::dictionary;
use crate::error::Result;
use crate::form::Forms;
use crate::names::interface;
use crate::properties::define_properties;
use zbus::{ObjectPath, OwnedObjectPath, proxy};
use zeroize::Zeroize;

/// One user, at `users/u<uid>` below the root object.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.User",
    default_service = "org.secinfo.SecurityInfo1",
    assume_defaults = false
)]
pub trait User {
    /// Starts an enrollment of a kind: its object, and what the user needs for it. The user.
    fn start_enrollment(
        &self,
        kind: &str,
        options: &EnrollmentOptions,
    ) -> Result<(OwnedObjectPath, EnrollmentDetails)>;

    /// Makes a method the default. The user, or an administrator.
    #[zbus(allow_interactive_auth)]
    fn set_default(&self, method: &ObjectPath<'_>) -> Result<()>;

    /// Issues new recovery codes; former ones are void. The user.
    fn issue_recovery_codes(&self) -> Result<Vec<String>>;

    /// Issues a temporary access pass, good once or for a time, from `begins` on; 0 for at once. An
    /// administrator, for others.
    #[zbus(allow_interactive_auth)]
    fn issue_access_pass(&self, valid_seconds: u64, once: bool, begins: u64) -> Result<AccessPass>;

    /// Takes the access pass back. An administrator.
    #[zbus(allow_interactive_auth)]
    fn revoke_access_pass(&self) -> Result<()>;

    /// Lifts all locks of the user. An administrator.
    #[zbus(allow_interactive_auth)]
    fn unlock(&self) -> Result<()>;

    /// Locks the account at once: nobody signs in until it is unlocked, by the user's strongest method or an
    /// administrator. The user, or an administrator.
    #[zbus(allow_interactive_auth)]
    fn lock_account(&self) -> Result<()>;

    /// Says of a line of activity that it was not the user: what sign-ins have left ends. The user.
    fn report_activity(&self, seq: u64) -> Result<()>;

    /// What happened in the account, the newest first: events before number `before`, or 0 for the newest,
    /// and at most so many. The user, or an administrator.
    #[zbus(allow_interactive_auth)]
    fn list_activity(&self, before: u64, limit: u32) -> Result<Vec<ActivityEntry>>;

    /// The event behind a line of activity, and the proof that it is in the log. The user, or an
    /// administrator.
    #[zbus(allow_interactive_auth)]
    fn get_activity_proof(&self, seq: u64) -> Result<ActivityProof>;

    /// Destroys the user's keys, so that the log no longer shows who it was. An administrator.
    #[zbus(allow_interactive_auth)]
    fn erase(&self) -> Result<()>;
}

/// The pass, and when it expires.
pub type AccessPass = (String, u64);

define_properties! {
    /// The properties of a user.
    interface::USER: UserProperties {
        /// The uid.
        uid: u32 = UID "Uid" Const,
        /// The name.
        name: String = NAME "Name" Const,
        /// The default method, / for none.
        default_method: OwnedObjectPath = DEFAULT_METHOD "DefaultMethod" Value,
        /// The methods, in the order of enrollment.
        methods: Vec<OwnedObjectPath> = METHODS "Methods" Value,
        /// How many more methods policy asks for.
        still_required: u32 = STILL_REQUIRED "StillRequired" Value,
        /// When they must be there; 0 when nothing is asked for.
        grace_ends: u64 = GRACE_ENDS "GraceEnds" Value,
        /// Until when wrong codes make the user wait; 0 for not at all.
        locked_until: u64 = LOCKED_UNTIL "LockedUntil" Value,
        /// Until when no requests are sent to the user's phones, because one was declined as another person's; 0
        /// for not at all.
        push_paused_until: u64 = PUSH_PAUSED_UNTIL "PushPausedUntil" Value,
        /// How many more methods it takes to reset the password; 0 where passwords are not reset.
        lacking_for_reset: u32 = LACKING_FOR_RESET "LackingForReset" Value,
        /// Since when the account is locked, in milliseconds since 1970; 0 when it is not.
        account_locked: u64 = ACCOUNT_LOCKED "AccountLocked" Value,
        /// Until when a proof of the caller's own session is fresh; 0 when there is none.
        fresh_proof_until: u64 = FRESH_PROOF_UNTIL "FreshProofUntil" Invalidates,
    }
}

dictionary! {
    /// Options of [`UserProxy::start_enrollment`]. Holds a destination or a secret, so it is wiped
    /// when dropped and has no `Debug`.
    #[derive(Clone, Default)]
    pub struct EnrollmentOptions {
        /// What the method will be called.
        pub label: Option<String>,
        /// Serial number, for a hardware token.
        pub serial: Option<String>,
        /// Where codes are to be sent: a phone number as people write it, or an email address.
        pub destination: Option<String>,
        /// Which of the user's phone numbers it is: `mobile`, `alternate` or `office`.
        pub place: Option<String>,
        /// The user's locale, such as `de_DE.UTF-8`: messages are written in its language.
        pub language: Option<String>,
        /// The secret of an authenticator app that the user has set up for another system, in
        /// base32.
        pub secret: Option<String>,
        /// The security questions that the user has chosen, by their ids.
        pub questions: Option<Vec<String>>,
        /// The answers to these. They are asked for again to prove them.
        pub answers: Option<Vec<String>>,
        /// The forms of challenges that the client can present.
        pub forms: Forms,
        /// Bind the session to the uid and its unguessable path instead of the connection.
        pub detached: Option<bool>,
    }
}

impl Drop for EnrollmentOptions {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.destination.zeroize();
        self.answers.zeroize();
    }
}

dictionary! {
    /// What the user needs for an enrollment, and what is asked to prove the method. Holds the
    /// shared secret of an authenticator app, so it is wiped when dropped and has no `Debug`. The
    /// entries of the challenge stand among the others.
    #[derive(Clone, PartialEq, Eq)]
    pub struct EnrollmentDetails {
        /// When the session ends.
        pub expires: u64,
        /// How many codes may be tried.
        pub attempts: u32,
        /// Whether the method will become the default.
        pub becomes_default: bool,
        /// What proves the method. A code that has to be sent is sent by
        /// [`EnrollmentProxy::send_code`](crate::EnrollmentProxy::send_code).
        pub challenge: Challenge,
        /// Authenticator app and phone: whose account it is.
        pub issuer: Option<String>,
        /// Authenticator app and phone: the account's name.
        pub account: Option<String>,
        /// Authenticator app: the key in base32, in groups of four.
        pub key: Option<String>,
        /// Authenticator app and phone: the `otpauth` URI of the QR code.
        pub uri: Option<String>,
        /// Phone: the same for the app on the phone that shows it.
        pub app_link: Option<String>,
        /// Authenticator app: seconds between codes.
        pub period: Option<u32>,
        /// Authenticator app: the hash, such as `SHA1`.
        pub algorithm: Option<String>,
        /// Hardware token: one of [`token_mode`](crate::names::token_mode).
        pub mode: Option<String>,
        /// Hardware token: who made it.
        pub manufacturer: Option<String>,
        /// Hardware token: its model.
        pub model: Option<String>,
        /// Sent codes: which of the user's phone numbers it is.
        pub place: Option<String>,
        /// Sent codes: whether the number had an extension, which was left out.
        pub dropped_extension: Option<bool>,
    }
}

impl Drop for EnrollmentDetails {
    fn drop(&mut self) {
        self.key.zeroize();
        self.uri.zeroize();
        self.app_link.zeroize();
    }
}
