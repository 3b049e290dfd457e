//! `org.secinfo.PasswordReset`: the conversation in which a user who forgot the password proves who they are
//! and sets a new one, on the socket for sign-ins. `schemas/varlink/org.secinfo.PasswordReset.varlink` is the
//! contract.

pub use crate::conversation::Prompt;

use crate::conversation::{self, Display};
use crate::form::Form;
use crate::varlink::{errors, words};
use serde::{Deserialize, Serialize};

/// The name of the interface.
pub const INTERFACE: &str = "org.secinfo.PasswordReset";

/// The interface, in Varlink's own language.
pub const DESCRIPTION: &str = include_str!("../../varlink/org.secinfo.PasswordReset.varlink");

/// The methods, by their whole names.
pub mod method {
    /// [`Start`](super::Start) to a [`Step`](super::Step).
    pub const START: &str = "org.secinfo.PasswordReset.Start";
    /// [`Answer`](crate::conversation::Answer) to a [`Step`](super::Step).
    pub const ANSWER: &str = "org.secinfo.PasswordReset.Answer";
    /// Nothing to nothing.
    pub const CANCEL: &str = "org.secinfo.PasswordReset.Cancel";
}

/// The parameters of `Start`: whose password, and what the client knows of where the user is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The user's name, as it was typed.
    pub name: String,
    /// The user's locale, such as `de_DE.UTF-8`: prompts are in its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What prompts are shown on; a terminal if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<Display>,
    /// The forms of challenges that the client can present; codes and answers to questions, which any
    /// client can that shows prompts, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forms: Option<Vec<Form>>,
    /// The terminal (`PAM_TTY`). Only root is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tty: Option<String>,
    /// The host that the user comes from (`PAM_RHOST`). Only root is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_host: Option<String>,
}

/// What comes next in a reset.
pub type Step = conversation::Step<Decision>;

/// How a reset ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Decision {
    /// What was decided.
    pub outcome: Outcome,
    /// Sentences for the user.
    pub messages: Vec<String>,
}

words! {
    /// What was decided.
    Outcome {
        /// The new password is set.
        Set,
        /// The user's methods are unlocked, and the password is what it was.
        Unlocked,
        /// Nothing was changed.
        Refused,
    }
}

errors! {
    /// The errors of the interface. None says whether there is a user of the name.
    PasswordResetError in "org.secinfo.PasswordReset" {
        /// There is no reset on this connection, or no longer.
        NoReset,
        /// Passwords are not reset on this host.
        NotOffered,
        /// The log cannot be written: nothing was accepted.
        StorageUnavailable,
        /// The account has too many calls waiting for an answer, or has begun too many resets.
        LimitsExceeded,
        /// The daemon is stopping.
        ShuttingDown,
        /// The daemon has a fault.
        Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    #[test]
    fn each_step_is_read_as_it_was_written() {
        let decision = |outcome| {
            Step::End(Decision {
                outcome,
                messages: vec!["A sentence.".to_owned()],
            })
        };
        let prompt = Step::Ask(Prompt {
            text: Zeroizing::new("New password: ".to_owned()),
            echo: false,
        });
        for step in Outcome::ALL.iter().copied().map(decision).chain([prompt]) {
            let text = serde_json::to_string(&step).unwrap();
            assert!(
                serde_json::from_str::<Step>(&text).unwrap() == step,
                "{text}"
            );
        }
    }

    #[test]
    fn what_means_nothing_or_two_things_is_no_step() {
        let decision = r#""decision":{"outcome":"set","messages":[]}"#;
        for text in [
            "{}".to_owned(),
            r#"{"prompt":{"text":"Code: "}}"#.to_owned(),
            r#"{"decision":{"outcome":"verified","messages":[]}}"#.to_owned(),
            r#"{"decision":{"outcome":"set"}}"#.to_owned(),
            format!(r#"{{"prompt":{{"text":"","echo":true}},{decision}}}"#),
        ] {
            assert!(serde_json::from_str::<Step>(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_parameter_is_not_ignored() {
        let read = |text| serde_json::from_str::<Start>(text);
        assert!(read(r#"{"name":"alice"}"#).is_ok());
        assert!(read(r#"{"name":"alice","remotehost":"::1"}"#).is_err());
        assert!(read(r#"{"name":"alice","name":"root"}"#).is_err());
        assert!(read(r#"{"name":"alice","service":"sshd"}"#).is_err());
    }

    #[test]
    fn the_contract_names_each_word_and_each_error() {
        for error in PasswordResetError::ALL {
            let name = error.name();
            assert_eq!(PasswordResetError::from_name(name), Some(*error));
            let short = name.strip_prefix("org.secinfo.PasswordReset.").unwrap();
            assert!(DESCRIPTION.contains(&format!("error {short} ()")), "{name}");
        }
        let outcomes: Vec<_> = Outcome::ALL
            .iter()
            .map(|one| {
                serde_json::to_value(one)
                    .unwrap()
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let outcomes = format!("outcome: ({})", outcomes.join(", "));
        assert!(DESCRIPTION.contains(&outcomes), "{outcomes}");
        for method in ["Start(", "Answer(answer: string)", "Cancel()"] {
            let declared = format!("method {method}");
            assert!(DESCRIPTION.contains(&declared), "{method}");
        }
    }
}
