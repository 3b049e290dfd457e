//! Verifications through the service, on a log in memory.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use secinfo_domain::event::{Actor, Fact, LogCreated, MethodEnrolled, UserAdded, Who, encode};
use secinfo_domain::kind::AuthenticatorApp;
use secinfo_domain::{
    Authority, Event, Label, MethodId, Purpose, Sealed, SealedMethod, SealedPart, SessionTag,
    TimeStep, Timestamp, TotpParameters, UserId, UserName,
};
use secinfo_ledger::{Commit, Engine, Ledger, MasterKey, MemoryStorage, NewKey, Options};
use secinfo_test_person::{Algorithm, now, totp};
use secinfo_wire::Response;
use secinfod::channels::Channels;
use secinfod::config::Config;
use secinfod::core::{Core, SystemClock};
use secinfod::login_sessions::LoginSessions;
use secinfod::methods::Secret;
use secinfod::service::{
    Circumstances, MethodPayload, Requester, SecretBytes, Service, ServiceError, SessionLimits,
    SessionOwner, Settings, UserPayload, read_state,
};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

const ROOT: UserId = UserId::from_bytes([9; 16]);

const SECRET: &[u8; 20] = b"12345678901234567890";

const SECRET_IN_BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

const fn app(number: u8) -> MethodId {
    MethodId::from_bytes([number; 16])
}

fn seal(key: &NewKey, part: SealedPart, payload: &impl Serialize) -> Vec<u8> {
    key.seal(part, &postcard::to_allocvec(payload).unwrap())
        .unwrap()
}

/// The events of a host on which root has apps.
struct Host {
    commit: Commit,
}

impl Host {
    fn new() -> Self {
        let mut host = Self {
            commit: Commit::default(),
        };
        let origin = "host.example/secinfo/0000000000000000".to_owned();
        host.event(None, LogCreated { origin });
        let key = NewKey::generate(ROOT.into()).unwrap();
        let payload = UserPayload {
            uid: 0,
            name: UserName::parse("root").unwrap(),
        };
        let sealed = Sealed::new(seal(&key, SealedPart::User, &payload));
        host.commit.new_keys.push(key);
        host.commit.index_add.push((0, "root".to_owned(), ROOT));
        host.event(Some(ROOT), UserAdded { sealed });
        host
    }

    fn event(&mut self, user: Option<UserId>, fact: impl Into<Fact>) {
        let event = Event {
            time: Timestamp::from_seconds(1_790_000_000),
            user,
            actor: Actor {
                who: Who::Root,
                service: None,
                login: None,
            },
            fact: fact.into(),
        };
        let seq = self.commit.events.len() as u64;
        self.commit.events.push(encode(seq, &event).unwrap());
    }

    fn with_app(self, method: MethodId) -> Self {
        self.with_app_used_until(method, TimeStep(0))
    }

    /// The code of this step was accepted.
    fn with_app_used_until(mut self, method: MethodId, last_step: TimeStep) -> Self {
        let key = NewKey::generate(method.into()).unwrap();
        self.enrol(method, &key, last_step);
        self.commit.new_keys.push(key);
        self
    }

    /// Its secret was sealed under another key than the vault has.
    fn with_app_that_does_not_open(mut self, method: MethodId) -> Self {
        let key = || NewKey::generate(method.into()).unwrap();
        self.enrol(method, &key(), TimeStep(0));
        self.commit.new_keys.push(key());
        self
    }

    fn enrol(&mut self, method: MethodId, key: &NewKey, last_step: TimeStep) {
        let secret = Secret::from_bytes(SECRET).unwrap();
        let payload = MethodPayload::AuthenticatorApp {
            secret: SecretBytes::from(&secret),
        };
        let label = Label::parse("App").unwrap();
        let credential = AuthenticatorApp {
            parameters: TotpParameters::default(),
            last_step,
        };
        let fact = MethodEnrolled {
            method,
            credential: credential.into(),
            sealed: SealedMethod::new(
                &seal(key, SealedPart::Label, &label),
                &seal(key, SealedPart::Secret, &payload),
            ),
            token: None,
            first_proof: None,
            vouched: None,
        };
        self.event(Some(ROOT), fact);
    }

    /// Must be called in a runtime.
    fn start(self, directory: &Path) -> Service {
        let options = Options {
            engine: Engine::Memory(MemoryStorage::default()),
            ..Options::new("host.example")
        };
        let mut ledger = Ledger::open(directory, MasterKey::from_bytes([1; 32]), options).unwrap();
        ledger.append(self.commit).unwrap();
        let state = read_state(&ledger.reader()).unwrap();
        let settings = Settings {
            organization: "Example".to_owned(),
            host: "host".to_owned(),
            messages_host: "host".to_owned(),
            default_country: None,
            language: "en".to_owned(),
            questions: secinfod::methods::Questions::default(),
            relying_party: secinfod::methods::RelyingParty::default(),
            push: None,
        };
        let clock = Arc::new(SystemClock);
        let core = Core::start(ledger, state, clock.clone(), settings).unwrap();
        let channels = Channels::start(Vec::new(), Config::default().hosts(), clock);
        let limits = SessionLimits {
            per_uid: 8,
            in_all: 8,
        };
        let nowhere = ["/nowhere"; 3].map(Into::into);
        Service::new(core, channels, limits, nowhere, LoginSessions::on(None))
    }
}

fn by_root() -> Requester {
    Requester {
        uid: 0,
        source: None,
        place: None,
        session: SessionTag::from_bytes([3; 16]),
        service: None,
        authority: Authority::Own,
        became_root: None,
    }
}

#[tokio::test]
async fn a_method_that_does_not_open_leaves_the_others_to_verify_with() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::new()
        .with_app_that_does_not_open(app(1))
        .with_app(app(2))
        .with_app_that_does_not_open(app(3));
    let service = host.start(directory.path());
    let by = by_root();
    let start = |first| {
        service.verifications().start(
            0,
            &by,
            SessionOwner::User(0),
            Purpose::SignIn,
            Circumstances {
                first,
                ..Circumstances::default()
            },
        )
    };
    let (session, asked) = start(None).await.unwrap();
    assert_eq!(asked.method.method, app(2));
    let methods = service.verifications().methods(session.subject()).unwrap();
    let methods: Vec<_> = methods.iter().map(|candidate| candidate.method).collect();
    assert_eq!(methods, [app(2)]);
    assert!(matches!(
        start(Some(app(1))).await,
        Err(ServiceError::Internal(_))
    ));
    service.stop();
}

#[tokio::test]
async fn a_user_none_of_whose_methods_opens_has_none_to_verify_with() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::new().with_app_that_does_not_open(app(1));
    let service = host.start(directory.path());
    let by = by_root();
    let started = service.verifications().start(
        0,
        &by,
        SessionOwner::User(0),
        Purpose::SignIn,
        Circumstances::default(),
    );
    assert!(matches!(started.await, Err(ServiceError::NoMethod)));
    service.stop();
}

/// The clock was an hour ahead when a code was accepted, and has been set right.
#[tokio::test]
async fn a_code_of_a_time_when_the_clock_was_ahead_says_until_when_others_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let ahead = TimeStep(now() / 30 + 120);
    let host = Host::new().with_app_used_until(app(1), ahead);
    let service = host.start(directory.path());
    let code = totp(SECRET_IN_BASE32, Algorithm::Sha1, 6, now());
    let refused = service
        .verifications()
        .verify(0, &by_root(), Purpose::SignIn, None, &Response::code(code))
        .await;
    let Err(ServiceError::ClockWasAhead { until }) = refused else {
        panic!("{:?}", refused.err());
    };
    assert_eq!(until, Timestamp::from_seconds((ahead.0 + 1) * 30));
    service.stop();
}
