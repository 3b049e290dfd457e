//! What stands between this host and phones: those that are enrolled, enrollments that wait for one, and
//! requests. The relay is told all of it when it is connected to, and then what changes.

use super::asked::Asked;
use super::registration::Registration;
use super::request::{NewRequest, PhoneRequest};
use crate::core::ServiceError;
use secinfo_domain::{ApprovalId, MethodId, Purpose, Timestamp, UserId};
use secinfo_pipush::{Address, Nonce, PhoneKey, Poll, Serial, SignedChallenge};
use secinfo_wire::push::{MOST_OPEN, MOST_PHONES, ToRelay, VERSION};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use tokio::sync::{Notify, mpsc};

/// How many lines may wait for a relay that is slow. One that does not keep up is connected to anew.
const MOST_WAITING: usize = 4096;

/// What stands between this host and phones.
pub(crate) struct Phones {
    path: String,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    phones: HashMap<Serial, Phone>,
    enrolled: BTreeMap<(UserId, MethodId), Serial>,
    /// With the SHA-256 of the credential of each.
    enrollments: HashMap<Serial, ([u8; 32], Weak<Registration>)>,
    requests: HashMap<Nonce, Arc<Asked>>,
    /// The request of each phone that the relay shows.
    open: HashMap<Serial, (Nonce, SignedChallenge)>,
    relay: Option<Relay>,
}

/// The connection to the relay.
#[derive(Clone)]
struct Relay {
    says: mpsc::Sender<ToRelay>,
    /// Told where the relay does not keep up.
    ended: Arc<Notify>,
}

/// What the relay is told: all that stands, and what changes from then on.
pub(super) struct Connection {
    pub(super) all: Vec<ToRelay>,
    pub(super) changes: mpsc::Receiver<ToRelay>,
    /// For replies, which belong to this connection.
    pub(super) says: mpsc::Sender<ToRelay>,
    /// Told where the relay does not keep up.
    pub(super) ended: Arc<Notify>,
}

struct Phone {
    key: Arc<PhoneKey>,
    owner: PhoneOwner,
    /// When it asked last, as far as this daemon knows.
    seen: Option<Timestamp>,
}

/// Whose a phone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhoneOwner {
    /// That of an enrollment.
    Enrollment,
    /// A method of a user.
    Method(UserId, MethodId),
}

impl Phones {
    /// None yet, of a host at this address.
    pub(crate) fn new(address: &Address) -> Self {
        Self {
            path: address.path().to_owned(),
            held: Mutex::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held
            .lock()
            .expect("nothing panics while it holds the phones")
    }

    /// Begins a connection to the relay: what it is told first, and what it is told from then on.
    pub(super) fn connect(&self) -> Connection {
        let (says, changes) = mpsc::channel(MOST_WAITING);
        let ended = Arc::new(Notify::new());
        let mut held = self.held();
        let mut all = vec![ToRelay::Begin {
            version: VERSION,
            path: self.path.clone(),
        }];
        all.extend(held.phones.iter().map(|(serial, phone)| phone.said(serial)));
        let enrollments = held.enrollments.iter();
        all.extend(enrollments.map(|(serial, (digest, _))| expected(serial, digest)));
        let open = held.open.iter();
        all.extend(open.map(|(serial, (nonce, challenge))| request(serial, nonce, challenge)));
        all.push(ToRelay::Ready);
        held.relay = Some(Relay {
            says: says.clone(),
            ended: Arc::clone(&ended),
        });
        Connection {
            all,
            changes,
            says,
            ended,
        }
    }

    /// The connection has ended.
    pub(super) fn disconnect(&self) {
        self.held().relay = None;
    }

    /// Whether the relay is there.
    pub(crate) fn is_connected(&self) -> bool {
        self.held().relay.is_some()
    }

    /// How many phones are enrolled.
    pub(crate) fn count(&self) -> usize {
        self.held().enrolled.len()
    }

    /// How many requests are open.
    pub(crate) fn count_open(&self) -> usize {
        self.held().open.len()
    }

    /// When the phone of a method asked last, as far as this daemon knows.
    pub(crate) fn seen(&self, user: UserId, method: MethodId) -> Option<Timestamp> {
        let held = self.held();
        let serial = held.enrolled.get(&(user, method))?;
        held.phones.get(serial)?.seen
    }

    /// Takes note of a phone. One that is known is left as it is, but for whose it is.
    pub(crate) fn add(
        &self,
        serial: &Serial,
        key: &Arc<PhoneKey>,
        owner: PhoneOwner,
    ) -> Result<(), ServiceError> {
        let mut held = self.held();
        if let PhoneOwner::Method(user, method) = owner {
            held.enrolled.insert((user, method), serial.clone());
        }
        match held.phones.get_mut(serial) {
            Some(known) if known.key == *key => {
                if owner != PhoneOwner::Enrollment {
                    known.owner = owner;
                }
                return Ok(());
            }
            _ => {}
        }
        if !held.phones.contains_key(serial) && held.phones.len() >= MOST_PHONES {
            return Err(ServiceError::LimitsExceeded);
        }
        let phone = Phone {
            key: Arc::clone(key),
            owner,
            seen: None,
        };
        held.say(phone.said(serial));
        held.phones.insert(serial.clone(), phone);
        Ok(())
    }

    /// The phones of the methods of a user that are no more are forgotten.
    pub(crate) fn keep(&self, user: UserId, is_there: impl Fn(MethodId) -> bool) {
        let mut held = self.held();
        let all = MethodId::from_bytes([0; 16])..=MethodId::from_bytes([0xff; 16]);
        let (first, last) = ((user, *all.start()), (user, *all.end()));
        let gone: Vec<_> = held
            .enrolled
            .range(first..=last)
            .filter(|((_, method), _)| !is_there(*method))
            .map(|(owner, serial)| (*owner, serial.clone()))
            .collect();
        for (owner, serial) in gone {
            held.enrolled.remove(&owner);
            held.forget(&serial);
        }
    }

    /// The users who have phones, as far as is known.
    pub(crate) fn users(&self) -> Vec<UserId> {
        let mut users: Vec<_> = self.held().enrolled.keys().map(|(user, _)| *user).collect();
        users.dedup();
        users
    }

    /// Waits for the phone of an enrollment.
    pub(crate) fn expect(
        self: &Arc<Self>,
        registration: &Arc<Registration>,
    ) -> Result<(), ServiceError> {
        let mut held = self.held();
        if held.enrollments.len() >= MOST_OPEN {
            return Err(ServiceError::LimitsExceeded);
        }
        let serial = registration.serial().clone();
        let digest = *registration.digest();
        held.say(expected(&serial, &digest));
        held.enrollments
            .insert(serial, (digest, Arc::downgrade(registration)));
        drop(held);
        registration.wait_at(Arc::clone(self));
        Ok(())
    }

    /// The enrollment that waits for the phone with this serial.
    pub(crate) fn registration(&self, serial: &Serial) -> Option<Arc<Registration>> {
        let held = self.held();
        let (_, registration) = held.enrollments.get(serial)?;
        registration.upgrade()
    }

    /// No phone can be registered with this serial any more. One that was, and is no method, is forgotten.
    pub(crate) fn end_enrollment(&self, serial: &Serial) {
        let mut held = self.held();
        if held.enrollments.remove(serial).is_some() {
            held.say(ToRelay::EnrollmentGone {
                serial: serial.as_str().to_owned(),
            });
        }
        let phone = held.phones.get(serial);
        if phone.is_some_and(|phone| phone.owner == PhoneOwner::Enrollment) {
            held.forget(serial);
        }
    }

    /// Whether one more request can be open. Those of resets, which strangers ask for, leave half of the room.
    pub(crate) fn expect_room(&self, purpose: Purpose) -> Result<(), ServiceError> {
        let most = match purpose {
            Purpose::SignIn => MOST_OPEN,
            Purpose::PasswordReset => MOST_OPEN / 2,
        };
        if self.held().open.len() >= most {
            return Err(ServiceError::LimitsExceeded);
        }
        Ok(())
    }

    /// Opens a request to a phone that was [added](Self::add): from now on the phone can see it.
    pub(crate) fn open(
        self: &Arc<Self>,
        new: NewRequest,
        challenge: SignedChallenge,
        asked: impl FnOnce(Weak<PhoneRequest>) -> Asked,
    ) -> Result<Arc<PhoneRequest>, ServiceError> {
        let nonce = new.nonce.clone();
        let opened = Arc::new(PhoneRequest::new(new, Arc::clone(self)));
        let asked = asked(Arc::downgrade(&opened));
        let serial = asked.serial.clone();
        let mut held = self.held();
        // The request is dropped after what is held, which it would take.
        let refused = if !held.phones.contains_key(&serial) {
            Some(ServiceError::PushUnavailable)
        } else if held.open.len() >= MOST_OPEN {
            Some(ServiceError::LimitsExceeded)
        } else {
            None
        };
        if let Some(refused) = refused {
            drop(held);
            return Err(refused);
        }
        held.say(request(&serial, &nonce, &challenge));
        held.open.insert(serial, (nonce.clone(), challenge));
        held.requests.insert(nonce, Arc::new(asked));
        drop(held);
        Ok(opened)
    }

    /// The request with this nonce, whatever has become of it.
    pub(crate) fn asked(&self, nonce: &Nonce) -> Option<Arc<Asked>> {
        self.held().requests.get(nonce).cloned()
    }

    /// Whether a session still holds this request.
    pub(crate) fn is_held(&self, approval: ApprovalId) -> bool {
        let held = self.held();
        held.requests
            .values()
            .any(|asked| asked.approval == approval && asked.request.strong_count() > 0)
    }

    /// No phone sees the request any more.
    pub(crate) fn close(&self, nonce: &Nonce) {
        let mut held = self.held();
        let Some(asked) = held.requests.get(nonce) else {
            return;
        };
        let serial = asked.serial.clone();
        // Another may be open by now.
        if held
            .open
            .get(&serial)
            .is_some_and(|(open, _)| open == nonce)
        {
            held.open.remove(&serial);
            held.say(ToRelay::RequestGone {
                serial: serial.as_str().to_owned(),
            });
        }
    }

    /// The request is over for good: no answer to it is known again.
    pub(crate) fn forget_request(&self, nonce: &Nonce) {
        self.close(nonce);
        self.held().requests.remove(nonce);
    }

    /// A phone asked for its requests at `now`, if it has signed that.
    pub(super) fn polled(&self, query: &str, now: Timestamp) {
        let Ok(poll) = Poll::read(query) else {
            return;
        };
        let key = |held: &Held| Some(Arc::clone(&held.phones.get(&poll.serial)?.key));
        let Some(key) = key(&self.held()) else {
            return;
        };
        if poll.verify(&key, now.as_seconds()).is_ok()
            && let Some(phone) = self.held().phones.get_mut(&poll.serial)
        {
            phone.seen = Some(now);
        }
    }

    /// The key of the phone with this serial.
    pub(crate) fn key(&self, serial: &Serial) -> Option<Arc<PhoneKey>> {
        let held = self.held();
        held.phones.get(serial).map(|phone| Arc::clone(&phone.key))
    }
}

impl Held {
    /// Tells the relay, if it is there.
    fn say(&mut self, said: ToRelay) {
        if let Some(relay) = &self.relay
            && relay.says.try_send(said).is_err()
        {
            tracing::warn!(
                "the process that phones talk to does not keep up: it is connected to anew"
            );
            relay.ended.notify_one();
            self.relay = None;
        }
    }

    fn forget(&mut self, serial: &Serial) {
        self.open.remove(serial);
        if self.phones.remove(serial).is_some() {
            self.say(ToRelay::PhoneGone {
                serial: serial.as_str().to_owned(),
            });
        }
    }
}

impl Phone {
    fn said(&self, serial: &Serial) -> ToRelay {
        ToRelay::Phone {
            serial: serial.as_str().to_owned(),
            key: data_encoding::BASE64.encode(self.key.as_der()),
        }
    }
}

fn expected(serial: &Serial, digest: &[u8; 32]) -> ToRelay {
    ToRelay::Enrollment {
        serial: serial.as_str().to_owned(),
        credential: data_encoding::BASE64.encode(digest),
    }
}

fn request(serial: &Serial, nonce: &Nonce, challenge: &SignedChallenge) -> ToRelay {
    ToRelay::Request {
        serial: serial.as_str().to_owned(),
        nonce: nonce.as_str().to_owned(),
        challenge: challenge.as_json().to_owned(),
    }
}
