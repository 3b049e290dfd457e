//! Signing in over the bus, as the PAM module and a lock screen do it: prompt by prompt.

mod codes;
mod ends;
mod set_up;
mod who;

use secinfo_tests::{ALICE_NAME, Client, ROOT_PATH, Refusal};
use secinfo_wire::SignInStep;
use std::collections::HashMap;
use zbus::{OwnedObjectPath, Variant};

pub(crate) type Options = HashMap<&'static str, Variant<'static>>;

/// What a stack says that has asked for the password before.
fn after_the_password() -> Options {
    Options::from([("set_up", Variant::from(true))])
}

/// Begins to sign somebody in.
pub(crate) async fn start(
    client: &Client,
    name: &str,
    service: &str,
    options: Options,
) -> Result<(OwnedObjectPath, SignInStep), Refusal> {
    let body = (name, service, options);
    client
        .call(ROOT_PATH, "Manager", "StartSignIn", &body)
        .await
}

/// Why nobody is signed in.
async fn refusal(client: &Client, name: &str, service: &str, options: Options) -> Refusal {
    match start(client, name, service, options).await {
        Ok((_, step)) => panic!("{name:?} was answered {}", step.outcome),
        Err(refusal) => refusal,
    }
}

/// A sign-in of Alice that is going on, or has ended.
struct SignIn<'a> {
    client: &'a Client,
    path: OwnedObjectPath,
    step: SignInStep,
}

impl<'a> SignIn<'a> {
    async fn at(client: &'a Client, service: &str, options: Options) -> Self {
        let (path, step) = start(client, ALICE_NAME, service, options).await.unwrap();
        Self { client, path, step }
    }

    async fn answer(&mut self, answer: &str) -> &mut Self {
        assert_eq!(self.step.outcome, "ask", "{}", self.told());
        self.step = self
            .client
            .call(self.path.as_str(), "SignIn", "Answer", &answer)
            .await
            .unwrap();
        self
    }

    fn prompt(&self) -> &str {
        assert_eq!(self.step.outcome, "ask", "{}", self.told());
        let prompt = self.step.prompt.as_deref().unwrap();
        assert!(prompt.ends_with(": "), "{prompt:?}");
        prompt
    }

    fn shows(&self, part: &str) {
        assert!(self.prompt().contains(part), "{:?}", self.prompt());
    }

    fn echoes(&self) -> bool {
        self.step.echo.unwrap()
    }

    /// What the user is told at the end.
    fn told(&self) -> String {
        let messages = self.step.messages.clone().unwrap_or_default();
        let reason = self.step.reason.clone().unwrap_or_default();
        format!("{} {}", reason, messages.join("\n"))
            .trim()
            .to_owned()
    }

    fn ended(&self, outcome: &str) {
        let prompt = self.step.prompt.clone().unwrap_or_default();
        assert_eq!(self.step.outcome, outcome, "{prompt} {}", self.told());
        assert_eq!(self.step.name.as_deref(), Some(ALICE_NAME));
        assert_eq!(self.step.uid, Some(secinfo_tests::ALICE));
    }

    fn refused(&self, reason: &str) {
        self.ended("refused");
        assert_eq!(self.step.reason.as_deref(), Some(reason));
        assert!(!self.told().is_empty());
    }
}

/// The words of a sign-in that its log must show: types of events of a user's sign-in.
async fn types(root: &Client) -> Vec<String> {
    let events = root.events().await;
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}
