//! Call: a code that a voice reads out on the phone.

use super::delivery::DeliveredKind;
use super::kind::{PromptStyle, SetUpAtPrompt};
use secinfo_domain::{Kind, kind};

/// The kind.
pub(super) const CALL: DeliveredKind = DeliveredKind {
    kind: Kind::Call,
    default_label: "Phone call",
    prompt: PromptStyle::SentToNumber { call: true },
    set_up_at_prompt: Some(SetUpAtPrompt::Number),
    prove: |destination, message| Some(kind::Call::proved(destination.place()?, message).into()),
};
