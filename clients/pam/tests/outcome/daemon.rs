//! A daemon that says what the test tells it to.

use crate::bus::PrivateBus;
use futures_util::StreamExt;
use secinfo_wire::names::{BUS_NAME, ERROR_PREFIX};
use secinfo_wire::{SignInOptions, SignInStep};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use zbus::message::Type;
use zbus::{Connection, Message, MessageStream, ObjectPath};

/// The object of the one sign-in.
const SIGN_IN: &str = "/org/secinfo/SecurityInfo1/sign_ins/0123456789abcdef0123456789abcdef";

/// How a call is answered.
#[derive(Clone)]
pub(crate) enum Reply {
    /// With this step.
    Step(SignInStep),
    /// With the error of this name.
    Error(String),
    /// With a number.
    Nonsense,
    /// With an `ask` of no sign-in.
    Objectless,
    /// Never.
    Nothing,
}

/// An error of the daemon.
pub(crate) fn error(name: &str) -> Reply {
    Reply::Error(format!("{ERROR_PREFIX}{name}"))
}

/// A prompt.
pub(crate) fn ask(prompt: &str, echo: bool) -> Reply {
    Reply::Step(SignInStep {
        outcome: "ask".to_owned(),
        prompt: Some(prompt.to_owned()),
        echo: Some(echo),
        ..SignInStep::default()
    })
}

/// An end for alice.
pub(crate) fn end(outcome: &str) -> SignInStep {
    SignInStep {
        outcome: outcome.to_owned(),
        messages: Some(vec![format!("This is {outcome}.")]),
        name: Some("alice".to_owned()),
        uid: Some(1000),
        ..SignInStep::default()
    }
}

/// A refusal of alice.
pub(crate) fn refused(reason: &str) -> Reply {
    Reply::Step(SignInStep {
        reason: Some(reason.to_owned()),
        ..end("refused")
    })
}

/// A call that came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReceivedCall {
    /// `StartSignIn`
    Start(String, String, SignInOptions),
    /// `Answer`
    Answer(String),
}

/// The daemon; gone with this value.
pub(crate) struct Daemon {
    connection: Option<Connection>,
    seen: Arc<Mutex<Vec<ReceivedCall>>>,
}

impl Daemon {
    /// One that runs as this uid and answers each call with the next of these.
    pub(crate) async fn start(
        bus: &PrivateBus,
        uid: u32,
        replies: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let connection = bus.connect(uid).await;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stream = MessageStream::from(&connection);
        let replies = replies.into_iter().collect();
        tokio::spawn(serve(
            connection.clone(),
            stream,
            replies,
            Arc::clone(&seen),
        ));
        connection.request_name(BUS_NAME).await.unwrap();
        let connection = Some(connection);
        Self { connection, seen }
    }

    /// What it was asked.
    pub(crate) fn calls(&self) -> Vec<ReceivedCall> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// Gives its name away, and stays on the bus.
    pub(crate) async fn release_name(&self) {
        let connection = self.connection.as_ref().unwrap();
        assert!(connection.release_name(BUS_NAME).await.unwrap());
    }

    /// Goes away, as the bus sees it when the process is killed.
    pub(crate) async fn kill(mut self) {
        let connection = self.connection.take().unwrap();
        connection.close().await.unwrap();
    }
}

async fn serve(
    connection: Connection,
    mut stream: MessageStream,
    mut replies: VecDeque<Reply>,
    seen: Arc<Mutex<Vec<ReceivedCall>>>,
) {
    while let Some(Ok(message)) = stream.next().await {
        if message.message_type() != Type::MethodCall {
            continue;
        }
        let Some(call) = read(&message) else { continue };
        let starts = matches!(call, ReceivedCall::Start(..));
        seen.lock().unwrap().push(call);
        let reply = replies.pop_front().expect("the test has no more replies");
        let header = message.header();
        let sent = match reply {
            Reply::Step(step) if starts => {
                let over = step.outcome != "ask";
                let path = ObjectPath::try_from(if over { "/" } else { SIGN_IN }).unwrap();
                connection.reply(&header, &(path, step)).await
            }
            Reply::Step(step) => connection.reply(&header, &step).await,
            Reply::Error(name) => {
                let name = zbus::names::ErrorName::try_from(name).unwrap();
                connection.reply_error(&header, name, &"A sentence.").await
            }
            Reply::Nonsense => connection.reply(&header, &7_u32).await,
            Reply::Objectless => {
                let Reply::Step(step) = ask("Code: ", false) else {
                    unreachable!("it is a step");
                };
                let path = ObjectPath::try_from("/").unwrap();
                connection.reply(&header, &(path, step)).await
            }
            Reply::Nothing => continue,
        };
        sent.unwrap();
    }
}

fn read(message: &Message) -> Option<ReceivedCall> {
    let body = message.body();
    match message.header().member()?.as_str() {
        "StartSignIn" => {
            let (name, service, options) = body.deserialize().unwrap();
            Some(ReceivedCall::Start(name, service, options))
        }
        "Answer" => {
            assert_eq!(message.header().path().unwrap().as_str(), SIGN_IN);
            Some(ReceivedCall::Answer(body.deserialize().unwrap()))
        }
        _ => None,
    }
}
