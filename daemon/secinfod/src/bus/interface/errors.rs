//! How each reason of the service crosses the bus: a typed name, and a sentence.

use crate::bus::BusError;
use crate::core::{Clock, SystemClock};
use crate::service::ServiceError;
use crate::wire_names::WireName;
use secinfo_domain::{Refusal, Timestamp};
use secinfo_wire::names::{finer, used};
use secinfo_wire::{Details, InvalidDictionary, Reason};
use secinfo_words::{Language, Words};

impl From<ServiceError> for BusError {
    fn from(error: ServiceError) -> Self {
        let reason = match &error {
            ServiceError::Refused(refusal) => refusal_reason(refusal),
            ServiceError::WrongForm(_) => Reason::WrongForm,
            ServiceError::WrongCode | ServiceError::NotConsecutive => Reason::WrongCode,
            ServiceError::NowLocked { .. } => Reason::MethodLocked,
            ServiceError::CodeAlreadyUsed
            | ServiceError::CodeBroughtOver { .. }
            | ServiceError::ClockWasAhead { .. } => Reason::CodeAlreadyUsed,
            ServiceError::NoMethod => Reason::NoMethod,
            ServiceError::SessionExpired => Reason::SessionExpired,
            ServiceError::TooManyAttempts => Reason::TooManyAttempts,
            ServiceError::InvalidArgument(_) => Reason::InvalidArgument,
            ServiceError::InvalidLabel(_) => Reason::InvalidLabel,
            ServiceError::WrongAssertion => Reason::WrongAssertion,
            ServiceError::UserVerificationMissing => Reason::UserVerificationMissing,
            ServiceError::KeyNotAllowed(_) => Reason::KeyNotAllowed,
            ServiceError::CounterNotIncreased => Reason::CounterNotIncreased,
            ServiceError::NoRelyingParty | ServiceError::NoPush => Reason::KindNotAllowed,
            ServiceError::NoCodeSent | ServiceError::NoRequest => Reason::NoCodeSent,
            ServiceError::NotApproved => Reason::NotApproved,
            ServiceError::Declined => Reason::Declined,
            ServiceError::OldApp => Reason::AppTooOld,
            ServiceError::PushUnavailable => Reason::PushUnavailable,
            ServiceError::NoChannel(_) => Reason::ChannelUnavailable,
            ServiceError::DeliveryFailed(_) => Reason::DeliveryFailed,
            ServiceError::InvalidDestination(_) => Reason::InvalidDestination,
            ServiceError::NotFound | ServiceError::NoSuchChannel => Reason::NotFound,
            ServiceError::LimitsExceeded | ServiceError::Busy | ServiceError::BackupUnderWay => {
                Reason::LimitsExceeded
            }
            ServiceError::InvalidBackup(_) => Reason::InvalidBackup,
            ServiceError::NotEmpty => Reason::NotEmpty,
            // Only root is told of these, and may know the cause.
            ServiceError::NotBackedUp(_) | ServiceError::NotRestored(_) => {
                Reason::StorageUnavailable
            }
            ServiceError::StorageUnavailable(why) => {
                // Where the log lies and why it failed is the administrator's to know.
                tracing::error!(%why, "a command was refused");
                return Self::typed(
                    Reason::StorageUnavailable,
                    "The log cannot be written at the moment, so nothing was changed. Ask an administrator to look \
                     at the daemon, then try again.",
                );
            }
            ServiceError::Internal(why) => {
                tracing::error!(%why, "a command failed");
                return Self::internal();
            }
        };
        let text = sentence(&error.to_string());
        let details = details(&error);
        let words = Words::of(Language::English);
        let text = match (details.seconds_left, details.seconds_behind) {
            (Some(seconds), _) => format!("{text} {}", words.time_left(seconds)),
            (None, Some(_)) => words.error(reason, &details).unwrap_or(text),
            (None, None) => text,
        };
        Self::typed(reason, text).with(details)
    }
}

/// A dictionary that a caller gave is not what it must be.
impl From<InvalidDictionary> for BusError {
    fn from(error: InvalidDictionary) -> Self {
        Self::invalid_argument(sentence(&error.to_string()))
    }
}

/// What the sentence of an error says beyond the name of its reason, for clients to say in other words.
fn details(error: &ServiceError) -> Details {
    let until = match error {
        ServiceError::CodeBroughtOver { until } => until.map(Timestamp::as_millis),
        ServiceError::NowLocked { until }
        | ServiceError::ClockWasAhead { until }
        | ServiceError::Refused(
            Refusal::TooSoon { until }
            | Refusal::MethodLocked { until }
            | Refusal::CodeJustSent { until }
            | Refusal::ApprovalOpen { until }
            | Refusal::PushPaused { until }
            | Refusal::PushUnanswered { until }
            | Refusal::TooManyCodes { until }
            | Refusal::TooOften { until }
            | Refusal::ResetLocked { until },
        ) => Some(until.as_millis()),
        _ => None,
    };
    let undelivered = match error {
        ServiceError::DeliveryFailed(reason) => Some(reason.wire_name().to_owned()),
        _ => None,
    };
    let used = match error {
        ServiceError::CodeBroughtOver { .. } => Some(used::BROUGHT_OVER.to_owned()),
        ServiceError::ClockWasAhead { .. } => Some(used::CLOCK_AHEAD.to_owned()),
        _ => None,
    };
    let seconds_behind = match error {
        ServiceError::Refused(Refusal::ClockBehind { by }) => Some(by.get().into()),
        _ => None,
    };
    let left = |until: u64| until.saturating_sub(SystemClock.now().as_millis());
    Details {
        seconds_left: until.map(|until| left(until).div_ceil(1000)),
        undelivered,
        used,
        finer: finer_reason(error).map(str::to_owned),
        seconds_behind,
    }
}

/// The reason, where the name of the error stands for several.
const fn finer_reason(error: &ServiceError) -> Option<&'static str> {
    let ServiceError::Refused(refusal) = error else {
        return match error {
            ServiceError::NotConsecutive => Some(finer::NOT_CONSECUTIVE),
            _ => None,
        };
    };
    match refusal {
        Refusal::NotCompared => Some(finer::ADDED_MEANWHILE),
        Refusal::NeverTheDefault(_) => Some(finer::NEVER_THE_DEFAULT),
        Refusal::NotAToken => Some(finer::NO_TOKEN),
        Refusal::NumberKnown(_) => Some(finer::NUMBER_KNOWN),
        Refusal::RoomKept => Some(finer::ROOM_KEPT),
        Refusal::TooWeakHere(_) => Some(finer::TOO_WEAK_HERE),
        _ => None,
    }
}

const fn refusal_reason(refusal: &Refusal) -> Reason {
    match refusal {
        Refusal::UnknownUser | Refusal::UnknownMethod | Refusal::UnknownTicket => Reason::NotFound,
        Refusal::UnknownToken => Reason::TokenUnknown,
        Refusal::FreshProofNeeded | Refusal::NotRemembered | Refusal::GatesMissing => {
            Reason::FreshProofNeeded
        }
        Refusal::StrongerProofNeeded => Reason::StrongerProofNeeded,
        Refusal::AccessPassNeeded => Reason::AccessPassNeeded,
        Refusal::KindNotAllowed(_) | Refusal::NotForAdministrators(_) => Reason::KindNotAllowed,
        Refusal::NotForThisPurpose(..) | Refusal::NeverTheDefault(_) | Refusal::TooWeakHere(_) => {
            Reason::NotForThisPurpose
        }
        Refusal::TooManyMethods { .. } => Reason::TooManyMethods,
        Refusal::AnotherMethodFirst(_) => Reason::AnotherMethodFirst,
        Refusal::LastMethod => Reason::LastMethod,
        Refusal::TooSoon { .. }
        | Refusal::CodeJustSent { .. }
        | Refusal::ApprovalOpen { .. }
        | Refusal::NotCompared
        | Refusal::ResetUnderWay => Reason::TooSoon,
        Refusal::TokenCodeUsed => Reason::CodeAlreadyUsed,
        Refusal::KeyRegistered => Reason::AlreadyRegistered,
        Refusal::SyncedKey => Reason::KeyNotAllowed,
        Refusal::WrongAgain => Reason::WrongCode,
        Refusal::MethodLocked { .. } | Refusal::ResetLocked { .. } => Reason::MethodLocked,
        Refusal::AccountLocked => Reason::AccountLocked,
        Refusal::RenamedAccount => Reason::RenamedAccount,
        Refusal::Expired => Reason::Expired,
        Refusal::PlaceTaken(_) | Refusal::NumberKnown(_) => Reason::PlaceTaken,
        Refusal::CountryNotAllowed => Reason::DestinationNotAllowed,
        Refusal::TooManyCodes { .. } => Reason::TooManyCodes,
        Refusal::TooOften { .. } => Reason::TooOften,
        Refusal::RoomKept => Reason::StorageUnavailable,
        Refusal::CodeGone | Refusal::ApprovalGone => Reason::CodeExpired,
        Refusal::PushPaused { .. } | Refusal::PushUnanswered { .. } => Reason::PushPaused,
        Refusal::NothingScheduled => Reason::NothingScheduled,
        Refusal::AdministratorNeeded | Refusal::ResetOff => Reason::NotAuthorized,
        Refusal::TooFewMethods => Reason::NoMethod,
        Refusal::NotForYourself => Reason::NotForYourself,
        Refusal::NotToBeReported
        | Refusal::NameHasMethods
        | Refusal::AnswerDoesNotFit
        | Refusal::ValidityOutOfRange
        | Refusal::BeginsOutOfRange
        | Refusal::NotAToken
        | Refusal::NotImported(_)
        | Refusal::NotToBePutOff
        | Refusal::NothingToSend(_)
        | Refusal::NothingToApprove(_)
        | Refusal::IssuedNotEnrolled(_) => Reason::InvalidArgument,
        Refusal::NotThatBackup => Reason::InvalidBackup,
        Refusal::ClockBehind { .. } => Reason::ClockBehind,
        Refusal::LogExists => Reason::Internal,
    }
}

/// A sentence of its own: a capital at its beginning and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", characters.as_str())
}
