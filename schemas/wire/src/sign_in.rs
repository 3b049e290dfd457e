//! `org.secinfo.SignIn`: the conversation of a sign-in on the socket, which the daemon leads and a PAM
//! module or a lock screen relays. `schemas/varlink/org.secinfo.SignIn.varlink` is the contract.

pub use crate::conversation::{Answer, Display, LONGEST_MESSAGE, Prompt};

use crate::conversation::{self, Contradiction};
use crate::form::Form;
use crate::varlink::{errors, words};
use serde::{Deserialize, Serialize};

/// The socket.
pub const SOCKET: &str = "/run/secinfo/sign-in";

/// The PAM service of OpenSSH's server.
pub const SSHD: &str = "sshd";

/// The longest that is taken of what sshd says of a sign-in, in bytes: room for several keys.
pub const LONGEST_SSH_AUTH_INFO: usize = 4096;

/// The name of the interface.
pub const INTERFACE: &str = "org.secinfo.SignIn";

/// The interface, in Varlink's own language.
pub const DESCRIPTION: &str = include_str!("../../varlink/org.secinfo.SignIn.varlink");

/// The methods, by their whole names.
pub mod method {
    /// [`Start`](super::Start) to a [`Step`](super::Step).
    pub const START: &str = "org.secinfo.SignIn.Start";
    /// [`Answer`](super::Answer) to a [`Step`](super::Step).
    pub const ANSWER: &str = "org.secinfo.SignIn.Answer";
    /// Nothing to nothing.
    pub const CANCEL: &str = "org.secinfo.SignIn.Cancel";
}

words! {
    /// Why a sign-in was refused.
    RefusedFor {
        /// Too many wrong codes in this sign-in.
        TooManyAttempts,
        /// Wrong codes have locked every method.
        Locked,
        /// A method is required, there is none, and none can be set up here.
        NoMethod,
        /// A method had to be set up by now.
        GraceOver,
        /// The first method can be set up only with an access pass.
        AccessPassNeeded,
        /// The user took too long.
        Expired,
        /// No further code is sent, and there is no other way.
        TooManyCodes,
        /// The request was declined on the user's phone.
        Declined,
        /// The account had another name, whose methods it would go without.
        Renamed,
    }
}

words! {
    /// Why policy asks nothing of a user.
    NotCovered {
        /// Sign-in is not protected at this service.
        Off,
        /// The user is in an exempt group.
        ExemptGroup,
        /// The user comes from an exempt network.
        ExemptNetwork,
        /// Only who has a method is asked, and the user has none.
        NothingEnrolled,
    }
}

/// The parameters of `Start`: which user, and what the program knows of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The user's name.
    pub name: String,
    /// The PAM service.
    pub service: String,
    /// The terminal (`PAM_TTY`). Only root is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tty: Option<String>,
    /// The account that asks for it (`PAM_RUSER`). Only root is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoker: Option<String>,
    /// The host that the user comes from (`PAM_RHOST`). Only root is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_host: Option<String>,
    /// What sshd says of how the user has signed in to it so far (`SSH_AUTH_INFO_0` of its PAM environment).
    /// Only a process of root's is believed that root has started, for the service `sshd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh_auth_info: Option<String>,
    /// The user's locale, such as `de_DE.UTF-8`: prompts are in its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether the user has proved a first factor already, so that set-up may be offered. Only root is
    /// believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_up: Option<bool>,
    /// What prompts are shown on; a terminal if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<Display>,
    /// The forms of challenges that the program can present; codes if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forms: Option<Vec<Form>>,
}

/// What comes next in a sign-in.
pub type Step = conversation::Step<Decision>;

/// How a sign-in ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "DecisionFields", into = "DecisionFields")]
pub struct Decision {
    /// What was decided.
    pub outcome: Outcome,
    /// The name that was decided on.
    pub name: String,
    /// The uid that was decided on.
    pub uid: u32,
    /// Sentences for the user.
    pub messages: Vec<String>,
    /// With [`Outcome::Refused`], where there are sentences: the same as a last prompt, for programs that show
    /// a message only together with a prompt. The answer to it goes nowhere.
    pub last_prompt: Option<String>,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The user proved a method.
    Verified,
    /// The user proved one on this terminal a short while ago.
    Remembered,
    /// Policy asks nothing of the user here.
    NotCovered(NotCovered),
    /// The user put off setting up a method, and may.
    Postponed,
    /// The user may not sign in.
    Refused(RefusedFor),
}

/// A decision as it is written.
#[derive(Deserialize, Serialize)]
struct DecisionFields {
    outcome: OutcomeWord,
    name: String,
    uid: u32,
    messages: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_prompt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<RefusedFor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<NotCovered>,
}

words! {
    /// An outcome without what belongs to it.
    OutcomeWord {
        /// [`Outcome::Verified`]
        Verified,
        /// [`Outcome::Remembered`]
        Remembered,
        /// [`Outcome::NotCovered`]
        NotCovered,
        /// [`Outcome::Postponed`]
        Postponed,
        /// [`Outcome::Refused`]
        Refused,
    }
}

impl From<Decision> for DecisionFields {
    fn from(decision: Decision) -> Self {
        let (outcome, reason, why) = match decision.outcome {
            Outcome::Verified => (OutcomeWord::Verified, None, None),
            Outcome::Remembered => (OutcomeWord::Remembered, None, None),
            Outcome::NotCovered(why) => (OutcomeWord::NotCovered, None, Some(why)),
            Outcome::Postponed => (OutcomeWord::Postponed, None, None),
            Outcome::Refused(reason) => (OutcomeWord::Refused, Some(reason), None),
        };
        Self {
            outcome,
            name: decision.name,
            uid: decision.uid,
            messages: decision.messages,
            last_prompt: decision.last_prompt,
            reason,
            why,
        }
    }
}

impl TryFrom<DecisionFields> for Decision {
    type Error = Contradiction;

    fn try_from(fields: DecisionFields) -> Result<Self, Contradiction> {
        let outcome = match (fields.outcome, fields.reason, fields.why) {
            (OutcomeWord::Verified, None, None) => Outcome::Verified,
            (OutcomeWord::Remembered, None, None) => Outcome::Remembered,
            (OutcomeWord::NotCovered, None, Some(why)) => Outcome::NotCovered(why),
            (OutcomeWord::Postponed, None, None) => Outcome::Postponed,
            (OutcomeWord::Refused, Some(reason), None) => Outcome::Refused(reason),
            _ => return Err(Contradiction),
        };
        Ok(Self {
            outcome,
            name: fields.name,
            uid: fields.uid,
            messages: fields.messages,
            last_prompt: fields.last_prompt,
        })
    }
}

errors! {
    /// The errors of the interface.
    SignInError in "org.secinfo.SignIn" {
        /// The caller may not sign in this user.
        NotAuthorized,
        /// There is no such user.
        UserNotFound,
        /// There is no sign-in on this connection, or no longer.
        NoSignIn,
        /// The log cannot be written: nothing was accepted.
        StorageUnavailable,
        /// The account, or the user, has too many calls waiting for an answer.
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

    fn read(text: &str) -> Option<Step> {
        serde_json::from_str(text).ok()
    }

    fn decision(outcome: Outcome) -> Step {
        Step::End(Decision {
            outcome,
            name: "alice".to_owned(),
            uid: 1000,
            messages: vec!["A sentence.".to_owned()],
            last_prompt: matches!(outcome, Outcome::Refused(_)).then(|| "Enter: ".to_owned()),
        })
    }

    #[test]
    fn each_step_is_read_as_it_was_written() {
        let prompt = Prompt {
            text: Zeroizing::new("Code:\n".to_owned()),
            echo: true,
        };
        let refused = RefusedFor::ALL.iter().copied().map(Outcome::Refused);
        let not_covered = NotCovered::ALL.iter().copied().map(Outcome::NotCovered);
        let others = [Outcome::Verified, Outcome::Remembered, Outcome::Postponed];
        let steps = refused
            .chain(not_covered)
            .chain(others)
            .map(decision)
            .chain([Step::Ask(prompt)]);
        for step in steps {
            let text = serde_json::to_string(&step).unwrap();
            assert!(read(&text) == Some(step), "{text}");
        }
    }

    #[test]
    fn a_step_of_a_later_version_is_read_for_what_is_known_of_it() {
        let step = read(r#"{"prompt":{"text":"Code: ","echo":false,"colour":7},"sound":true}"#);
        assert!(
            matches!(step, Some(Step::Ask(prompt)) if *prompt.text == "Code: " && !prompt.echo)
        );
    }

    #[test]
    fn what_means_nothing_or_two_things_is_no_step() {
        let rest = r#""name":"alice","uid":1,"messages":[]"#;
        for text in [
            "{}".to_owned(),
            r#"{"prompt":{"text":"Code: "}}"#.to_owned(),
            r#"{"prompt":{"echo":true}}"#.to_owned(),
            format!(r#"{{"decision":{{"outcome":"success",{rest}}}}}"#),
            format!(r#"{{"decision":{{"outcome":"Verified",{rest}}}}}"#),
            format!(r#"{{"decision":{{"outcome":"refused",{rest}}}}}"#),
            format!(r#"{{"decision":{{"outcome":"refused","reason":"later",{rest}}}}}"#),
            format!(r#"{{"decision":{{"outcome":"not_covered",{rest}}}}}"#),
            format!(r#"{{"decision":{{"outcome":"verified","reason":"locked",{rest}}}}}"#),
            format!(r#"{{"decision":{{"outcome":"verified","outcome":"refused",{rest}}}}}"#),
            r#"{"decision":{"outcome":"verified","uid":1,"messages":[]}}"#.to_owned(),
            format!(
                r#"{{"prompt":{{"text":"","echo":true}},"decision":{{"outcome":"verified",{rest}}}}}"#
            ),
        ] {
            assert!(read(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_parameter_is_not_ignored() {
        let read = |text| serde_json::from_str::<Start>(text);
        assert!(read(r#"{"name":"alice","service":"sshd","setup":true}"#).is_err());
        assert!(read(r#"{"name":"alice","service":"sshd","display":"paper"}"#).is_err());
        assert!(read(r#"{"name":"alice","service":"sshd","name":"root"}"#).is_err());
        assert!(serde_json::from_str::<Answer<'_>>(r#"{"answer":"1","x":1}"#).is_err());
    }

    #[test]
    fn an_answer_says_whether_it_is_the_password_only_where_it_is() {
        let write = |answer: Answer<'_>| serde_json::to_string(&answer).unwrap();
        assert_eq!(write(Answer::new("1")), r#"{"answer":"1"}"#);
        let password = write(Answer::new("1").which_is_password());
        assert_eq!(password, r#"{"answer":"1","is_password":true}"#);
        let read: Answer<'_> = serde_json::from_str(&password).unwrap();
        assert_eq!((read.as_str(), read.is_password), ("1", Some(true)));
    }

    #[test]
    fn the_contract_names_each_word_and_each_error() {
        for error in SignInError::ALL {
            let name = error.name();
            assert_eq!(SignInError::from_name(name), Some(*error));
            let short = name.strip_prefix("org.secinfo.SignIn.").unwrap();
            assert!(DESCRIPTION.contains(&format!("error {short} ()")), "{name}");
        }
        assert_eq!(SignInError::from_name("com.example.NoSignIn"), None);
        let list = |words: &[String]| words.join(", ");
        let word = |value| serde_json::to_value(value).unwrap();
        let refused = RefusedFor::ALL
            .iter()
            .map(|one| word(one).as_str().unwrap().to_owned());
        let not_covered = NotCovered::ALL.iter().map(|one| {
            serde_json::to_value(one)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        });
        for words in [refused.collect::<Vec<_>>(), not_covered.collect()] {
            assert!(
                DESCRIPTION.contains(&format!("?({})", list(&words))),
                "{words:?}"
            );
        }
        for method in [
            "Start(",
            "Answer(answer: string, is_password: ?bool)",
            "Cancel()",
        ] {
            assert!(
                DESCRIPTION.contains(&format!("method {method}")),
                "{method}"
            );
        }
    }
}
