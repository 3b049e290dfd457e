//! A fake daemon with scripted replies.

use rustix::net::{Shutdown, shutdown};
use secinfo_wire::password_reset;
use secinfo_wire::sign_in::{
    Answer, Decision, Outcome, Prompt, RefusedFor, SignInError, Start, Step, method,
};
use secinfo_wire::varlink::{self, Call, Nothing};
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::{fs, thread};
use zeroize::Zeroizing;

/// The reply to a call.
#[derive(Clone)]
pub(crate) enum Reply {
    /// This step.
    Step(Step),
    /// The error with this name.
    Error(String),
    /// These bytes.
    Raw(Vec<u8>),
    /// These bytes, and the end of the connection.
    Last(Vec<u8>),
    /// No reply.
    Nothing,
}

/// An error of the daemon.
pub(crate) fn error(error: SignInError) -> Reply {
    Reply::Error(error.name().to_owned())
}

/// A prompt.
pub(crate) fn ask(prompt: &str, echo: bool) -> Reply {
    Reply::Step(Step::Ask(Prompt {
        text: Zeroizing::new(prompt.to_owned()),
        echo,
    }))
}

/// An end for alice.
pub(crate) fn end(outcome: Outcome) -> Reply {
    end_for("alice", outcome)
}

/// What a refusal says where it stands in a prompt.
pub(crate) const LAST_PROMPT: &str = "This is the end. Press Enter: ";

/// An end for this user.
pub(crate) fn end_for(name: &str, outcome: Outcome) -> Reply {
    Reply::Step(Step::End(Decision {
        outcome,
        name: name.to_owned(),
        uid: 1000,
        messages: vec!["This is the end.".to_owned()],
        last_prompt: matches!(outcome, Outcome::Refused(_)).then(|| LAST_PROMPT.to_owned()),
    }))
}

/// Alice has proved a method.
pub(crate) fn verified() -> Reply {
    end(Outcome::Verified)
}

/// A refusal of alice.
pub(crate) fn refused(reason: RefusedFor) -> Reply {
    end(Outcome::Refused(reason))
}

/// A call that the daemon received.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReceivedCall {
    /// `Start`
    Start(Start),
    /// `Start` of a password reset
    StartReset(password_reset::Start),
    /// `Answer`
    Answer(String),
    /// `Answer` with the password that was typed before
    Password(String),
}

/// The fake daemon, gone on drop.
pub(crate) struct Daemon {
    shared: Arc<Shared>,
}

struct Shared {
    listener: UnixListener,
    connections: Mutex<Vec<UnixStream>>,
    replies: Mutex<VecDeque<Reply>>,
    seen: Mutex<Vec<ReceivedCall>>,
}

impl Daemon {
    /// Starts a daemon on this socket with this uid, which answers each call with the next reply.
    pub(crate) fn start(socket: &Path, uid: u32, replies: impl IntoIterator<Item = Reply>) -> Self {
        let _ = fs::remove_file(socket);
        Self::take_over(listen(socket, uid), replies)
    }

    /// Starts a daemon on a socket that listens already.
    pub(crate) fn take_over(
        listener: UnixListener,
        replies: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let shared = Arc::new(Shared {
            listener,
            connections: Mutex::default(),
            replies: Mutex::new(replies.into_iter().collect()),
            seen: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            while let Ok((stream, _)) = accepting.listener.accept() {
                let own = stream.try_clone().unwrap();
                accepting.connections.lock().unwrap().push(own);
                let serving = Arc::clone(&accepting);
                thread::spawn(move || serve(stream, &serving));
            }
        });
        Self { shared }
    }

    /// The calls so far.
    pub(crate) fn calls(&self) -> Vec<ReceivedCall> {
        std::mem::take(&mut self.shared.seen.lock().unwrap())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = shutdown(&self.shared.listener, Shutdown::Both);
        for connection in self.shared.connections.lock().unwrap().drain(..) {
            let _ = connection.shutdown(std::net::Shutdown::Both);
        }
    }
}

/// Listens on this socket with this uid, which the kernel tells those who connect.
pub(crate) fn listen(socket: &Path, uid: u32) -> UnixListener {
    let listener = UnixListener::bind(socket).unwrap();
    let listening = thread::spawn(move || {
        if uid != 0 {
            let uid = rustix::process::Uid::from_raw(uid);
            rustix::thread::set_thread_res_uid(uid, uid, uid)
                .expect("these tests run as root, to be several users");
        }
        rustix::net::listen(&listener, 16).unwrap();
        listener
    });
    listening.join().unwrap()
}

fn serve(mut stream: UnixStream, shared: &Shared) {
    let mut input = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let Some(end) = input.iter().position(|byte| *byte == 0) else {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(count) => input.extend_from_slice(&buffer[..count]),
            }
            continue;
        };
        let message: Vec<u8> = input.drain(..=end).collect();
        shared.seen.lock().unwrap().push(read(&message[..end]));
        let reply = shared.replies.lock().unwrap().pop_front();
        let sent = match reply.expect("the test has no more replies") {
            Reply::Step(step) => stream.write_all(&varlink::reply(&step, 4096)),
            Reply::Error(name) => stream.write_all(&varlink::error(&name, &Nothing {})),
            Reply::Raw(bytes) => stream.write_all(&bytes),
            Reply::Last(bytes) => {
                let _ = stream.write_all(&bytes);
                let _ = stream.shutdown(std::net::Shutdown::Both);
                return;
            }
            Reply::Nothing => Ok(()),
        };
        if sent.is_err() {
            return;
        }
    }
}

fn read(message: &[u8]) -> ReceivedCall {
    let call: Call<'_> = serde_json::from_slice(message).unwrap();
    let parameters = call.parameters.unwrap().get();
    match call.method.as_ref() {
        method::START => ReceivedCall::Start(serde_json::from_str(parameters).unwrap()),
        password_reset::method::START => {
            ReceivedCall::StartReset(serde_json::from_str(parameters).unwrap())
        }
        method::ANSWER | password_reset::method::ANSWER => {
            let answer: Answer<'_> = serde_json::from_str(parameters).unwrap();
            let text = answer.as_str().to_owned();
            match answer.is_password {
                None => ReceivedCall::Answer(text),
                Some(true) => ReceivedCall::Password(text),
                Some(false) => panic!("that goes without saying"),
            }
        }
        other => panic!("{other}"),
    }
}
