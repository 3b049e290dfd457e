//! A program that signs users in over the daemon's socket, as plainly as the contract allows: JSON and a
//! NUL on a Unix socket.

use crate::client::{Client, Refusal};
use crate::login::starting;
use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a reply may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A connection to the socket for sign-ins.
pub struct SignInSocket {
    stream: UnixStream,
    input: Vec<u8>,
}

impl SignInSocket {
    /// Connects with this uid, which the kernel tells the daemon.
    pub fn connect(socket: &Path, uid: u32) -> Self {
        let stream = secinfo_test_person::connect(socket, uid);
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        Self {
            stream,
            input: Vec::new(),
        }
    }

    /// Connects by a process of root's, which does nothing more until it is ended. Only its test uses the
    /// connection.
    pub fn connected_by_another(socket: &Path) -> (Self, Child) {
        Self::connected_by(socket, Command::new("perl"))
    }

    /// Connects by a process of a login session of this account, likewise.
    pub fn connected_by_session(socket: &Path, uid: u32) -> (Self, Child) {
        let mut session = Command::new("sh");
        session.args(["-c", &format!("{} perl \"$@\"", starting(uid)), "sh"]);
        Self::connected_by(socket, session)
    }

    fn connected_by(socket: &Path, mut perl: Command) -> (Self, Child) {
        use rustix::net::{AddressFamily, SocketType, socket as open};
        const CONNECTS: &str =
            "connect(STDIN, pack_sockaddr_un($ARGV[0])) or die; close(STDOUT); sleep";
        let end = open(AddressFamily::UNIX, SocketType::STREAM, None).unwrap();
        let stream = UnixStream::from(end.try_clone().unwrap());
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let mut other = perl
            .args(["-MSocket", "-e", CONNECTS])
            .arg(socket)
            .stdin(Stdio::from(end))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It closes its output once it has connected.
        let mut nothing = Vec::new();
        other
            .stdout
            .take()
            .unwrap()
            .read_to_end(&mut nothing)
            .unwrap();
        let input = Vec::new();
        (Self { stream, input }, other)
    }

    /// Fails to send, rather than wait, from now on.
    pub fn set_nonblocking(&self) {
        self.stream.set_nonblocking(true).unwrap();
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// If the daemon has closed the connection.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// The next message; none if the daemon has closed the connection.
    pub fn receive(&mut self) -> Option<Value> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(end) = self.input.iter().position(|byte| *byte == 0) {
                let message: Vec<u8> = self.input.drain(..=end).collect();
                return Some(serde_json::from_slice(&message[..end]).unwrap());
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(count) => self.input.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("no reply: {error}"),
            }
        }
    }

    /// Calls a method, by its whole name.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub fn call(&mut self, method: &str, parameters: &Value) -> Result<Value, Refusal> {
        let call = json!({"method": method, "parameters": parameters});
        // A daemon that has ended the connection has said why.
        let _ = self.send(format!("{call}\0").as_bytes());
        let reply = self
            .receive()
            .expect("the daemon has closed the connection");
        match reply["error"].as_str() {
            None => Ok(reply["parameters"].clone()),
            Some(name) => Err(Refusal {
                name: name.to_owned(),
                text: reply["parameters"].to_string(),
            }),
        }
    }

    /// Starts to sign in a user; `options` are further parameters.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub fn start(&mut self, name: &str, service: &str, options: &Value) -> Result<Step, Refusal> {
        let mut parameters = options.clone();
        parameters["name"] = name.into();
        parameters["service"] = service.into();
        self.call("org.secinfo.SignIn.Start", &parameters)
            .map(|step| Step::read(&step))
    }

    /// Answers the prompt.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub fn answer(&mut self, answer: &str) -> Result<Step, Refusal> {
        self.call("org.secinfo.SignIn.Answer", &json!({"answer": answer}))
            .map(|step| Step::read(&step))
    }

    /// Answers the prompt with the password that the user has typed before.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub fn answer_with_password(&mut self, password: &str) -> Result<Step, Refusal> {
        let parameters = json!({"answer": password, "is_password": true});
        self.call("org.secinfo.SignIn.Answer", &parameters)
            .map(|step| Step::read(&step))
    }

    /// Cancels the sign-in.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub fn cancel(&mut self) -> Result<(), Refusal> {
        self.call("org.secinfo.SignIn.Cancel", &json!({})).map(drop)
    }
}

impl Client {
    /// Connects to the socket for sign-ins as the same user.
    pub fn sign_in_socket(&self) -> SignInSocket {
        SignInSocket::connect(&self.sign_in_socket, self.uid)
    }
}

/// A step, as a test looks at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// `ask`, or the word of a decision.
    pub outcome: String,
    /// The text of the prompt.
    pub prompt: Option<String>,
    /// Whether the answer may be seen.
    pub echo: Option<bool>,
    /// Sentences at the end.
    pub messages: Vec<String>,
    /// Who was decided on.
    pub name: Option<String>,
    /// Their uid.
    pub uid: Option<u32>,
    /// Why the user was refused.
    pub reason: Option<String>,
    /// Why the user is not covered.
    pub why: Option<String>,
}

impl Step {
    /// Reads the parameters of a reply.
    ///
    /// # Panics
    /// If they are no step of a sign-in.
    pub fn read(step: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if let Some(prompt) = step.get("prompt") {
            return Self {
                outcome: "ask".to_owned(),
                prompt: text(&prompt["text"]),
                echo: prompt["echo"].as_bool(),
                ..Self::default()
            };
        }
        let end = &step["decision"];
        Self {
            outcome: text(&end["outcome"]).unwrap(),
            messages: serde_json::from_value(end["messages"].clone()).unwrap(),
            name: text(&end["name"]),
            uid: serde_json::from_value(end["uid"].clone()).unwrap(),
            reason: text(&end["reason"]),
            why: text(&end["why"]),
            ..Self::default()
        }
    }
}
