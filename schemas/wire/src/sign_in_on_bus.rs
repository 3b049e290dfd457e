//! `org.secinfo.SecurityInfo1.SignIn`: the conversation of a sign-in, which the daemon leads and a
//! PAM module or a greeter relays.

use crate::dictionary::dictionary;
use crate::error::Result;
use crate::form::Forms;
use zbus::{DeserializeDict, SerializeDict, Type, proxy};
use zeroize::Zeroize;

/// A sign-in that is going on. Only for the connection that started it.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.SignIn",
    default_service = "org.secinfo.SecurityInfo1",
    assume_defaults = false
)]
pub trait SignIn {
    /// Answers the prompt of the last step; the next step may be the end.
    fn answer(&self, answer: &str) -> Result<SignInStep>;

    /// Ends the sign-in without a decision.
    fn cancel(&self) -> Result<()>;
}

dictionary! {
    /// Options of [`ManagerProxy::start_sign_in`](crate::ManagerProxy::start_sign_in).
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct SignInOptions {
        /// The terminal (`PAM_TTY`). Only root is believed.
        pub tty: Option<String>,
        /// Who asks for it, where that is another account than the user (`PAM_RUSER`). Only root is
        /// believed.
        pub invoker: Option<String>,
        /// The host that the user comes from (`PAM_RHOST`). Only root is believed.
        pub remote_host: Option<String>,
        /// The user's locale, such as `de_DE.UTF-8`: prompts are in its language.
        pub language: Option<String>,
        /// The user has proved a first factor already, so that set-up may be offered.
        pub set_up: Option<bool>,
        /// One of [`sign_in::display`](crate::names::sign_in::display); `terminal` when missing.
        pub display: Option<String>,
        /// The forms of challenges that the program can present.
        pub forms: Forms,
    }
}

/// What the daemon wants next, or how the sign-in ended. A prompt can hold a secret (the key that
/// is being set up), so a step can be overwritten, and is not printed.
#[derive(Clone, Default, PartialEq, Eq, DeserializeDict, SerializeDict, Type, Zeroize)]
#[zbus(signature = "a{sv}")]
pub struct SignInStep {
    /// One of [`sign_in::outcome`](crate::names::sign_in::outcome).
    pub outcome: String,
    /// With `ask`: all that the user must see.
    pub prompt: Option<String>,
    /// With `ask`: whether what the user types may be seen.
    pub echo: Option<bool>,
    /// With an end: sentences to show.
    pub messages: Option<Vec<String>>,
    /// With an end: the name that was decided on.
    pub name: Option<String>,
    /// With an end: the uid that was decided on.
    pub uid: Option<u32>,
    /// With `refused`: one of [`sign_in::reason`](crate::names::sign_in::reason).
    pub reason: Option<String>,
    /// With `not-covered`: one of [`sign_in::why`](crate::names::sign_in::why).
    pub why: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use zbus::Variant;
    use zbus::wire::{LE, serialized::Context, to_bytes};

    #[test]
    fn a_step_of_a_later_version_is_read_for_what_is_known_of_it() {
        let step = HashMap::from([
            ("outcome", Variant::from("ask")),
            ("prompt", Variant::from("Code: ")),
            ("echo", Variant::from(false)),
            ("colour", Variant::from(7_u32)),
        ]);
        let bytes = to_bytes(Context::new(LE, 0), &step).unwrap();
        let (read, _): (SignInStep, usize) = bytes.deserialize().unwrap();
        assert_eq!(read.outcome, "ask");
        assert_eq!(read.prompt.as_deref(), Some("Code: "));
        assert_eq!(read.echo, Some(false));
        assert_eq!(read.name, None);
    }

    #[test]
    fn a_step_whose_field_has_another_type_is_not_read() {
        let step = HashMap::from([
            ("outcome", Variant::from("verified")),
            ("name", Variant::from(1000_u32)),
        ]);
        let bytes = to_bytes(Context::new(LE, 0), &step).unwrap();
        assert!(bytes.deserialize::<SignInStep>().is_err());
    }
}
