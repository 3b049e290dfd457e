//! CTAPHID (CTAP 2.1, 11.2): the frames in which a key is talked to over a line of reports.

use crate::authenticator::{Authenticator, Touch, shortened};
use crate::credential::random;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The length of a frame.
pub(crate) const FRAME: usize = 64;
const FIRST: usize = FRAME - 7;
const FOLLOWING: usize = FRAME - 5;

const EVERYONE: [u8; 4] = [0xFF; 4];
const PING: u8 = 0x81;
const INIT: u8 = 0x86;
const CBOR: u8 = 0x90;
const CANCEL: u8 = 0x91;
const KEEPALIVE: u8 = 0xBB;
const ERROR: u8 = 0xBF;

const PROCESSING: u8 = 1;
const TOUCH_WANTED: u8 = 2;
const INVALID_COMMAND: u8 = 1;
const CHANNEL_BUSY: u8 = 6;
const INVALID_CHANNEL: u8 = 0x0B;

/// How often a key that works or waits says so.
const BEAT: Duration = Duration::from_millis(100);
/// How long a key waits for a touch.
const PATIENCE: Duration = Duration::from_secs(30);

/// One frame.
pub(crate) type Frame = [u8; FRAME];

/// What carries frames between a key and a host.
pub(crate) trait Line {
    /// Sends one to the host; false when there is none any more.
    fn send(&mut self, frame: &Frame) -> bool;
    /// Receives one from the host.
    fn receive(&mut self, within: Duration) -> Received;
}

/// What has come from the host.
pub(crate) enum Received {
    Frame(Frame),
    Nothing,
    Gone,
}

/// When its owner touches the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// As soon as it waits for it.
    Touches,
    /// After a while.
    TouchesAfter(Duration),
    /// Not at all.
    IsAway,
}

/// What is wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It says nothing.
    Silent,
    /// It takes a while for each command.
    Slow(Duration),
    /// It works on and on, and does not give up when it is told to.
    EndlessKeepalive,
    /// It promises more than it sends.
    LyingLength,
    /// It promises more than there is room for.
    LengthWithoutBounds,
    /// Its frames stand between those of another program.
    ForeignChannel,
    /// Its authenticator data have ten bytes.
    ShortAuthenticatorData,
    /// It answers with what is no CBOR.
    Garbage,
    /// Another program uses it.
    Busy,
    /// It is unplugged as soon as it waits for a touch.
    UnpluggedInTouch,
}

/// A key, and what happens to it.
pub struct Plugged {
    /// The key.
    pub key: Authenticator,
    /// Its owner.
    pub owner: Owner,
    /// What is wrong with it.
    pub fault: Option<Fault>,
    /// How often it was touched, or waited for a touch in vain.
    pub touches_wanted: usize,
    /// The commands that it was given, by their numbers in CTAP.
    pub commands: Vec<u8>,
    unplugged: bool,
}

impl Plugged {
    /// A key that works, and is touched whenever it waits for it.
    pub fn new(key: Authenticator) -> Self {
        Self {
            key,
            owner: Owner::Touches,
            fault: None,
            touches_wanted: 0,
            commands: Vec::new(),
            unplugged: false,
        }
    }

    /// Unplugs it.
    pub fn unplug(&mut self) {
        self.unplugged = true;
    }

    /// Plugs it in again.
    pub(crate) fn plug_again(&mut self) {
        self.key.replug();
        self.unplugged = false;
    }
}

/// A key that several threads use: the one that serves it, and those of a test.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Plugged>>);

impl Shared {
    pub(crate) fn new(key: Authenticator) -> Self {
        Self(Arc::new(Mutex::new(Plugged::new(key))))
    }

    /// The key.
    pub fn lock(&self) -> MutexGuard<'_, Plugged> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves a key on a line until it is unplugged.
pub(crate) fn serve(shared: &Shared, line: &mut dyn Line) {
    let mut server = Server {
        shared,
        line,
        partial: HashMap::new(),
        gone: false,
    };
    while !server.gone && !shared.lock().unplugged {
        match server.line.receive(BEAT) {
            Received::Frame(frame) => server.take(&frame),
            Received::Nothing => {}
            Received::Gone => break,
        }
    }
}

struct Server<'a> {
    shared: &'a Shared,
    line: &'a mut dyn Line,
    /// What has come of a message on each channel, and how much is missing.
    partial: HashMap<[u8; 4], (u8, Vec<u8>, usize)>,
    gone: bool,
}

fn channel_of(frame: &Frame) -> [u8; 4] {
    frame[..4].try_into().unwrap()
}

impl Server<'_> {
    fn fault(&self) -> Option<Fault> {
        self.shared.lock().fault
    }

    fn take(&mut self, frame: &Frame) {
        let channel = channel_of(frame);
        if self.fault() == Some(Fault::Silent) {
            return;
        }
        if frame[4] & 0x80 == 0 {
            let Some((_, message, missing)) = self.partial.get_mut(&channel) else {
                return;
            };
            let part = FOLLOWING.min(*missing);
            message.extend(&frame[5..5 + part]);
            *missing -= part;
        } else {
            let length = usize::from(u16::from_be_bytes([frame[5], frame[6]]));
            let part = FIRST.min(length);
            let message = frame[7..7 + part].to_vec();
            self.partial
                .insert(channel, (frame[4], message, length - part));
        }
        if self.partial[&channel].2 == 0 {
            let (command, message, _) = self.partial.remove(&channel).unwrap();
            self.message(channel, command, &message);
        }
    }

    fn message(&mut self, channel: [u8; 4], command: u8, message: &[u8]) {
        match command {
            INIT => {
                let given = if channel == EVERYONE {
                    random()
                } else {
                    channel
                };
                let nonce = message.get(..8).unwrap_or(&[0; 8]);
                // Version 2 of the protocol; CBOR, and no messages of U2F.
                let answer = [nonce, &given, &[2, 1, 0, 0, 0x0C]].concat();
                self.answer(channel, INIT, &answer);
            }
            CANCEL => {}
            _ if channel == EVERYONE => self.answer(channel, ERROR, &[INVALID_CHANNEL]),
            PING => self.answer(channel, PING, message),
            CBOR => self.cbor(channel, message),
            _ => self.answer(channel, ERROR, &[INVALID_COMMAND]),
        }
    }

    fn cbor(&mut self, channel: [u8; 4], message: &[u8]) {
        if let Some(command) = message.first() {
            self.shared.lock().commands.push(*command);
        }
        match self.fault() {
            Some(Fault::Busy) => return self.answer(channel, ERROR, &[CHANNEL_BUSY]),
            Some(Fault::Slow(pause)) => thread::sleep(pause),
            Some(Fault::EndlessKeepalive) => {
                while !self.gone && self.fault().is_some() {
                    self.answer(channel, KEEPALIVE, &[PROCESSING]);
                    thread::sleep(BEAT);
                }
                return;
            }
            _ => {}
        }
        // The key is out of its place meanwhile, so that a test may look at the rest.
        let mut key = std::mem::take(&mut self.shared.lock().key);
        let mut answer = key.command(message, &mut || self.touch(channel));
        self.shared.lock().key = key;
        match self.fault() {
            Some(Fault::ShortAuthenticatorData)
                if answer.len() > 1 && matches!(message[0], 1 | 2) =>
            {
                answer = [&answer[..1], &shortened(&answer[1..])].concat();
            }
            Some(Fault::Garbage) => answer = vec![0, 0xA1, 0x01, 0x7B],
            _ => {}
        }
        self.answer(channel, CBOR, &answer);
    }

    /// Waits for the owner.
    fn touch(&mut self, channel: [u8; 4]) -> Touch {
        let began = Instant::now();
        let owner = {
            let mut plugged = self.shared.lock();
            plugged.touches_wanted += 1;
            plugged.owner
        };
        loop {
            self.answer(channel, KEEPALIVE, &[TOUCH_WANTED]);
            {
                let mut plugged = self.shared.lock();
                if plugged.fault == Some(Fault::UnpluggedInTouch) {
                    plugged.unplugged = true;
                }
                if plugged.unplugged || self.gone {
                    self.gone = true;
                    return Touch::Late;
                }
            }
            let is_touched = match owner {
                Owner::Touches => true,
                Owner::TouchesAfter(after) => began.elapsed() >= after,
                Owner::IsAway => false,
            };
            if is_touched {
                return Touch::Given;
            }
            if began.elapsed() > PATIENCE {
                return Touch::Late;
            }
            match self.line.receive(BEAT) {
                Received::Frame(frame) if channel_of(&frame) == channel => {
                    if frame[4] == CANCEL {
                        return Touch::Cancelled;
                    }
                }
                Received::Frame(frame) if frame[4] == INIT => {
                    self.take(&frame);
                }
                Received::Frame(frame) if frame[4] & 0x80 != 0 => {
                    self.answer(channel_of(&frame), ERROR, &[CHANNEL_BUSY]);
                }
                Received::Frame(_) | Received::Nothing => {}
                Received::Gone => self.gone = true,
            }
        }
    }

    fn answer(&mut self, channel: [u8; 4], command: u8, message: &[u8]) {
        if self.gone {
            return;
        }
        let fault = self.fault();
        if fault == Some(Fault::ForeignChannel) {
            self.send([1, 2, 3, 4], CBOR, &[0x2E], 1);
            self.send([1, 2, 3, 4], KEEPALIVE, &[PROCESSING], 1);
        }
        let promised = match fault {
            Some(Fault::LyingLength) if command == CBOR => 7000,
            Some(Fault::LengthWithoutBounds) if command == CBOR => 0xFFFF,
            _ => message.len(),
        };
        self.send(channel, command, message, promised);
    }

    fn send(&mut self, channel: [u8; 4], command: u8, message: &[u8], promised: usize) {
        let mut frame = [0; FRAME];
        frame[..4].copy_from_slice(&channel);
        frame[4] = command;
        frame[5..7].copy_from_slice(&u16::try_from(promised).unwrap().to_be_bytes());
        let (first, rest) = message.split_at(FIRST.min(message.len()));
        frame[7..7 + first.len()].copy_from_slice(first);
        self.gone |= !self.line.send(&frame);
        for (number, part) in rest.chunks(FOLLOWING).enumerate() {
            let mut frame = [0; FRAME];
            frame[..4].copy_from_slice(&channel);
            frame[4] = u8::try_from(number).unwrap();
            frame[5..5 + part.len()].copy_from_slice(part);
            self.gone |= !self.line.send(&frame);
        }
    }
}
