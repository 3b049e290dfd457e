//! Password resets over the daemon's socket, and a stand-in for the root helper that sets passwords.

use crate::client::Refusal;
use crate::host::TestHost;
use crate::sign_in_client::SignInSocket;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};

/// A reset over the socket.
pub struct ResetSocket {
    socket: SignInSocket,
    /// Each reply, as it came.
    pub transcript: Vec<String>,
}

impl ResetSocket {
    /// Starts a reset as the account with this uid, for this name; `options` are further parameters.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub fn start(host: &TestHost, uid: u32, name: &str, options: &Value) -> Result<Self, Refusal> {
        let socket = SignInSocket::connect(&host.sign_in_socket(), uid);
        Self::begin(socket, name, options)
    }

    /// Starts one in a login session of the account, likewise.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub fn start_in_session(
        host: &TestHost,
        uid: u32,
        name: &str,
        options: &Value,
    ) -> Result<Self, Refusal> {
        let (socket, mut process) = SignInSocket::connected_by_session(&host.sign_in_socket(), uid);
        let begun = Self::begin(socket, name, options);
        process.kill().unwrap();
        process.wait().unwrap();
        begun
    }

    fn begin(socket: SignInSocket, name: &str, options: &Value) -> Result<Self, Refusal> {
        let mut reset = Self {
            socket,
            transcript: Vec::new(),
        };
        let mut parameters = options.clone();
        parameters["name"] = name.into();
        reset.call("Start", &parameters)?;
        Ok(reset)
    }

    /// Answers the prompt.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub fn answer(&mut self, answer: &str) -> Result<&mut Self, Refusal> {
        self.call("Answer", &json!({"answer": answer}))?;
        Ok(self)
    }

    fn call(&mut self, method: &str, parameters: &Value) -> Result<(), Refusal> {
        let method = format!("org.secinfo.PasswordReset.{method}");
        let reply = self.socket.call(&method, parameters);
        self.transcript.push(match &reply {
            Ok(step) => step.to_string(),
            Err(refusal) => format!("{} {}", refusal.name, refusal.text),
        });
        reply.map(drop)
    }

    /// Waits until the daemon ends the connection by itself, and returns the last part of the error that it
    /// names; none if it gives no reason.
    pub fn last_word(&mut self) -> Option<String> {
        let last = self.socket.receive()?;
        assert!(self.socket.receive().is_none(), "{last}");
        let error = last["error"].as_str().unwrap_or_else(|| panic!("{last}"));
        error.rsplit('.').next().map(str::to_owned)
    }

    fn last(&self) -> Value {
        let last = self.transcript.last().unwrap();
        serde_json::from_str(last).unwrap_or_else(|_| panic!("{last}"))
    }

    /// The text of the prompt.
    pub fn prompt(&self) -> String {
        let last = self.last();
        let text = last["prompt"]["text"].as_str();
        text.unwrap_or_else(|| panic!("{last}")).to_owned()
    }

    /// Whether the answer may be seen.
    pub fn echoes(&self) -> bool {
        self.last()["prompt"]["echo"].as_bool().unwrap()
    }

    /// How it ended, and what the user was told; none while something is asked.
    pub fn ended(&self) -> Option<(String, String)> {
        let last = self.last();
        let decision = last.get("decision")?;
        let messages: Vec<String> = serde_json::from_value(decision["messages"].clone()).unwrap();
        let outcome = decision["outcome"].as_str().unwrap().to_owned();
        Some((outcome, messages.join(" ")))
    }

    /// Chooses what the row with this text offers.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub fn choose(&mut self, row: &str) -> Result<&mut Self, Refusal> {
        let prompt = self.prompt();
        let line = prompt.lines().find(|line| line.ends_with(row));
        let line = line.unwrap_or_else(|| panic!("no {row:?} in {prompt:?}"));
        let (number, _) = line.split_once('.').unwrap();
        self.answer(number)
    }
}

/// What stands in for the helper, where a test has no use for a real account: it answers each call as it is
/// told to, as root.
pub struct PasswordHelper {
    calls: Arc<Mutex<Vec<Value>>>,
}

impl PasswordHelper {
    /// Listens where the host's daemon looks for the helper. `answer` makes a reply of the last part of a
    /// method's name and the parameters; with none, the connection is closed instead.
    pub fn start(
        host: &TestHost,
        answer: impl Fn(&str, &Value) -> Option<Value> + Send + 'static,
    ) -> Self {
        let socket = host.password_socket();
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(socket).unwrap();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&calls);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(call) = read(&mut stream) else {
                    continue;
                };
                seen.lock().unwrap().push(call.clone());
                let method = call["method"].as_str().unwrap();
                let (_, method) = method.rsplit_once('.').unwrap();
                if let Some(reply) = answer(method, &call["parameters"]) {
                    let reply = json!({"parameters": reply});
                    let _ = stream.write_all(format!("{reply}\0").as_bytes());
                }
            }
        });
        Self { calls }
    }

    /// One that sets every password.
    pub fn willing(host: &TestHost) -> Self {
        Self::start(host, |method, _| {
            Some(match method {
                "Check" => json!({"account": "settable"}),
                "SetPassword" => json!({"outcome": "set", "messages": []}),
                _ => json!({"outcome": "unknown"}),
            })
        })
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Value> {
        self.calls.lock().unwrap().clone()
    }

    /// The parameters of the calls of this method so far.
    pub fn calls_of(&self, method: &str) -> Vec<Value> {
        let name = format!("org.secinfo.Password.{method}");
        let calls = self.calls().into_iter();
        calls
            .filter(|call| call["method"] == name.as_str())
            .map(|call| call["parameters"].clone())
            .collect()
    }
}

fn read(stream: &mut UnixStream) -> Option<Value> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while stream.read(&mut byte).ok()? == 1 {
        if byte[0] == 0 {
            return serde_json::from_slice(&bytes).ok();
        }
        bytes.push(byte[0]);
    }
    None
}
