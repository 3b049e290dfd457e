//! The helper that talks to security keys, as systemd starts it for the daemon: a process for each connection
//! to its socket; or in its place one that says what a test wants.

use crate::daemon::binary;
use crate::host::TestHost;
use secinfo_test_key::Ports;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// The helper's socket, with what listens there.
pub struct KeyHelper {
    requests: Arc<AtomicUsize>,
    /// How many there are now, and were at once.
    at_once: Arc<[AtomicUsize; 2]>,
}

impl KeyHelper {
    /// The helper itself, where keys are plugged into these ports.
    pub fn at(host: &TestHost, ports: &Ports) -> Self {
        let wrapper = ports.wrapper();
        Self::listening(host, move |stream| {
            let mut command = Command::new(&wrapper[0]);
            command.args(&wrapper[1..]).arg(binary("secinfo-key"));
            let stdin = Stdio::from(OwnedFd::from(stream));
            let mut child = command.stdin(stdin).stdout(Stdio::null()).spawn().unwrap();
            // What is left of the command would hold the connection open.
            drop(command);
            child.wait().unwrap();
        })
    }

    /// One that says this to every request, and closes the connection.
    pub fn saying(host: &TestHost, words: &'static str) -> Self {
        Self::saying_after(host, Duration::ZERO, words)
    }

    /// The same after a while.
    pub fn saying_after(host: &TestHost, pause: Duration, words: &'static str) -> Self {
        Self::listening(host, move |mut stream| {
            let mut request = String::new();
            let mut input = BufReader::new(stream.try_clone().unwrap());
            input.read_line(&mut request).unwrap();
            thread::sleep(pause);
            // The daemon may have given it up.
            let _ = stream.write_all(words.as_bytes());
        })
    }

    fn listening(host: &TestHost, serve: impl Fn(UnixStream) + Send + Sync + 'static) -> Self {
        let listener = UnixListener::bind(host.key_socket()).unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        let serve = Arc::new(serve);
        let at_once = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let served = Arc::clone(&at_once);
        // It ends with the test.
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                counted.fetch_add(1, Ordering::SeqCst);
                let (serve, served) = (Arc::clone(&serve), Arc::clone(&served));
                thread::spawn(move || {
                    let [now, most] = &*served;
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    serve(stream);
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { requests, at_once }
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// The most requests that there were at once.
    pub fn most_at_once(&self) -> usize {
        self.at_once[1].load(Ordering::SeqCst)
    }
}
