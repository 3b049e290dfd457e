//! What a notice tells: one sentence for each thing that happened.

use super::outside;
use secinfo_channel::SecretText;
use secinfo_domain::Kind;
use secinfo_words::{Words, message};
use serde::{Deserialize, Serialize};

/// Something that happened to a user's security info.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeItem {
    /// A method was added.
    Added(Kind),
    /// A method was deleted.
    Deleted(Kind),
    /// A method will be deleted when its waiting time is over.
    DeletionScheduled(Kind),
    /// A deletion that waited was called off.
    DeletionCancelled(Kind),
    /// Another method is the default, or none.
    Default(Option<Kind>),
    /// Recovery codes were issued.
    RecoveryCodes,
    /// An access pass was issued.
    AccessPass,
    /// Wrong codes locked a method.
    Locked(Kind),
    /// An administrator lifted the locks.
    Unlocked,
    /// The user lifted the locks in a password reset.
    UnlockedByReset,
    /// A new password was set in a password reset.
    PasswordReset,
    /// A new password was set for another administrator in a password reset.
    AdministratorReset,
    /// An administrator's methods were unlocked by a password reset; another administrator reads it.
    AdministratorUnlockedByReset,
    /// A password reset failed so that it cannot be told whether the new password was set.
    PasswordUncertain,
    /// Wrong answers locked password reset, or one kind of method for it.
    ResetLocked(Option<Kind>),
    /// The account was locked.
    AccountLocked,
    /// The user unlocked the account with a method of this kind.
    AccountUnlocked(Kind),
    /// An administrator unlocked the account.
    AccountUnlockedByAdministrator,
    /// The user reported that something was not them.
    Reported,
    /// Another user of the host has locked their account.
    AdministratorAccountLocked,
    /// Another user of the host reported that something was not them.
    AdministratorReported,
    /// An administrator gave the user's security info to another name.
    Renamed,
    /// Somebody was not let in whose account had another name, with methods.
    AdministratorRenamed,
    /// A sign-in came from a place that the user has not signed in from lately; empty where it is not known.
    NewPlace(String),
    /// A sign-in was made with a break-glass code.
    BreakGlass,
    /// There may be a copy of a security key.
    MayBeCopied,
    /// The user has declined a sign-in on the phone that they had not begun.
    NotMe {
        /// The service.
        service: String,
        /// From where; empty for this host.
        origin: String,
    },
    /// The user has declined on the phone what a program under their account asked for.
    NotMeByProgram,
    /// The user has declined a password reset on the phone that they had not begun.
    NotMeInReset,
}

impl NoticeItem {
    /// The sentence that tells it.
    pub(super) fn sentence(&self, words: Words) -> SecretText {
        let named = |kind: &Kind| words.kind_inline(kind.as_str());
        match self {
            Self::Added(kind) => words.say(message::NoticeAdded {
                kind: named(kind).into(),
            }),
            Self::Deleted(kind) => words.say(message::NoticeDeleted {
                kind: named(kind).into(),
            }),
            Self::DeletionScheduled(kind) => words.say(message::NoticeDeletionScheduled {
                kind: named(kind).into(),
            }),
            Self::DeletionCancelled(kind) => words.say(message::NoticeDeletionCancelled {
                kind: named(kind).into(),
            }),
            Self::Default(Some(kind)) => words.say(message::NoticeDefault {
                kind: named(kind).into(),
            }),
            Self::Default(None) => words.say(message::NoticeNoDefault),
            Self::RecoveryCodes => words.say(message::NoticeRecoveryCodes),
            Self::AccessPass => words.say(message::NoticeAccessPass),
            Self::Locked(kind) => words.say(message::NoticeLocked {
                kind: named(kind).into(),
            }),
            Self::NotMe { service, origin } => words.say(message::NoticeNotMe {
                service: outside::clean(service).into(),
                origin: outside::clean(origin).into(),
                has_origin: !origin.is_empty(),
            }),
            Self::NotMeByProgram => words.say(message::NoticeNotMeOwn),
            Self::NotMeInReset => words.say(message::NoticeNotMeReset),
            Self::MayBeCopied => words.say(message::NoticeMayBeCopied),
            Self::Unlocked => words.say(message::NoticeUnlocked),
            Self::UnlockedByReset => words.say(message::NoticeUnlockedByReset),
            Self::PasswordReset => words.say(message::NoticePasswordReset),
            Self::AdministratorReset => words.say(message::NoticeAdministratorReset),
            Self::AdministratorUnlockedByReset => {
                words.say(message::NoticeAdministratorUnlockedByReset)
            }
            Self::PasswordUncertain => words.say(message::NoticePasswordUncertain),
            Self::ResetLocked(Some(kind)) => words.say(message::NoticeResetLockedKind {
                kind: named(kind).into(),
            }),
            Self::ResetLocked(None) => words.say(message::NoticeResetLocked),
            Self::AccountLocked => words.say(message::NoticeAccountLocked),
            Self::AccountUnlocked(kind) => words.say(message::NoticeAccountUnlocked {
                kind: named(kind).into(),
            }),
            Self::AccountUnlockedByAdministrator => {
                words.say(message::NoticeAccountUnlockedByAdministrator)
            }
            Self::Reported => words.say(message::NoticeReported),
            Self::AdministratorAccountLocked => {
                words.say(message::NoticeAdministratorAccountLocked)
            }
            Self::AdministratorReported => words.say(message::NoticeAdministratorReported),
            Self::Renamed => words.say(message::NoticeRenamed),
            Self::AdministratorRenamed => words.say(message::NoticeAdministratorRenamed),
            Self::NewPlace(origin) => words.say(message::NoticeNewPlace {
                has_origin: !origin.is_empty(),
                origin: outside::clean(origin).into(),
            }),
            Self::BreakGlass => words.say(message::NoticeBreakGlass),
        }
    }
}
