//! What became of tickets for new passwords, asked of the helper when nobody else can tell any more.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use secinfo_domain::event::{
    Actor, Fact, Gate, LogCreated, PasswordResetRequested, UserAdded, Who, decode, encode,
};
use secinfo_domain::{
    Event, Kind, MethodId, Sealed, SealedPart, SessionTag, TicketId, Timestamp, UserId, UserName,
};
use secinfo_ledger::{
    Commit, Engine, Ledger, LedgerError, LogReader, MasterKey, MemoryStorage, NewKey, Options,
};
use secinfod::channels::Channels;
use secinfod::config::Config;
use secinfod::core::{Clock, Core, SystemClock};
use secinfod::login_sessions::LoginSessions;
use secinfod::service::{Service, SessionLimits, Settings, UserPayload, read_state};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

const ROOT: UserId = UserId::from_bytes([9; 16]);

/// When the ticket was given out, in seconds.
const ISSUED: u64 = 1_790_000_000;

/// A clock that a test sets.
struct TestClock(AtomicU64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::Relaxed))
    }
}

/// The log of a host on which a ticket was given out for root, and nothing is known of it.
fn log() -> Commit {
    let key = NewKey::generate(ROOT.into()).unwrap();
    let payload = UserPayload {
        uid: 0,
        name: UserName::parse("root").unwrap(),
    };
    let payload = postcard::to_allocvec(&payload).unwrap();
    let sealed = Sealed::new(key.seal(SealedPart::User, &payload).unwrap());
    let facts: [(Option<UserId>, Fact); 3] = [
        (
            None,
            LogCreated {
                origin: "host.example/secinfo/0000000000000000".to_owned(),
            }
            .into(),
        ),
        (Some(ROOT), UserAdded { sealed }.into()),
        (
            Some(ROOT),
            PasswordResetRequested {
                ticket: TicketId::from_bytes([7; 16]),
                session: SessionTag::from_bytes([3; 16]),
                gates: vec![Gate {
                    method: MethodId::from_bytes([1; 16]),
                    kind: Kind::Email,
                }],
            }
            .into(),
        ),
    ];
    let mut commit = Commit::default();
    commit.new_keys.push(key);
    commit.index_add.push((0, "root".to_owned(), ROOT));
    for (seq, (user, fact)) in (0..).zip(facts) {
        let event = Event {
            time: Timestamp::from_seconds(ISSUED),
            user,
            actor: Actor {
                who: Who::Root,
                service: None,
                login: None,
            },
            fact,
        };
        commit.events.push(encode(seq, &event).unwrap());
    }
    commit
}

/// The daemon's service on that log, with this clock and a helper that listens there; and the log.
fn start(directory: &Path, clock: &Arc<TestClock>) -> (Service, LogReader) {
    let options = Options {
        engine: Engine::Memory(MemoryStorage::default()),
        ..Options::new("host.example")
    };
    let mut ledger = Ledger::open(directory, MasterKey::from_bytes([1; 32]), options).unwrap();
    ledger.append(log()).unwrap();
    let (reader, state) = (ledger.reader().log, read_state(&ledger.reader()).unwrap());
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
    let core = Core::start(ledger, state, Arc::clone(clock) as Arc<_>, settings).unwrap();
    let hosts = Config::default().hosts();
    let channels = Channels::start(Vec::new(), hosts, Arc::new(SystemClock));
    let limits = SessionLimits {
        per_uid: 8,
        in_all: 8,
    };
    let [key, push] = ["/nowhere"; 2].map(Into::into);
    let sockets = [directory.join("password"), key, push];
    let service = Service::new(core, channels, limits, sockets, LoginSessions::on(None));
    (service, reader)
}

/// Listens as the helper, which runs as root as this test does; the calls so far.
fn helper(directory: &Path, outcome: &'static str) -> Arc<Mutex<Vec<Value>>> {
    let listener = UnixListener::bind(directory.join("password")).unwrap();
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&calls);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut call = Vec::new();
            while call.last() != Some(&0) {
                stream.read_buf(&mut call).await.unwrap();
            }
            call.pop();
            seen.lock()
                .unwrap()
                .push(serde_json::from_slice(&call).unwrap());
            let reply = json!({"parameters": {"outcome": outcome}});
            let reply = format!("{reply}\0");
            stream.write_all(reply.as_bytes()).await.unwrap();
        }
    });
    calls
}

/// The types of the events in the log.
fn types(log: &LogReader) -> Vec<&'static str> {
    let mut types = Vec::new();
    log.for_each::<LedgerError>(0, |_, bytes| {
        types.push(decode(bytes).unwrap().event.fact.type_name());
        Ok(())
    })
    .unwrap();
    types
}

#[tokio::test]
async fn a_ticket_is_left_to_its_own_reset_for_two_minutes_and_asked_about_then() {
    for (outcome, last) in [
        ("set", "password-reset"),
        ("not_set", "password-reset-failed"),
        ("unknown", "password-reset-failed"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicU64::new(ISSUED + 119)));
        let (service, log) = start(directory.path(), &clock);
        let calls = helper(directory.path(), outcome);
        service.resets().settle(false).await;
        assert!(calls.lock().unwrap().is_empty(), "its reset may still tell");

        clock.0.store(ISSUED + 121, Ordering::Relaxed);
        service.resets().settle(false).await;
        let asked = calls.lock().unwrap().clone();
        assert_eq!(asked.len(), 1);
        let ticket = &asked[0]["parameters"]["ticket"];
        assert_eq!(ticket["id"], "07".repeat(16));
        assert_eq!(ticket["issued_at"], ISSUED);
        assert_eq!(types(&log).last(), Some(&last));

        service.resets().settle(false).await;
        assert_eq!(calls.lock().unwrap().len(), 1, "the log says it now");
        service.stop();
    }
}

#[tokio::test]
async fn at_the_start_of_the_daemon_a_ticket_is_asked_about_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock(AtomicU64::new(ISSUED + 1)));
    let (service, log) = start(directory.path(), &clock);
    let _calls = helper(directory.path(), "set");
    service.resets().settle(true).await;
    assert_eq!(types(&log).last(), Some(&"password-reset"));
    service.stop();
}

#[tokio::test]
async fn a_ticket_of_which_no_helper_tells_stays_open_and_is_asked_about_again() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock(AtomicU64::new(ISSUED + 121)));
    let (service, log) = start(directory.path(), &clock);
    service.resets().settle(false).await;
    assert_eq!(types(&log).last(), Some(&"password-reset-requested"));
    let calls = helper(directory.path(), "set");
    service.resets().settle(false).await;
    assert_eq!(calls.lock().unwrap().len(), 1);
    assert_eq!(types(&log).last(), Some(&"password-reset"));
    service.stop();
}
