//! A port of another machine, whose kernel simulates the device (`/dev/uhid`; the events are those of
//! `linux/uhid.h`). A stream carries them there and back, each as long as the longest.

use crate::authenticator::Authenticator;
use crate::hid::{FRAME, Frame, Line, Received, Shared, serve};
use crate::ports::DESCRIPTOR;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The length of an event (`struct uhid_event`).
pub const EVENT: usize = 4 + 128 + 64 + 64 + 2 + 2 + 4 * 4 + 4096;

const DESTROY: u32 = 1;
const STOP: u32 = 3;
const OUTPUT: u32 = 6;
const CREATE: u32 = 11;
const INPUT: u32 = 12;

/// `BUS_USB`.
const USB: u16 = 3;

/// A port of another machine, into which one key at a time is plugged.
pub struct MachinePort {
    stream: UnixStream,
    plugged: Option<InPort>,
}

struct InPort {
    key: Shared,
    name: String,
    thread: Option<JoinHandle<()>>,
}

impl MachinePort {
    /// The port at the other end of a stream.
    pub const fn new(stream: UnixStream) -> Self {
        Self {
            stream,
            plugged: None,
        }
    }

    /// Plugs a key in, which says that this is its name.
    pub fn plug(&mut self, key: Authenticator, name: &str) -> Shared {
        self.unplug();
        let key = Shared::new(key);
        self.serve(key.clone(), name.to_owned());
        key
    }

    /// Pulls out what is plugged in.
    pub fn unplug(&mut self) {
        if let Some(in_port) = &mut self.plugged {
            in_port.end();
        }
    }

    /// Pulls the last key out, if that has not happened yet, and plugs it in again.
    pub fn plug_again(&mut self) -> Shared {
        let pulled = self.plugged.take().expect("a key was plugged in");
        let (key, name) = (pulled.key.clone(), pulled.name.clone());
        drop(pulled);
        key.lock().plug_again();
        self.serve(key.clone(), name);
        key
    }

    fn serve(&mut self, key: Shared, name: String) {
        let mut line = Uhid {
            stream: self.stream.try_clone().unwrap(),
            partial: Vec::new(),
        };
        line.create(&name);
        let served = key.clone();
        let thread = thread::spawn(move || {
            serve(&served, &mut line);
            line.destroy();
        });
        self.plugged = Some(InPort {
            key,
            name,
            thread: Some(thread),
        });
    }
}

impl InPort {
    fn end(&mut self) {
        self.key.lock().unplug();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for InPort {
    fn drop(&mut self) {
        self.end();
    }
}

struct Uhid {
    stream: UnixStream,
    /// What has come of an event.
    partial: Vec<u8>,
}

impl Uhid {
    fn create(&mut self, name: &str) {
        let mut about = Vec::new();
        for (text, length) in [(name, 128), ("", 64), ("", 64)] {
            about.extend(text.as_bytes());
            about.resize(about.len() + length - text.len(), 0);
        }
        let length = u16::try_from(DESCRIPTOR.len()).unwrap();
        about.extend([length, USB].map(u16::to_ne_bytes).as_flattened());
        // Vendor, product, version and country.
        about.extend([0; 4 * 4]);
        about.extend(DESCRIPTOR);
        assert!(self.tell(CREATE, &about), "the machine is gone");
    }

    /// Waits until the kernel has no such device any more, or is gone itself.
    fn destroy(&mut self) {
        let mut is_there = self.tell(DESTROY, &[]);
        while is_there {
            is_there = match self.event(Duration::from_secs(1)) {
                Ok(event) => event.is_none_or(|(kind, _)| kind != STOP),
                Err(_) => false,
            };
        }
    }

    fn tell(&mut self, kind: u32, data: &[u8]) -> bool {
        let mut event = [&kind.to_ne_bytes(), data].concat();
        event.resize(EVENT, 0);
        self.stream.write_all(&event).is_ok()
    }

    /// The next event; none when none has come in this time.
    fn event(&mut self, within: Duration) -> std::io::Result<Option<(u32, Vec<u8>)>> {
        self.stream.set_read_timeout(Some(within))?;
        while self.partial.len() < EVENT {
            let mut bytes = [0; EVENT];
            let missing = EVENT - self.partial.len();
            match self.stream.read(&mut bytes[..missing]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.partial.extend(&bytes[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        let data = self.partial.split_off(4);
        let kind = std::mem::take(&mut self.partial);
        let kind = u32::from_ne_bytes(kind.try_into().unwrap());
        Ok(Some((kind, data)))
    }
}

impl Line for Uhid {
    fn send(&mut self, frame: &Frame) -> bool {
        let length = u16::try_from(FRAME).unwrap().to_ne_bytes();
        self.tell(INPUT, &[&length[..], frame].concat())
    }

    fn receive(&mut self, within: Duration) -> Received {
        match self.event(within) {
            // A report's number comes before it.
            Ok(Some((OUTPUT, data))) => Received::Frame(data[1..=FRAME].try_into().unwrap()),
            Ok(_) => Received::Nothing,
            Err(_) => Received::Gone,
        }
    }
}
