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

/// The options of a stack that has verified the password before.
fn after_the_password() -> Options {
    Options::from([("set_up", Variant::from(true))])
}

/// Starts a sign-in.
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

/// Starts a sign-in that must be refused, and returns the refusal.
async fn refusal(client: &Client, name: &str, service: &str, options: Options) -> Refusal {
    match start(client, name, service, options).await {
        Ok((_, step)) => panic!("{name:?} was answered {}", step.outcome),
        Err(refusal) => refusal,
    }
}

/// A sign-in of Alice.
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

    /// The final messages to the user.
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

/// The types of the events in the log.
async fn types(root: &Client) -> Vec<String> {
    let events = root.events().await;
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}
