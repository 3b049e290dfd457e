//! Email: a code by email, for password reset.

use super::delivery::DeliveredKind;
use super::kind::PromptStyle;
use secinfo_domain::{Kind, kind};

/// The kind.
pub(super) const EMAIL: DeliveredKind = DeliveredKind {
    kind: Kind::Email,
    default_label: "Email",
    prompt: PromptStyle::Code,
    set_up_at_prompt: None,
    prove: |_, message| Some(kind::Email::proved(message).into()),
};
