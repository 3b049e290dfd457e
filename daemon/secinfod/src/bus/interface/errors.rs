//! How each reason of the service crosses the bus: a typed name, and a sentence.

use crate::bus::BusError;
use crate::core::{Clock, SystemClock};
use crate::service::ServiceError;
use secinfo_domain::Refusal;

impl From<ServiceError> for BusError {
    fn from(error: ServiceError) -> Self {
        let name = match &error {
            ServiceError::Refused(refusal) => refusal_name(refusal),
            ServiceError::WrongForm(_) => "WrongForm",
            ServiceError::WrongCode => "WrongCode",
            ServiceError::NowLocked { .. } => "MethodLocked",
            ServiceError::CodeAlreadyUsed => "CodeAlreadyUsed",
            ServiceError::NoMethod => "NoMethod",
            ServiceError::SessionExpired => "SessionExpired",
            ServiceError::TooManyAttempts => "TooManyAttempts",
            ServiceError::InvalidArgument(_) => "InvalidArgument",
            ServiceError::InvalidLabel(_) => "InvalidLabel",
            ServiceError::NoCodeSent => "NoCodeSent",
            ServiceError::NoChannel(_) => "ChannelUnavailable",
            ServiceError::DeliveryFailed(_) => "DeliveryFailed",
            ServiceError::InvalidDestination(_) => "InvalidDestination",
            ServiceError::NotFound | ServiceError::NoSuchChannel => "NotFound",
            ServiceError::LimitsExceeded | ServiceError::BackupUnderWay => "LimitsExceeded",
            ServiceError::InvalidBackup(_) => "InvalidBackup",
            ServiceError::NotEmpty => "NotEmpty",
            // Only root hears of these, and may know the cause.
            ServiceError::NotBackedUp(_) | ServiceError::NotRestored(_) => "StorageUnavailable",
            ServiceError::StorageUnavailable(why) => {
                // Where the log lies and why it failed is the administrator's to know.
                tracing::error!(%why, "a command was refused");
                return Self::typed(
                    "StorageUnavailable",
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
        match lifted_in(&error) {
            Some(wait) => Self::typed(name, format!("{text} Time left: {wait}.")),
            None => Self::typed(name, text),
        }
    }
}

/// How long it takes until what was refused for its time would be heard.
fn lifted_in(error: &ServiceError) -> Option<String> {
    let until = match error {
        ServiceError::NowLocked { until }
        | ServiceError::Refused(
            Refusal::TooSoon { until }
            | Refusal::MethodLocked { until }
            | Refusal::CodeJustSent { until }
            | Refusal::TooManyCodes { until },
        ) => *until,
        _ => return None,
    };
    let left = until
        .as_millis()
        .saturating_sub(SystemClock.now().as_millis());
    Some(match left.div_ceil(1000) {
        seconds @ 0..=99 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    })
}

const fn refusal_name(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownUser | Refusal::UnknownMethod => "NotFound",
        Refusal::UnknownToken => "TokenUnknown",
        Refusal::FreshProofNeeded | Refusal::NotRemembered => "FreshProofNeeded",
        Refusal::StrongerProofNeeded => "StrongerProofNeeded",
        Refusal::AccessPassNeeded => "AccessPassNeeded",
        Refusal::KindNotAllowed(_) => "KindNotAllowed",
        Refusal::NotForThisPurpose(..) | Refusal::NeverTheDefault(_) | Refusal::TooWeakHere(_) => {
            "NotForThisPurpose"
        }
        Refusal::TooManyMethods { .. } => "TooManyMethods",
        Refusal::AnotherMethodFirst(_) => "AnotherMethodFirst",
        Refusal::LastMethod => "LastMethod",
        Refusal::TooSoon { .. } | Refusal::CodeJustSent { .. } => "TooSoon",
        Refusal::MethodLocked { .. } => "MethodLocked",
        Refusal::Expired => "Expired",
        Refusal::PlaceTaken(_) | Refusal::NumberKnown(_) => "PlaceTaken",
        Refusal::CountryNotAllowed => "DestinationNotAllowed",
        Refusal::TooManyCodes { .. } => "TooManyCodes",
        Refusal::CodeGone => "CodeExpired",
        Refusal::NothingScheduled => "NothingScheduled",
        Refusal::AdministratorNeeded => "NotAuthorized",
        Refusal::NotForYourself => "NotForYourself",
        Refusal::NotConsecutive => "WrongCode",
        Refusal::AnswerDoesNotFit
        | Refusal::ValidityOutOfRange
        | Refusal::NotAToken
        | Refusal::NotImported(_)
        | Refusal::NotToBePutOff
        | Refusal::NothingToSend(_)
        | Refusal::IssuedNotEnrolled(_) => "InvalidArgument",
        Refusal::NotThatBackup => "InvalidBackup",
        Refusal::ClockBehind { .. } => "ClockBehind",
        Refusal::LogExists => "Internal",
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
