//! A fake daemon with scripted replies.

use crate::bus::PrivateBus;
use futures_util::StreamExt;
use secinfo_wire::names::{BUS_NAME, ERROR_PREFIX};
use secinfo_wire::{SignInOptions, SignInStep};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use zbus::message::Type;
use zbus::{Connection, Message, MessageStream, ObjectPath};

/// The object path of the sign-in.
const SIGN_IN: &str = "/org/secinfo/SecurityInfo1/sign_ins/0123456789abcdef0123456789abcdef";

/// The reply to a call.
#[derive(Clone)]
pub(crate) enum Reply {
    /// This step.
    Step(SignInStep),
    /// The error with this name.
    Error(String),
    /// A number.
    Nonsense,
    /// An `ask` without a sign-in.
    Objectless,
    /// No reply.
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

/// A call that the daemon received.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReceivedCall {
    /// `StartSignIn`
    Start(String, String, SignInOptions),
    /// `Answer`
    Answer(String),
}

/// The fake daemon, disconnected on drop.
pub(crate) struct Daemon {
    connection: Option<Connection>,
    seen: Arc<Mutex<Vec<ReceivedCall>>>,
}

impl Daemon {
    /// Starts a daemon with this uid, which answers each call with the next reply.
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

    /// The calls so far.
    pub(crate) fn calls(&self) -> Vec<ReceivedCall> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// Releases its name, and stays on the bus.
    pub(crate) async fn release_name(&self) {
        let connection = self.connection.as_ref().unwrap();
        assert!(connection.release_name(BUS_NAME).await.unwrap());
    }

    /// Disconnects, as a killed process does.
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
