//! What the daemon has said of phones.

use data_encoding::BASE64;
use secinfo_pipush::{Answer, Nonce, PhoneKey, Poll, Posted, Serial, SignedChallenge};
use secinfo_wire::push::{MOST_OPEN, MOST_PHONES, Reply, ToRelay, VERSION};
use std::collections::HashMap;

/// How often a phone may ask, and how often it may answer, in one second.
const MOST_A_SECOND: u32 = 5;

/// Of which length the spans are in which the daemon is told once that a phone asked, in seconds.
const TOLD_EVERY: u64 = 60;

/// What the daemon has said of phones.
#[derive(Default)]
pub(crate) struct Table {
    path: Option<String>,
    is_ready: bool,
    phones: HashMap<Serial, Phone>,
    enrollments: HashMap<Serial, [u8; 32]>,
    /// How many requests are open.
    open: usize,
}

struct Phone {
    key: PhoneKey,
    /// What it asks. One who has seen a poll can repeat it, and must not use up what it may answer.
    asks: Pace,
    /// What it answers.
    answers: Pace,
    /// The span in which the daemon was told last that it asked.
    told: u64,
    /// The request that is open, or was open last.
    request: Option<Request>,
}

struct Request {
    nonce: Nonce,
    /// None once it is not open any more. An answer is then one that is repeated, because the reply to it
    /// was lost.
    open: Option<SignedChallenge>,
}

/// How often a phone does something.
#[derive(Default)]
struct Pace {
    /// The second in which it did it last.
    second: u64,
    /// How often in it.
    times: u32,
}

impl Pace {
    /// Counts one more time at `now`, in Unix seconds; whether that is not too often.
    fn allows(&mut self, now: u64) -> bool {
        if self.second != now {
            (self.second, self.times) = (now, 0);
        }
        self.times += 1;
        self.times <= MOST_A_SECOND
    }
}

/// The daemon has said what it does not say.
#[derive(Debug, thiserror::Error)]
#[error("the daemon speaks another protocol: {0}")]
pub(crate) struct Misunderstood(&'static str);

/// What comes of a poll.
pub(crate) enum Polled<'t> {
    /// The request that is open for the phone, and whether the daemon was told a moment ago that it asks.
    Request {
        request: Option<&'t SignedChallenge>,
        is_told: bool,
    },
    /// The phone asks too often.
    TooMany,
    /// It is not known, or did not sign.
    Unverified,
}

/// What comes of a post.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The daemon decides.
    ToDaemon,
    /// This is replied at once.
    Counted(bool),
    /// It is not known, or did not sign.
    Unverified,
    /// No enrollment waits for it.
    NoEnrollment,
}

impl Table {
    /// The path at which phones ask, once the daemon has said all that stands.
    pub(crate) fn path(&self) -> Option<&str> {
        self.path.as_deref().filter(|_| self.is_ready)
    }

    /// Takes what the daemon says; the reply to a phone, if it is one.
    pub(crate) fn take(&mut self, said: ToRelay) -> Result<Option<(u64, Reply)>, Misunderstood> {
        if self.path.is_none() != matches!(said, ToRelay::Begin { .. }) {
            return Err(Misunderstood("it begins with its version, and once"));
        }
        let unread = |_| Misunderstood("a serial, nonce or key is not one");
        let serial = |text: &str| Serial::parse(text).map_err(unread);
        match said {
            ToRelay::Begin { version, path } => {
                if version != VERSION {
                    return Err(Misunderstood("its version is another"));
                }
                self.path = Some(path);
            }
            ToRelay::Ready => self.is_ready = true,
            ToRelay::Phone { serial: of, key } => {
                bounded(self.phones.len(), MOST_PHONES)?;
                let phone = Phone {
                    key: PhoneKey::parse(&key).map_err(unread)?,
                    asks: Pace::default(),
                    answers: Pace::default(),
                    told: 0,
                    request: None,
                };
                let serial = serial(&of)?;
                self.close_request(&serial);
                self.phones.insert(serial, phone);
            }
            ToRelay::PhoneGone { serial: of } => {
                let serial = serial(&of)?;
                self.close_request(&serial);
                self.phones.remove(&serial);
            }
            ToRelay::Enrollment {
                serial: of,
                credential,
            } => {
                bounded(self.enrollments.len(), MOST_OPEN)?;
                let digest = BASE64.decode(credential.as_bytes()).ok();
                let digest = digest.and_then(|bytes| bytes.try_into().ok());
                let digest = digest.ok_or(Misunderstood("a digest is not one"))?;
                self.enrollments.insert(serial(&of)?, digest);
            }
            ToRelay::EnrollmentGone { serial: of } => {
                self.enrollments.remove(&serial(&of)?);
            }
            ToRelay::Request {
                serial: of,
                nonce,
                challenge,
            } => {
                let serial = serial(&of)?;
                self.close_request(&serial);
                bounded(self.open, MOST_OPEN)?;
                let phone = self.phones.get_mut(&serial);
                let phone = phone.ok_or(Misunderstood("a request is for no phone"))?;
                phone.request = Some(Request {
                    nonce: Nonce::parse(&nonce).map_err(unread)?,
                    open: Some(SignedChallenge::from_json(challenge).map_err(unread)?),
                });
                self.open += 1;
            }
            ToRelay::RequestGone { serial: of } => self.close_request(&serial(&of)?),
            ToRelay::Reply { exchange, reply } => return Ok(Some((exchange, reply))),
        }
        Ok(None)
    }

    fn close_request(&mut self, serial: &Serial) {
        let phone = self.phones.get_mut(serial);
        let request = phone.and_then(|phone| phone.request.as_mut());
        if request.and_then(|request| request.open.take()).is_some() {
            self.open -= 1;
        }
    }

    /// Takes a poll at `now`, in Unix seconds.
    pub(crate) fn poll(&mut self, poll: &Poll, now: u64) -> Polled<'_> {
        let Some(phone) = self.phones.get_mut(&poll.serial) else {
            return Polled::Unverified;
        };
        // Only what the phone signed counts, so that no other can use up what it may ask.
        if poll.verify(&phone.key, now).is_err() {
            return Polled::Unverified;
        }
        if !phone.asks.allows(now) {
            return Polled::TooMany;
        }
        let span = now / TOLD_EVERY;
        let is_told = std::mem::replace(&mut phone.told, span) == span;
        let request = phone.request.as_ref();
        let request = request.and_then(|request| request.open.as_ref());
        Polled::Request { request, is_told }
    }

    /// Takes what a phone posted at `now`, in Unix seconds: only what could count reaches the daemon.
    pub(crate) fn post(&mut self, posted: &Posted, now: u64) -> Taken {
        match posted {
            Posted::Nothing => Taken::Counted(true),
            Posted::Rollout(rollout) => match self.enrollments.get(&rollout.serial) {
                Some(digest) if rollout.shows(digest) => Taken::ToDaemon,
                _ => Taken::NoEnrollment,
            },
            Posted::TokenUpdate(update) => match self.phones.get(&update.serial) {
                Some(phone) if update.verify(&phone.key, now).is_ok() => Taken::Counted(true),
                _ => Taken::Unverified,
            },
            Posted::Answer(answer) => self.answer(answer, now),
        }
    }

    fn answer(&mut self, answer: &Answer, now: u64) -> Taken {
        let Some(phone) = self.phones.get_mut(&answer.serial) else {
            return Taken::Counted(false);
        };
        let asked = phone.request.as_ref();
        let is_asked = asked.is_some_and(|request| request.nonce == answer.nonce);
        if !is_asked || answer.verify(&phone.key).is_err() || !phone.answers.allows(now) {
            return Taken::Counted(false);
        }
        Taken::ToDaemon
    }
}

fn bounded(held: usize, most: usize) -> Result<(), Misunderstood> {
    if held >= most {
        return Err(Misunderstood("it names more than there may be"));
    }
    Ok(())
}
