//! A fake mail server that stops at a chosen point, which a real one cannot do.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// What the server does when it stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtStop {
    /// Keeps the connection open without replying.
    Hang,
    /// Closes the connection.
    Close,
    /// Sends an invalid reply, and closes the connection.
    Garbage,
}

/// The point at which the server stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stop {
    /// It does not greet.
    Greeting,
    /// It does not answer `EHLO`.
    Hello,
    /// It does not answer `MAIL FROM`.
    Mail,
    /// It does not answer `RCPT TO`.
    Recipient,
    /// It does not answer `DATA`.
    Data,
    /// It does not acknowledge the message.
    Dot,
}

/// A server on loopback that handles one connection after the other.
pub(crate) struct FakeMailServer {
    port: u16,
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    ended: bool,
    messages: usize,
    connections: Vec<TcpStream>,
}

impl FakeMailServer {
    pub(crate) fn start(stop: Stop, then: AtStop) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let mut locked = shared.lock().unwrap();
                if locked.ended {
                    return;
                }
                locked.connections.push(stream.try_clone().unwrap());
                drop(locked);
                // An error means that the client closed the connection.
                let _ = serve(stream, stop, then, &shared);
            }
        });
        Self {
            port,
            state,
            thread: Some(thread),
        }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// The number of complete messages received.
    pub(crate) fn messages(&self) -> usize {
        self.state.lock().unwrap().messages
    }
}

fn serve(
    mut stream: TcpStream,
    stop: Stop,
    then: AtStop,
    state: &Mutex<State>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut now = Stop::Greeting;
    loop {
        if now == stop {
            match then {
                AtStop::Hang => {
                    // Until the client or the test closes the connection.
                    while lines.next().transpose()?.is_some() {}
                }
                AtStop::Close => stream.shutdown(Shutdown::Both)?,
                AtStop::Garbage => {
                    stream.write_all(b"I feel like talking.\r\n")?;
                    stream.shutdown(Shutdown::Write)?;
                }
            }
            return Ok(());
        }
        let (reply, next) = match now {
            Stop::Greeting => ("220 scripted.example.org", Stop::Hello),
            Stop::Hello => ("250 scripted.example.org", Stop::Mail),
            Stop::Mail => ("250 go on", Stop::Recipient),
            Stop::Recipient => ("250 go on", Stop::Data),
            Stop::Data => ("354 go on", Stop::Dot),
            Stop::Dot => ("250 taken", Stop::Mail),
        };
        stream.write_all(format!("{reply}\r\n").as_bytes())?;
        now = next;
        if now == Stop::Dot {
            while lines.next().transpose()?.is_some_and(|line| line != ".") {}
            state.lock().unwrap().messages += 1;
        } else if lines.next().transpose()?.is_none() {
            return Ok(());
        }
    }
}

impl Drop for FakeMailServer {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap();
        state.ended = true;
        for connection in state.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
        drop(state);
        // Wakes the listener.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
