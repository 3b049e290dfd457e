//! What a method needs to verify its user.

use crate::otp::{Counter, HotpParameters, TimeStep, TotpParameters};
use crate::{Kind, MessageId, Place, Timestamp};
use serde::{Deserialize, Serialize};

/// What a method needs to verify its user, as far as it is neither secret nor personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Credential {
    /// TOTP from an app.
    AuthenticatorApp {
        /// How its codes are made.
        parameters: TotpParameters,
        /// The last time step of which a code was accepted. No code of it or of an earlier one is
        /// accepted again.
        last_step: TimeStep,
    },
    /// A TOTP token.
    TimeToken {
        /// How its codes are made.
        parameters: TotpParameters,
        /// As for an app.
        last_step: TimeStep,
        /// How many time steps its clock is off, learned by resynchronization.
        drift: i32,
    },
    /// An HOTP token (RFC 4226).
    CounterToken {
        /// How its codes are made.
        parameters: HotpParameters,
        /// The lowest counter of which a code is accepted.
        next: Counter,
    },
    /// Recovery codes: bit n is set while code n is unused.
    RecoveryCodes {
        /// The unused ones.
        unused: u16,
    },
    /// A pass that an administrator issued.
    AccessPass {
        /// When it ends.
        expires: Timestamp,
        /// Whether it is good for one verification only.
        once: bool,
    },
    /// Approval of a notification.
    Push,
    /// Codes by text message.
    Text {
        /// Which of the user's phone numbers they go to.
        place: Place,
        /// The message whose code proved it.
        proved_by: MessageId,
    },
    /// Codes by phone call.
    Call {
        /// Which of the user's phone numbers they go to.
        place: Place,
        /// The message whose code proved it.
        proved_by: MessageId,
    },
    /// A FIDO2 security key.
    SecurityKey,
    /// Codes by email.
    Email {
        /// The message whose code proved it.
        proved_by: MessageId,
    },
    /// Security questions.
    SecurityQuestions,
}

impl Credential {
    /// The kind of method that it makes.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::AuthenticatorApp { .. } => Kind::AuthenticatorApp,
            Self::TimeToken { .. } | Self::CounterToken { .. } => Kind::HardwareToken,
            Self::RecoveryCodes { .. } => Kind::RecoveryCodes,
            Self::AccessPass { .. } => Kind::AccessPass,
            Self::Push => Kind::Push,
            Self::Text { .. } => Kind::Text,
            Self::Call { .. } => Kind::Call,
            Self::SecurityKey => Kind::SecurityKey,
            Self::Email { .. } => Kind::Email,
            Self::SecurityQuestions => Kind::SecurityQuestions,
        }
    }

    /// Which of the user's phone numbers it is on; none for what is on no phone number.
    pub const fn place(&self) -> Option<Place> {
        match self {
            Self::Text { place, .. } | Self::Call { place, .. } => Some(*place),
            _ => None,
        }
    }

    /// The message whose code proved it, where a code that was sent did.
    pub const fn proved_by(&self) -> Option<MessageId> {
        match self {
            Self::Text { proved_by, .. }
            | Self::Call { proved_by, .. }
            | Self::Email { proved_by } => Some(*proved_by),
            _ => None,
        }
    }
}
