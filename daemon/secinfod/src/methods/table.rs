//! The table of kinds.

use super::kind::MethodKind;
use super::{
    access_pass, authenticator_app, call, email, hardware_token, push, recovery_codes,
    security_key, security_questions, text,
};
use secinfo_domain::Kind;

/// The daemon's side of a kind: the only list of kinds in the daemon.
pub(crate) fn of(kind: Kind) -> &'static dyn MethodKind {
    match kind {
        Kind::AuthenticatorApp => &authenticator_app::AuthenticatorApp,
        Kind::HardwareToken => &hardware_token::HardwareToken,
        Kind::Push => &push::Push,
        Kind::Text => &text::TEXT,
        Kind::Call => &call::CALL,
        Kind::SecurityKey => &security_key::SecurityKey,
        Kind::Email => &email::EMAIL,
        Kind::SecurityQuestions => &security_questions::SecurityQuestions,
        Kind::RecoveryCodes => &recovery_codes::RecoveryCodes,
        Kind::AccessPass => &access_pass::AccessPass,
    }
}
