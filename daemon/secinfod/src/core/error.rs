//! Why the service did not do what it was asked.

use crate::wire_names::WireName;
use secinfo_channel::Reason;
use secinfo_domain::kind::Used;
use secinfo_domain::{Kind, Refusal, Timestamp};
use secinfo_ledger::LedgerError;
use secinfo_webauthn::NotAllowed;
use secinfo_wire::WrongForm;
use secinfo_words::{Language, Words};

/// Why the service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The rules refuse it.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The response does not answer the form of the challenge, or the client cannot present it.
    #[error(transparent)]
    WrongForm(#[from] WrongForm),
    /// The code is not one of the method.
    #[error("that code is not right: check it and try again")]
    WrongCode,
    /// The code is not right, and the method is locked now.
    #[error(
        "that code is not right, and the method is locked for a while: use another method, or wait"
    )]
    NowLocked {
        /// When the lock ends.
        until: Timestamp,
    },
    /// The code was right, and was used before.
    #[error("that code was used already: wait for the next one")]
    CodeAlreadyUsed,
    /// The code was right, and may have been used in the system that the method was brought over from.
    #[error(
        "that code may have been used in the system that this method was brought over from: wait for the next one"
    )]
    CodeBroughtOver {
        /// When a code is shown that is good, where codes go by time.
        until: Option<Timestamp>,
    },
    /// The code was right, and counts as used because the clock of this host was ahead once.
    #[error(
        "the clock of this host was ahead when a code of this method was last accepted, so that its codes count as used for a while: use another method, or wait"
    )]
    ClockWasAhead {
        /// When a code is shown that is good.
        until: Timestamp,
    },
    /// The two codes are not consecutive codes of the token.
    #[error("these are not two consecutive codes of this token: take the next two and try again")]
    NotConsecutive,
    /// The user has no method for the purpose.
    #[error(
        "there is no method to verify with: add one first, or ask an administrator for an access pass"
    )]
    NoMethod,
    /// The session is over.
    #[error("the session is over: begin again")]
    SessionExpired,
    /// Too many wrong codes in one session.
    #[error("that was one wrong code too many: begin again")]
    TooManyAttempts,
    /// An argument is not what it must be.
    #[error("{0}")]
    InvalidArgument(String),
    /// A label is not what it must be.
    #[error("that label cannot be used: {0}")]
    InvalidLabel(#[from] secinfo_domain::InvalidName),
    /// What a security key signed answers no challenge of the session, or is not by a key of the user.
    #[error(
        "that was not signed by one of your security keys for this request: begin again, then use the security key that was asked for"
    )]
    WrongAssertion,
    /// The security key has not verified its user.
    #[error(
        "the security key has not verified you: give its PIN, or touch its fingerprint sensor, then try again"
    )]
    UserVerificationMissing,
    /// The host does not take the security key.
    #[error(
        "that security key is not allowed here ({0}): use another one, or ask an administrator which are"
    )]
    KeyNotAllowed(NotAllowed),
    /// The counter of the security key has not grown.
    #[error(
        "there may be a copy of this security key: use another method, then delete this one and add it again"
    )]
    CounterNotIncreased,
    /// There is nothing that security keys can be registered for.
    #[error(
        "this host has no name that security keys can be bound to: ask an administrator to set rp_id in its configuration"
    )]
    NoRelyingParty,
    /// No code was sent in this session for the method that is asked.
    #[error("no code was sent yet: ask for one first")]
    NoCodeSent,
    /// No request was sent to the phone in this session.
    #[error("no request was sent to the phone yet: ask for one first")]
    NoRequest,
    /// The phone has not approved the request, or has, and the code is missing that it shows.
    #[error(
        "the request is not approved yet: approve it on the phone, then give the code that it shows"
    )]
    NotApproved,
    /// The request was declined on the phone, or another number was chosen there.
    #[error("the request was declined on the phone: begin again if it is yours")]
    Declined,
    /// The app on the phone cannot show codes.
    #[error(
        "the app on that phone is too old to show codes: update it to 4.7.0 or newer, then scan the code again"
    )]
    OldApp,
    /// The host sends no requests to phones.
    #[error("push is not set up on this host: choose another kind, or ask an administrator")]
    NoPush,
    /// No request can be sent to phones at the moment.
    #[error(
        "this host cannot send requests to phones at the moment: use another method, or try again in a minute"
    )]
    PushUnavailable,
    /// No channel delivers for the kind.
    #[error("no {0} can be sent on this host: choose another kind, or ask an administrator")]
    NoChannel(Kind),
    /// A message was not delivered.
    #[error("{}: use another method, or ask for a new code later", undelivered(*.0))]
    DeliveryFailed(Reason),
    /// A phone number or an address cannot be used.
    #[error("{0}")]
    InvalidDestination(String),
    /// There is no such channel.
    #[error("there is no channel of that name: list the channels and choose one of them")]
    NoSuchChannel,
    /// There is no such account, or nothing of that name.
    #[error("there is no such user or object: check the name")]
    NotFound,
    /// Too many sessions are open.
    #[error("too many sessions are open: finish or cancel one, then try again")]
    LimitsExceeded,
    /// Too many codes wait to be checked or issued.
    #[error("too many codes are being checked at once: try again in a moment")]
    Busy,
    /// The log cannot be written; nothing was accepted.
    #[error(
        "the log cannot be written at the moment, so nothing was changed: ask an administrator to look at the daemon ({0})"
    )]
    StorageUnavailable(String),
    /// A backup or a restore is going on.
    #[error("a backup or a restore is under way: wait until it has ended, then try again")]
    BackupUnderWay,
    /// A backup could not be written.
    #[error("the backup could not be written ({0}): nothing of it can be used, make another one")]
    NotBackedUp(String),
    /// A backup does not read, or is no whole.
    #[error("{0}")]
    InvalidBackup(String),
    /// A backup could not be restored.
    #[error("the backup could not be restored, and the log is what it was ({0})")]
    NotRestored(String),
    /// There is something in the log that a restore would destroy.
    #[error(
        "this host has security info already, and a backup is restored on an empty host only: run \"systemctl mask --runtime --now secinfod\", move its state directory (/var/lib/secinfo) to another name, run \"systemctl unmask --runtime secinfod\" and restore again"
    )]
    NotEmpty,
    /// Something that should not happen.
    #[error("something went wrong inside the daemon: ask an administrator to look at its log")]
    Internal(String),
}

/// What a person may know of why a message was not delivered.
fn undelivered(reason: Reason) -> String {
    Words::of(Language::English).undelivered(reason.wire_name())
}

impl From<Used> for ServiceError {
    fn from(used: Used) -> Self {
        match used {
            Used::Before => Self::CodeAlreadyUsed,
            Used::BroughtOver { until } => Self::CodeBroughtOver { until },
            Used::ClockAhead { until } => Self::ClockWasAhead { until },
        }
    }
}

impl ServiceError {
    /// Whether a code was refused that was wrong, or right and used: one more of a session's attempts.
    pub(crate) const fn is_refused_code(&self) -> bool {
        matches!(
            self,
            Self::WrongCode
                | Self::Refused(Refusal::WrongAgain)
                | Self::CodeAlreadyUsed
                | Self::CodeBroughtOver { .. }
                | Self::ClockWasAhead { .. }
                | Self::WrongAssertion
                | Self::UserVerificationMissing
                | Self::CounterNotIncreased
        )
    }

    /// Whether the log has it that an answer was refused.
    pub(crate) const fn is_recorded(&self) -> bool {
        match self {
            Self::Refused(Refusal::WrongAgain) => false,
            Self::NowLocked { .. } => true,
            error => error.is_refused_code(),
        }
    }
}

impl From<LedgerError> for ServiceError {
    fn from(error: LedgerError) -> Self {
        match error {
            error @ (LedgerError::NoSuchKey(_) | LedgerError::Unsealable(_)) => {
                Self::Internal(error.to_string())
            }
            error => Self::StorageUnavailable(error.to_string()),
        }
    }
}

impl From<postcard::Error> for ServiceError {
    fn from(error: postcard::Error) -> Self {
        Self::Internal(format!("a sealed payload is malformed: {error}"))
    }
}
