//! What can go wrong on the way to the daemon and in it.
//!
//! The daemon's errors are told apart by their name on the bus, never by their text; the text is
//! a sentence for people and is kept as it came.

use crate::dictionary::dictionary;
use zbus::fdo;

/// How the names of systemd's errors begin.
const SYSTEMD: &str = "org.freedesktop.systemd1.";

/// What the calls of this crate return.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The daemon refused: a reason to act on, and its sentence for people.
    #[error("{message}")]
    Refused {
        /// The name of the error.
        reason: Reason,
        /// The daemon's sentence, which says what to do next.
        message: String,
        /// What the sentence says that changes from time to time.
        details: Box<Details>,
    },
    /// There is no bus, no daemon on it, or no reply.
    #[error("secinfod cannot be reached ({0}); see \"systemctl status secinfod\"")]
    Unreachable(String),
    /// The daemon's name is owned by a user that is not the daemon's.
    #[error(
        "the service on the bus runs as uid {uid}, which is neither root nor the user \"secinfo\"; \
         nothing was sent to it: tell the administrator"
    )]
    Untrusted {
        /// The uid of the owner.
        uid: u32,
    },
    /// An error that is not in the contract, or a reply that does not have its form: client and
    /// daemon are of different versions.
    #[error(
        "secinfod answered in a way that this version does not know ({0}); install matching versions"
    )]
    Protocol(String),
}

impl Error {
    /// The reason of a refusal; `None` when it was not the daemon that refused.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Refused { reason, .. } => Some(*reason),
            _ => None,
        }
    }

    fn refused(reason: Reason, message: Option<String>) -> Self {
        let message = message
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| reason.name().to_owned());
        Self::Refused {
            reason,
            message,
            details: Box::default(),
        }
    }
}

dictionary! {
    /// What the sentence of a refusal says that changes from time to time: the second argument of an
    /// error that has any of it.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Details {
        /// How many seconds are left until the call can be made again.
        pub seconds_left: Option<u64>,
        /// Why a message was not delivered: one of [`undelivered`](crate::names::undelivered).
        pub undelivered: Option<String>,
        /// Why a code that was right counts as used, where it was not accepted before: one of
        /// [`used`](crate::names::used).
        pub used: Option<String>,
        /// The reason, where the name of the error stands for several: one of
        /// [`finer`](crate::names::finer).
        pub finer: Option<String>,
        /// How many seconds the clock of the host is behind what a backup holds.
        pub seconds_behind: Option<u64>,
    }
}

macro_rules! reasons {
    ($($(#[doc = $meaning:literal])+ $name:ident,)+) => {
        /// The daemon's errors, by the last part of their name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[doc = $meaning])+ $name,)+
        }

        impl Reason {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The last part of the error's name on the bus.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// The error's whole name on the bus.
            pub const fn error_name(self) -> &'static str {
                match self {
                    $(Self::$name => concat!(
                        "org.secinfo.SecurityInfo1.Error.",
                        stringify!($name)
                    ),)+
                }
            }

            /// What it means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($meaning),+).trim_ascii(),)+
                }
            }
        }
    };
}

reasons! {
    /// The caller may not do that.
    NotAuthorized,
    /// There is no such user, method, channel or event.
    NotFound,
    /// The user has to verify first, then repeat the call.
    FreshProofNeeded,
    /// The proof of this session is of a weaker method than would be replaced.
    StrongerProofNeeded,
    /// Policy asks for an access pass before the first method.
    AccessPassNeeded,
    /// The access pass has expired.
    Expired,
    /// The kind can be added only beside another method.
    AnotherMethodFirst,
    /// The response does not fit the form of the challenge, or the client cannot present that form.
    /// This does not count as a wrong code.
    WrongForm,
    /// The code is not right.
    WrongCode,
    /// What the security key signed answers no challenge of this session, or is not by a key of the user.
    WrongAssertion,
    /// The security key has not verified its user: it was not given its PIN.
    UserVerificationMissing,
    /// This host does not take that security key: its model, or one whose credential can be copied.
    KeyNotAllowed,
    /// The security key is a method already.
    AlreadyRegistered,
    /// The counter of the security key has not grown: there may be a copy of it.
    CounterNotIncreased,
    /// The code was right, but was accepted before, or counts as used.
    CodeAlreadyUsed,
    /// A code has to be sent before one can be given.
    NoCodeSent,
    /// The code that was sent has expired, or a newer one replaced it: ask for another.
    CodeExpired,
    /// The user has not approved the request on the phone yet, or has, and the code is missing that the phone
    /// shows.
    NotApproved,
    /// The request was declined on the phone, or another number was chosen there than the one shown.
    Declined,
    /// The app on the phone is too old to show codes.
    AppTooOld,
    /// No requests are sent to the user's phones, because one was declined as another person's, or too many
    /// were not approved.
    PushPaused,
    /// This host sends no requests to phones at the moment.
    PushUnavailable,
    /// No channel of this host sends codes of that kind.
    ChannelUnavailable,
    /// The code was not delivered: use another method, or ask for a new code later.
    DeliveryFailed,
    /// A limit of `[policy.codes]` is reached: use another method, or wait.
    TooManyCodes,
    /// Codes cannot be sent to that phone number or address; the text says what is wrong.
    InvalidDestination,
    /// Policy sends no codes to numbers of that country.
    DestinationNotAllowed,
    /// Another number has that place, or the number has another place.
    PlaceTaken,
    /// Wrong codes came before, or a code was sent a moment ago: wait.
    TooSoon,
    /// The limit of `[policy.budget]` is reached, and the log takes no more of that from this user for
    /// now: wait.
    TooOften,
    /// Wrong codes have locked the method for a while.
    MethodLocked,
    /// The account is locked: the user's strongest method unlocks it, or an administrator.
    AccountLocked,
    /// The account had another name, which has methods: an administrator has to rename the user first.
    RenamedAccount,
    /// The user has no method to verify with.
    NoMethod,
    /// Policy requires the method: add another first.
    LastMethod,
    /// Policy does not allow the kind to this user.
    KindNotAllowed,
    /// The method does not serve the purpose.
    NotForThisPurpose,
    /// The user has as many methods of this kind as there may be.
    TooManyMethods,
    /// An argument is not what it must be.
    InvalidArgument,
    /// A label is empty, too long or not printable.
    InvalidLabel,
    /// The session has ended: begin again.
    SessionExpired,
    /// The session has ended after too many wrong codes: begin again.
    TooManyAttempts,
    /// No deletion is scheduled.
    NothingScheduled,
    /// No token of that serial number waits to be activated.
    TokenUnknown,
    /// An administrator cannot issue an access pass to themselves.
    NotForYourself,
    /// The log cannot be written: nothing was accepted.
    StorageUnavailable,
    /// There are too many sessions or calls at once, or the call is too large.
    LimitsExceeded,
    /// The backup cannot be read, or it was cut or changed.
    InvalidBackup,
    /// A backup is restored only on a host where no user has a method and no token waits.
    NotEmpty,
    /// The clock of the host is behind the backup or its newest event: set it, then restore.
    ClockBehind,
    /// The daemon is stopping: try again in a moment.
    ShuttingDown,
    /// The daemon has a fault; its log says more.
    Internal,
}

impl Reason {
    /// The reason of an error's whole name on the bus.
    pub fn from_error_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.error_name() == name)
    }
}

impl From<zbus::Error> for Error {
    fn from(error: zbus::Error) -> Self {
        match error {
            zbus::Error::MethodError(name, message, reply) => {
                match Reason::from_error_name(&name) {
                    Some(reason) => match reply.body().deserialize() {
                        Ok((message, details)) => Self::Refused {
                            reason,
                            message,
                            details: Box::new(details),
                        },
                        Err(_) => Self::refused(reason, message),
                    },
                    // The bus asked systemd to start the daemon, and passes on why it did not.
                    None if name.starts_with(SYSTEMD) => {
                        Self::Unreachable(message.unwrap_or_else(|| name.to_string()))
                    }
                    None => Self::Protocol(format!(
                        "{}: {}",
                        name.as_str(),
                        message.unwrap_or_default()
                    )),
                }
            }
            zbus::Error::FDO(error) => Self::from(*error),
            zbus::Error::InputOutput(error) | zbus::Error::Connection(error, _) => {
                Self::Unreachable(error.to_string())
            }
            zbus::Error::Handshake(text) | zbus::Error::Address(text) => Self::Unreachable(text),
            other => Self::Protocol(other.to_string()),
        }
    }
}

impl From<fdo::Error> for Error {
    fn from(error: fdo::Error) -> Self {
        match error {
            fdo::Error::ZBus(error) => Self::from(error),
            fdo::Error::ServiceUnknown(text)
            | fdo::Error::NameHasNoOwner(text)
            | fdo::Error::NoReply(text)
            | fdo::Error::NoServer(text)
            | fdo::Error::Timeout(text)
            | fdo::Error::TimedOut(text)
            | fdo::Error::Disconnected(text)
            | fdo::Error::IOError(text)
            | fdo::Error::BadAddress(text)
            | fdo::Error::AuthFailed(text)
            | fdo::Error::FileNotFound(text)
            // So systemd says that a unit is masked.
            | fdo::Error::FileExists(text)
            | fdo::Error::SpawnExecFailed(text)
            | fdo::Error::SpawnForkFailed(text)
            | fdo::Error::SpawnChildExited(text)
            | fdo::Error::SpawnChildSignaled(text)
            | fdo::Error::SpawnFailed(text)
            | fdo::Error::SpawnFailedToSetup(text)
            | fdo::Error::SpawnConfigInvalid(text)
            | fdo::Error::SpawnServiceNotFound(text) => Self::Unreachable(text),
            // The bus itself, or its policy, speaks for the daemon here.
            fdo::Error::AccessDenied(text) | fdo::Error::InteractiveAuthorizationRequired(text) => {
                Self::refused(Reason::NotAuthorized, Some(text))
            }
            fdo::Error::UnknownObject(text) => Self::refused(Reason::NotFound, Some(text)),
            fdo::Error::LimitsExceeded(text) => Self::refused(Reason::LimitsExceeded, Some(text)),
            fdo::Error::InvalidArgs(text) => Self::refused(Reason::InvalidArgument, Some(text)),
            other => Self::Protocol(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::ERROR_PREFIX;

    #[test]
    fn each_name_of_the_contract_is_read_back() {
        for reason in Reason::ALL {
            let name = format!("{ERROR_PREFIX}{}", reason.name());
            assert_eq!(Reason::from_error_name(&name), Some(*reason));
            assert_eq!(reason.error_name(), name);
        }
        assert_eq!(Reason::ALL.len(), 52);
        assert_eq!(
            Reason::from_error_name("org.freedesktop.DBus.Error.WrongCode"),
            None
        );
        assert_eq!(
            Reason::from_error_name("org.secinfo.SecurityInfo1.Error.Unheard"),
            None
        );
    }

    #[test]
    fn a_daemon_that_is_not_there_is_unreachable() {
        let error = fdo::Error::ServiceUnknown("no such name".to_owned());
        assert!(matches!(Error::from(error), Error::Unreachable(_)));
        let error = zbus::Error::FDO(Box::new(fdo::Error::UnknownObject("gone".to_owned())));
        assert_eq!(Error::from(error).reason(), Some(Reason::NotFound));
    }

    #[test]
    fn a_refusal_without_a_sentence_says_its_name() {
        assert_eq!(Error::refused(Reason::TooSoon, None).to_string(), "TooSoon");
    }
}
