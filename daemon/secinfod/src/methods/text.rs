//! Text: a code by text message.

use super::delivery::DeliveredKind;
use super::kind::{PromptStyle, SetUpAtPrompt};
use secinfo_domain::{Kind, kind};

/// The kind.
pub(super) const TEXT: DeliveredKind = DeliveredKind {
    kind: Kind::Text,
    default_label: "Text message",
    prompt: PromptStyle::SentToNumber { call: false },
    set_up_at_prompt: Some(SetUpAtPrompt::Number),
    prove: |destination, message| Some(kind::Text::proved(destination.place()?, message).into()),
};
