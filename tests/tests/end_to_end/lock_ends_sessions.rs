//! A lock ends what its user has open on the host, where policy says so: with a stand-in for logind on the private
//! bus.

use secinfo_tests::{ALICE, ALICE_NAME, BOB, Client, ROOT, Setup, TestHost, user_path};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use zbus::connection::Builder;
use zbus::{Connection, fdo, interface};

/// How long a lock may take to work where other tests run: 2 s on a quiet machine.
const AT_ONCE: Duration = Duration::from_secs(10);

/// How long is waited for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// What logind was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// To end what this uid has open.
    Terminate(u32),
    /// To send this uid's processes a signal.
    Kill(u32, i32),
}

/// Stands in for logind.
struct Manager {
    asked: UnboundedSender<Asked>,
    answer: fn() -> fdo::Result<()>,
}

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn terminate_user(&self, uid: u32) -> fdo::Result<()> {
        self.asked.send(Asked::Terminate(uid)).unwrap();
        (self.answer)()
    }

    fn kill_user(&self, uid: u32, signal: i32) -> fdo::Result<()> {
        self.asked.send(Asked::Kill(uid, signal)).unwrap();
        (self.answer)()
    }
}

struct Logind {
    _connection: Connection,
    asked: UnboundedReceiver<Asked>,
}

impl Logind {
    async fn start(host: &TestHost, answer: fn() -> fdo::Result<()>) -> Self {
        let (sender, asked) = unbounded_channel();
        let manager = Manager {
            asked: sender,
            answer,
        };
        let connection = Builder::unix_stream(host.bus().connect(ROOT))
            .user_id(ROOT)
            .serve_at("/org/freedesktop/login1", manager)
            .name("org.freedesktop.login1")
            .build()
            .await
            .unwrap();
        Self {
            _connection: connection,
            asked,
        }
    }

    async fn next(&mut self) -> Asked {
        timeout(PATIENCE, self.asked.recv()).await.unwrap().unwrap()
    }
}

async fn lock(client: &Client, uid: u32) {
    let path = user_path(uid);
    let _: () = client
        .call(&path, "User", "LockAccount", &())
        .await
        .unwrap();
}

async fn is_locked(client: &Client) -> bool {
    let path = user_path(ALICE);
    let since: u64 = client
        .property(&path, "User", "AccountLocked")
        .await
        .unwrap();
    since > 0
}

/// Waits until the daemon has said this.
async fn says(host: &TestHost, words: &str) {
    let begun = Instant::now();
    while !host.log().contains(words) {
        assert!(begun.elapsed() < PATIENCE, "{words}: {}", host.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn where_policy_says_so_a_lock_ends_what_its_user_has_open_and_kills_what_goes_on() {
    let setup = Setup::with_drift().policy("end_sessions_on_lock = true");
    let host = TestHost::with(setup).await;
    let mut logind = Logind::start(&host, || Ok(())).await;
    let alice = host.client(ALICE).await;
    let begun = Instant::now();
    lock(&alice, ALICE).await;
    assert_eq!(logind.next().await, Asked::Terminate(ALICE));
    assert_eq!(logind.next().await, Asked::Kill(ALICE, 9));
    let took = begun.elapsed();
    assert!(took < AT_ONCE, "{took:?}");
    // Locked again and again, nothing more is ended; a lock of an administrator's ends what that user has open.
    for _ in 0..100 {
        lock(&alice, ALICE).await;
    }
    lock(&host.client(ROOT).await, BOB).await;
    assert_eq!(logind.next().await, Asked::Terminate(BOB));
    assert_eq!(logind.next().await, Asked::Kill(BOB, 9));
    says(&host, "sessions on this host were ended").await;
}

#[tokio::test]
async fn policy_has_sessions_ended_for_the_members_of_one_group() {
    let of_group = format!("[group.{ALICE_NAME}]\nend_sessions_on_lock = true\n");
    let host = TestHost::with(Setup::with_drift().more(&of_group)).await;
    let mut logind = Logind::start(&host, || Ok(())).await;
    lock(&host.client(BOB).await, BOB).await;
    let alice = host.client(ALICE).await;
    lock(&alice, ALICE).await;
    assert_eq!(logind.next().await, Asked::Terminate(ALICE));
    assert_eq!(logind.next().await, Asked::Kill(ALICE, 9));
}

#[tokio::test]
async fn a_lock_stands_whatever_logind_answers_and_the_journal_says_what_to_do() {
    let setup = Setup::with_drift().policy("end_sessions_on_lock = true");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let root = host.client(ROOT).await;
    lock(&alice, ALICE).await;
    says(&host, "logind does not end them").await;
    says(&host, &format!("loginctl terminate-user {ALICE}")).await;
    assert!(is_locked(&alice).await);
    let path = user_path(ALICE);
    let _: () = root.call(&path, "User", "Unlock", &()).await.unwrap();
    let refuses = || Err(fdo::Error::AccessDenied("not you".to_owned()));
    let mut logind = Logind::start(&host, refuses).await;
    lock(&alice, ALICE).await;
    assert_eq!(logind.next().await, Asked::Terminate(ALICE));
    says(&host, "logind does not let the daemon end sessions").await;
    says(&host, "polkit must run").await;
    assert!(is_locked(&alice).await);
}
