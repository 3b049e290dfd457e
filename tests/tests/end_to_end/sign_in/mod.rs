//! Signing in over the socket, as the PAM module and a lock screen do it: prompt by prompt.

mod codes;
mod ends;
mod peers;
mod push;
mod set_up;
mod sources;
mod who;

use secinfo_tests::{ALICE_NAME, Client, Refusal, SignInSocket, Step};
use serde_json::{Value, json};

/// The options of a stack that has verified the password before.
fn after_the_password() -> Value {
    json!({"set_up": true})
}

/// No options.
pub(crate) fn plain() -> Value {
    json!({})
}

/// Starts a sign-in.
pub(crate) fn start(
    client: &Client,
    name: &str,
    service: &str,
    options: &Value,
) -> Result<(SignInSocket, Step), Refusal> {
    let mut socket = client.sign_in_socket();
    let step = socket.start(name, service, options)?;
    Ok((socket, step))
}

/// Starts a sign-in that must be refused, and returns the refusal.
fn refusal(client: &Client, name: &str, service: &str, options: &Value) -> Refusal {
    match start(client, name, service, options) {
        Ok((_, step)) => panic!("{name:?} was answered {}", step.outcome),
        Err(refusal) => refusal,
    }
}

/// A sign-in of Alice.
struct SignIn {
    socket: SignInSocket,
    step: Step,
}

impl SignIn {
    fn at(client: &Client, service: &str, options: &Value) -> Self {
        let (socket, step) = start(client, ALICE_NAME, service, options).unwrap();
        Self { socket, step }
    }

    fn answer(&mut self, answer: &str) -> &mut Self {
        assert_eq!(self.step.outcome, "ask", "{}", self.told());
        self.step = self.socket.answer(answer).unwrap();
        self
    }

    /// Answers with the password that was typed before.
    fn answer_with_password(&mut self, password: &str) -> &mut Self {
        assert_eq!(self.step.outcome, "ask", "{}", self.told());
        self.step = self.socket.answer_with_password(password).unwrap();
        self
    }

    fn prompt(&self) -> &str {
        assert_eq!(self.step.outcome, "ask", "{}", self.told());
        let prompt = self.step.prompt.as_deref().unwrap();
        assert!(prompt.ends_with(": "), "{prompt:?}");
        prompt
    }

    /// Its prompt has this, wherever the lines break.
    fn shows(&self, part: &str) {
        let on_one_line = |text: &str| text.replace('\n', " ");
        let prompt = on_one_line(self.prompt());
        assert!(prompt.contains(&on_one_line(part)), "{prompt:?}");
    }

    fn echoes(&self) -> bool {
        self.step.echo.unwrap()
    }

    /// The final messages to the user.
    fn told(&self) -> String {
        let messages = &self.step.messages;
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
