//! The words of the domain as they are written on the bus: the one place where they map.

use secinfo_channel::Reason;
use secinfo_domain::policy::FirstMethod;
use secinfo_domain::{Kind, Place, Purpose, Strength};
use secinfo_wire::names;

/// What has a name on the bus.
pub(crate) trait WireName: Copy {
    /// Its name, one of [`secinfo_wire::names`].
    fn wire_name(self) -> &'static str;
}

impl WireName for Kind {
    fn wire_name(self) -> &'static str {
        match self {
            Self::AuthenticatorApp => names::kind::AUTHENTICATOR_APP,
            Self::HardwareToken => names::kind::HARDWARE_TOKEN,
            Self::Push => names::kind::PUSH,
            Self::Text => names::kind::TEXT,
            Self::Call => names::kind::CALL,
            Self::SecurityKey => names::kind::SECURITY_KEY,
            Self::Email => names::kind::EMAIL,
            Self::SecurityQuestions => names::kind::SECURITY_QUESTIONS,
            Self::RecoveryCodes => names::kind::RECOVERY_CODES,
            Self::AccessPass => names::kind::ACCESS_PASS,
        }
    }
}

impl WireName for Purpose {
    fn wire_name(self) -> &'static str {
        match self {
            Self::SignIn => names::purpose::SIGN_IN,
            Self::PasswordReset => names::purpose::PASSWORD_RESET,
        }
    }
}

impl WireName for Strength {
    fn wire_name(self) -> &'static str {
        match self {
            Self::Knowledge => names::strength::KNOWLEDGE,
            Self::Delivered => names::strength::DELIVERED,
            Self::Possession => names::strength::POSSESSION,
            Self::Strong => names::strength::STRONG,
        }
    }
}

impl WireName for Place {
    fn wire_name(self) -> &'static str {
        match self {
            Self::Mobile => names::place::MOBILE,
            Self::Alternate => names::place::ALTERNATE,
            Self::Office => names::place::OFFICE,
        }
    }
}

impl WireName for Reason {
    fn wire_name(self) -> &'static str {
        match self {
            Self::Destination => names::undelivered::DESTINATION,
            Self::Refused => names::undelivered::REFUSED,
            Self::TimedOut => names::undelivered::TIMED_OUT,
            Self::Unreachable | Self::Busy | Self::Provider => names::undelivered::PROVIDER,
            Self::Settings | Self::Plugin => names::undelivered::HOST,
        }
    }
}

impl WireName for FirstMethod {
    fn wire_name(self) -> &'static str {
        match self {
            Self::Session => names::first_method::SESSION,
            Self::AccessPass => names::first_method::ACCESS_PASS,
        }
    }
}
