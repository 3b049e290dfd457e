//! Requests to approve on phones: sent to a phone for a session, and answered by the phone.

mod doorbell;
mod enrolling;
mod posted;
mod start;
mod texts;
mod waiting;

use super::deliveries::Deliveries;
use super::notices::Notices;
use crate::core::{Core, Person, Requester, ServiceError, random_id};
use crate::messages::Language;
use crate::methods::payload::MethodPayload;
use crate::push::{Asked, Asks, NewRequest, Occasion, PhoneOwner, PhoneRequest, Phones};
use doorbell::Doorbell;
use secinfo_domain::event::Fact;
use secinfo_domain::state::Method;
use secinfo_domain::{Action, ApprovalId, MethodId, Purpose, Refusal, Timestamp, UserId};
use secinfo_pipush::{Address, Challenge, HostKey, Nonce, PhoneKey, Serial};
use secinfo_wire::names::push_state;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;
use texts::Texts;
use tokio::time::sleep;

/// How long an answer is known again after a request has ended: its reply may have been lost.
const KNOWN_AGAIN: Duration = Duration::from_secs(20);

/// Sends requests to phones, and takes their answers.
pub struct Approvals {
    core: Arc<Core>,
    notices: Arc<Notices>,
    doorbell: Doorbell,
    /// None where push is off.
    host: Option<Host>,
    waiting: Mutex<Vec<UserId>>,
}

/// What a host has where push is on.
struct Host {
    address: Address,
    socket: PathBuf,
    phones: Arc<Phones>,
    /// Made when push is switched on, in a thread of its own.
    key: OnceLock<Arc<HostKey>>,
}

/// The newest request that a session has sent: it alone is good. It is withdrawn when the session ends.
#[derive(Default)]
pub(super) struct Requests(Mutex<Option<Arc<PhoneRequest>>>);

impl Requests {
    /// The newest request, if it went to the phone of this method.
    pub(super) fn to(&self, method: MethodId) -> Option<Arc<PhoneRequest>> {
        self.lock()
            .clone()
            .filter(|request| request.method() == Some(method))
    }

    /// The newest request.
    pub(super) fn newest(&self) -> Option<Arc<PhoneRequest>> {
        self.lock().clone()
    }

    /// Withdraws it.
    pub(super) fn end(&self) {
        let ended = self.lock().take();
        drop(ended);
    }

    pub(super) fn put(&self, request: Arc<PhoneRequest>) {
        // The one before it is withdrawn after the lock.
        let before = self.lock().replace(request);
        drop(before);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<PhoneRequest>>> {
        lock(&self.0)
    }
}

/// What is asked of a user on a phone.
pub(super) struct Question<'q> {
    /// The user.
    pub(super) person: &'q Person,
    /// Who asks, and for which service.
    pub(super) by: &'q Requester,
    /// What for.
    pub(super) purpose: Purpose,
    /// From where the user asks, such as the address of a client; empty for this host.
    pub(super) origin: &'q str,
    /// Whether the user chooses a number on the phone, and types no code.
    pub(super) number: bool,
    /// The language of what the phone shows.
    pub(super) language: Language,
}

impl Question<'_> {
    /// Whether a program that runs as the user asks, and not the host.
    fn is_own(&self) -> bool {
        self.by.uid != 0 && self.purpose == Purpose::SignIn
    }

    /// What is told of it where it is declined.
    fn occasion(&self, is_test: bool) -> Occasion {
        match self.purpose {
            _ if is_test => Occasion::Test,
            Purpose::PasswordReset => Occasion::PasswordReset,
            Purpose::SignIn if self.is_own() => Occasion::OwnProgram,
            Purpose::SignIn => Occasion::SignIn {
                service: self.by.service.clone(),
                origin: self.origin.to_owned(),
            },
        }
    }
}

impl Approvals {
    pub(super) fn new(
        core: Arc<Core>,
        notices: Arc<Notices>,
        deliveries: Arc<Deliveries>,
        socket: PathBuf,
    ) -> Self {
        let host = core.settings().push.map(|address| Host {
            phones: Arc::new(Phones::new(&address)),
            address,
            socket,
            key: OnceLock::new(),
        });
        Self {
            core,
            notices,
            doorbell: Doorbell::new(deliveries),
            host,
            waiting: Mutex::default(),
        }
    }

    /// Whether push is on.
    pub fn is_on(&self) -> bool {
        self.host.is_some()
    }

    /// How push stands: one of [`push_state`].
    pub fn state(&self) -> &'static str {
        match &self.host {
            None => push_state::OFF,
            Some(host) if host.key.get().is_none() => push_state::MAKING_KEY,
            Some(host) if !host.phones.is_connected() => push_state::UNREACHABLE,
            Some(_) => push_state::READY,
        }
    }

    /// Where phones ask; none where push is off.
    pub fn address(&self) -> Option<&Address> {
        self.host.as_ref().map(|host| &host.address)
    }

    /// How many requests are open; none where push is off.
    pub fn open(&self) -> usize {
        self.host
            .as_ref()
            .map_or(0, |host| host.phones.count_open())
    }

    /// How many phones are enrolled; none where push is off.
    pub fn phones(&self) -> usize {
        self.host.as_ref().map_or(0, |host| host.phones.count())
    }

    /// Refuses where no requests can be sent to phones now.
    pub(super) fn expect_ready(&self) -> Result<(), ServiceError> {
        self.ready().map(|_| ())
    }

    fn ready(&self) -> Result<(&Host, &Arc<HostKey>), ServiceError> {
        let host = self.host.as_ref().ok_or(ServiceError::NoPush)?;
        let key = host.key.get().filter(|_| host.phones.is_connected());
        Ok((host, key.ok_or(ServiceError::PushUnavailable)?))
    }

    /// Sends a request to the phone of this method. It is in the log before it leaves, and is withdrawn when
    /// what is returned is dropped.
    pub(super) async fn ask(
        &self,
        method: &Method,
        question: Question<'_>,
    ) -> Result<Arc<PhoneRequest>, ServiceError> {
        let (serial, key) = phone_of(&self.core, method)?;
        let owner = PhoneOwner::Method(question.person.id, method.id());
        self.send(Some(method.id()), (serial, key), owner, question)
            .await
    }

    async fn send(
        &self,
        method: Option<MethodId>,
        (serial, key): (Serial, Arc<PhoneKey>),
        owner: PhoneOwner,
        question: Question<'_>,
    ) -> Result<Arc<PhoneRequest>, ServiceError> {
        let (host, host_key) = self.ready()?;
        host.phones.expect_room(question.purpose)?;
        let Texts {
            title,
            text,
            below_code,
        } = Texts::of(&question, method.is_none(), &self.core.settings().host);
        let approval = ApprovalId::from_bytes(random_id()?);
        let action = Action::RequestApproval {
            approval,
            method,
            purpose: question.purpose,
            replaces: self.abandoned(host, &question),
        };
        let events = self
            .notices
            .commit(question.person, question.by, action, Vec::new())
            .await?;
        let expires = events.iter().find_map(|event| match &event.fact {
            Fact::ApprovalRequested(fact) => Some(fact.expires),
            _ => None,
        });
        let expires = expires.ok_or_else(|| {
            ServiceError::Internal("a request was decided without its event".to_owned())
        })?;
        let asks = if question.number {
            Asks::number()?
        } else {
            Asks::code()?
        };
        let nonce = Nonce::new(random_id()?);
        let new = NewRequest {
            id: approval,
            method,
            asks,
            expires,
            nonce: nonce.clone(),
        };
        // Some milliseconds.
        let signing = {
            let (host_key, address) = (Arc::clone(host_key), host.address.clone());
            let (nonce, serial) = (nonce.clone(), serial.clone());
            let options = new.asks.options().to_vec();
            move || {
                Challenge {
                    nonce: &nonce,
                    serial: &serial,
                    address: &address,
                    title: &title,
                    question: &text,
                    options: &options,
                }
                .sign(&host_key)
            }
        };
        let signed = tokio::task::spawn_blocking(signing).await;
        let signed = signed.map_err(|error| ServiceError::Internal(error.to_string()))?;
        host.phones.add(&serial, &key, owner)?;
        // The method may have been deleted while the request was signed.
        start::forget_gone(host, &self.core.state(), question.person.id);
        let person = question.person.clone();
        let request = host.phones.open(new, signed, |request| Asked {
            approval,
            request,
            serial,
            key,
            person,
            answered: tokio::sync::Mutex::default(),
            message: below_code,
            occasion: question.occasion(method.is_none()),
            source: question.by.source.clone(),
        })?;
        self.end_in_time(host, &request, nonce);
        if method.is_some() && question.purpose == Purpose::SignIn {
            self.doorbell.ring(question.language, expires)?;
        }
        Ok(request)
    }

    /// The newest request to the user's phones, if no session waits for it any more: it was withdrawn, or
    /// was sent before this daemon started.
    fn abandoned(&self, host: &Host, question: &Question<'_>) -> Option<ApprovalId> {
        let state = self.core.state();
        let approvals = state.user(question.person.id)?.approvals();
        let newest = approvals.newest(question.purpose)?.id;
        (!host.phones.is_held(newest)).then_some(newest)
    }

    /// Ends a request when its time is over, and forgets it a little later.
    fn end_in_time(&self, host: &Host, request: &Arc<PhoneRequest>, nonce: Nonce) {
        let left = request.expires().as_millis();
        let left = left.saturating_sub(self.core.now().as_millis());
        let (phones, request) = (Arc::clone(&host.phones), Arc::downgrade(request));
        tokio::spawn(async move {
            sleep(Duration::from_millis(left)).await;
            if let Some(request) = request.upgrade() {
                request.expire();
            }
            phones.close(&nonce);
            sleep(KNOWN_AGAIN).await;
            phones.forget_request(&nonce);
        });
    }

    /// When the phone of a method asked last, as far as the daemon knows.
    pub fn seen(&self, person: &Person, method: MethodId) -> Option<Timestamp> {
        self.host.as_ref()?.phones.seen(person.id, method)
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().expect("nothing panics while it holds this")
}

/// The phone of a method.
fn phone_of(core: &Core, method: &Method) -> Result<(Serial, Arc<PhoneKey>), ServiceError> {
    let MethodPayload::Push { serial, key } = MethodPayload::open(core, method)? else {
        return Err(Refusal::NothingToApprove(method.kind()).into());
    };
    let malformed = |error: secinfo_pipush::Error| ServiceError::Internal(error.to_string());
    Ok((
        Serial::parse(&serial).map_err(malformed)?,
        Arc::new(PhoneKey::from_der(key).map_err(malformed)?),
    ))
}
