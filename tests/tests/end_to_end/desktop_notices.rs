//! Notices on the desktop: the agent of a real daemon's user, on a bus of the system and one of the session,
//! with a stand-in for what shows notifications.
#![expect(
    clippy::used_underscore_binding,
    reason = "an interface takes more arguments than its stand-in looks at"
)]

use futures_util::StreamExt as _;
use secinfo_tests::{ALICE, PrivateBus, ROOT, STRANGER, Setup, TestHost, binary, user_path};
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use zbus::connection::Builder;
use zbus::message::Type as MessageType;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, Message, MessageStream, OwnedVariant, Variant, interface};

/// How long a notice that must come is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A notification that was shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    id: u32,
    title: String,
    pub(crate) body: String,
    /// Names and labels, one after the other.
    pub(crate) actions: Vec<String>,
    urgency: u8,
}

/// Stands in for a desktop's server of notifications.
struct Server {
    shown: UnboundedSender<Shown>,
    count: u32,
}

#[expect(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    reason = "methods of an interface get all that their callers send"
)]
#[interface(name = "org.freedesktop.Notifications")]
impl Server {
    fn get_capabilities(&self) -> Vec<String> {
        ["body", "actions", "body-markup"].map(Into::into).to_vec()
    }

    #[allow(clippy::too_many_arguments, reason = "so many has the specification")]
    fn notify(
        &mut self,
        _application: String,
        _replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedVariant>,
        _expires: i32,
    ) -> u32 {
        self.count += 1;
        let urgency = hints["urgency"].try_clone().unwrap();
        let shown = Shown {
            id: self.count,
            title,
            body,
            actions,
            urgency: urgency.try_into().unwrap(),
        };
        self.shown.send(shown).unwrap();
        self.count
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action: &str)
    -> zbus::Result<()>;
}

/// A desktop session of Alice.
pub(crate) struct Session {
    pub(crate) bus: PrivateBus,
    pub(crate) directory: PathBuf,
    server: Option<Connection>,
    shown: UnboundedReceiver<Shown>,
}

impl Session {
    /// One with a server of notifications.
    pub(crate) async fn of(host: &TestHost) -> Self {
        let mut session = Self::without_server(host);
        session.start_server().await;
        session
    }

    fn without_server(host: &TestHost) -> Self {
        let directory = host.directory().join("session");
        fs::create_dir(&directory).unwrap();
        chown(&directory, Some(ALICE), Some(ALICE)).unwrap();
        Self {
            bus: PrivateBus::start(&directory, ""),
            directory,
            server: None,
            shown: unbounded_channel().1,
        }
    }

    async fn start_server(&mut self) {
        let (shown, to_see) = unbounded_channel();
        self.shown = to_see;
        let builder = Builder::unix_stream(self.bus.connect(ALICE))
            .user_id(ALICE)
            .serve_at("/org/freedesktop/Notifications", Server { shown, count: 0 })
            .name("org.freedesktop.Notifications");
        self.server = Some(builder.build().await.unwrap());
    }

    /// Starts the agent, and waits until it has looked at Alice's security info.
    pub(crate) fn agent(&self, host: &TestHost) -> Agent {
        self.agent_in("C.UTF-8", host)
    }

    fn agent_in(&self, locale: &str, host: &TestHost) -> Agent {
        let mut command = self.command(Command::new(binary("secinfo-notices")), locale, host);
        command.uid(ALICE).gid(ALICE);
        Agent(command.spawn().unwrap())
    }

    /// The agent, started by this command.
    pub(crate) fn agent_by(&self, command: Command, host: &TestHost) -> Agent {
        let mut command = self.command(command, "C.UTF-8", host);
        Agent(command.spawn().unwrap())
    }

    fn command(&self, mut command: Command, locale: &str, host: &TestHost) -> Command {
        command
            .env_clear()
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address())
            .env("SECINFO_BUS_ADDRESS", host.bus().address())
            .env("XDG_STATE_HOME", &self.directory)
            .env("LC_ALL", locale)
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null());
        command
    }

    /// Where the agent keeps what it told last; none before it has looked for the first time.
    fn told(&self) -> Option<String> {
        let files = fs::read_dir(self.directory.join("secinfo")).ok()?;
        let mut files = files.map(|file| file.unwrap().path());
        let file = files.find(|file| file.extension().is_some_and(|end| end == "json"))?;
        fs::read_to_string(file).ok()
    }

    /// Waits until the agent has looked, and seen this in security info.
    pub(crate) async fn wait_until_told(&self, what: &str) {
        let looking = async {
            while self.told().is_none_or(|told| !told.contains(what)) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let looked = timeout(PATIENCE, looking).await;
        assert!(looked.is_ok(), "{what} is not in {:?}", self.told());
    }

    /// The next notification.
    pub(crate) async fn shown(&mut self) -> Shown {
        let shown = timeout(PATIENCE, self.shown.recv()).await;
        shown.expect("no notification came").unwrap()
    }

    /// Clicks on a button of a notification.
    pub(crate) async fn choose(&self, notification: &Shown, action: &str) {
        let server = self.server.as_ref().unwrap();
        let emitter = SignalEmitter::new(server, "/org/freedesktop/Notifications").unwrap();
        Server::action_invoked(&emitter, notification.id, action)
            .await
            .unwrap();
    }
}

/// A running agent, killed on drop.
pub(crate) struct Agent(Child);

impl Agent {
    fn kilobytes(&self, what: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(what)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn what_is_added_and_deleted_is_told_and_what_was_there_is_not() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut phone = alice.enroll_app("Phone", 10).await;
    let mut session = Session::of(&host).await;
    let _agent = session.agent(&host);
    session.wait_until_told("Phone").await;

    alice.prove(&mut phone).await;
    let tablet = alice.enroll_app("Tablet <b>", 10).await;
    let shown = session.shown().await;
    assert_eq!(shown.title, "Security info");
    assert!(
        shown
            .body
            .starts_with("A method was added: Authenticator app (Tablet &lt;b&gt;)."),
        "{shown:?}"
    );
    assert_eq!(shown.urgency, 1);

    let _: (bool, u64) = alice
        .call(&tablet.path, "Method", "Delete", &())
        .await
        .unwrap();
    let shown = session.shown().await;
    assert!(
        shown.body.contains("A method was deleted: "),
        "signing in and proving is not told: {shown:?}"
    );
}

#[tokio::test]
async fn notices_are_in_the_language_of_the_desktop() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut session = Session::of(&host).await;
    let _agent = session.agent_in("de_DE.UTF-8", &host);
    session.wait_until_told("methods").await;
    alice.enroll_app("Telefon", 10).await;
    let shown = session.shown().await;
    assert_eq!(
        (shown.title.as_str(), shown.body.as_str()),
        (
            "Sicherheitsinformationen",
            "Eine Methode wurde hinzugefügt: Authenticator-App (Telefon)."
        )
    );
}

#[tokio::test]
async fn a_lock_by_wrong_codes_is_told_as_urgent() {
    let setup = Setup::with_drift()
        .more("[policy.throttle]\nfree = 1\nlock_after = 3\nlongest_wait = \"1s\"");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let phone = alice.enroll_app("Phone", 10).await;
    let mut session = Session::of(&host).await;
    let _agent = session.agent(&host);
    session.wait_until_told("Phone").await;
    loop {
        let wrong = alice.verify(ALICE, &phone.path, &phone.codes.wrong()).await;
        if wrong.unwrap_err().short() == "MethodLocked" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let shown = session.shown().await;
    assert!(shown.body.contains("locked a method"), "{shown:?}");
    assert_eq!(shown.urgency, 2);
}

#[tokio::test]
async fn what_happened_while_the_user_was_away_is_told_when_they_are_back() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut session = Session::of(&host).await;
    let agent = session.agent(&host);
    session.wait_until_told("methods").await;
    drop(agent);
    alice.enroll_app("Phone", 10).await;
    let _agent = session.agent(&host);
    let shown = session.shown().await;
    assert_eq!(
        shown.body,
        "While you were away:\nA method was added: Authenticator app (Phone)."
    );
}

#[tokio::test]
async fn a_notice_that_nothing_could_show_is_shown_once_something_can() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut session = Session::without_server(&host);
    let _agent = session.agent(&host);
    session.wait_until_told("methods").await;
    alice.enroll_app("Phone", 10).await;
    session.start_server().await;
    let shown = session.shown().await;
    assert!(shown.body.ends_with("(Phone)."), "{shown:?}");
}

#[tokio::test]
async fn the_agent_survives_a_restart_of_the_daemon_and_of_the_bus() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let mut session = Session::of(&host).await;
    let _agent = session.agent(&host);
    session.wait_until_told("methods").await;

    host.restart().await;
    let alice = host.client(ALICE).await;
    let mut phone = alice.enroll_app("Phone", 10).await;
    assert!(session.shown().await.body.contains("(Phone)"));

    host.stop_bus();
    host.start_bus().await;
    let alice = host.client(ALICE).await;
    alice.prove(&mut phone).await;
    alice.enroll_app("Tablet", 10).await;
    assert!(session.shown().await.body.contains("(Tablet)"));
}

#[tokio::test]
async fn the_agent_starts_no_daemon_and_waits_for_one() {
    let mut host = TestHost::without_daemon(Setup::with_drift()).await;
    let mut session = Session::of(&host).await;
    let _agent = session.agent(&host);
    host.start_daemon().await;
    session.wait_until_told("methods").await;
    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 10).await;
    assert!(session.shown().await.body.contains("(Phone)"));
}

/// A stranger can send any signal to any connection on the system bus, but not in the daemon's name.
#[tokio::test]
async fn a_signal_by_a_stranger_makes_the_agent_ask_nothing() {
    let host = TestHost::with(Setup::with_drift()).await;
    let mut session = Session::of(&host).await;
    let calls = monitor_calls(&host).await;
    let _agent = session.agent(&host);
    session.wait_until_told("methods").await;
    let agent = calls.lock().unwrap()[0]
        .header()
        .sender()
        .unwrap()
        .to_string();
    let calls_of_agent = || {
        let calls = calls.lock().unwrap();
        let by_agent = |call: &&Message| call.header().sender().unwrap().as_str() == agent;
        calls.iter().filter(by_agent).count()
    };

    let stranger = host.client(STRANGER).await.connection;
    let path = user_path(ALICE);
    for (interface, member) in [
        ("org.freedesktop.DBus.Properties", "PropertiesChanged"),
        ("org.freedesktop.DBus.ObjectManager", "InterfacesRemoved"),
    ] {
        let forged = Message::signal(path.as_str(), interface, member)
            .destination(agent.as_str())
            .build(&forged_change())
            .unwrap();
        stranger.send(&forged).await.unwrap();
    }
    let before = calls_of_agent();
    // The bus delivers in order: what the stranger sent came before this change.
    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 10).await;
    assert!(session.shown().await.body.contains("(Phone)"));
    // One look: the user, and the method.
    assert_eq!(calls_of_agent() - before, 2);
}

/// A change as the daemon tells it.
fn forged_change() -> (
    &'static str,
    HashMap<&'static str, Variant<'static>>,
    Vec<&'static str>,
) {
    let changed = HashMap::from([("DefaultMethod", Variant::from(0_u8))]);
    ("org.secinfo.SecurityInfo1.User", changed, Vec::new())
}

/// The calls of methods of the daemon that cross the bus from now on.
async fn monitor_calls(host: &TestHost) -> Arc<Mutex<Vec<Message>>> {
    let monitor = host.client(ROOT).await.connection;
    let mut messages = MessageStream::from(&monitor);
    let calls = "type='method_call',interface='org.freedesktop.DBus.Properties'";
    zbus::fdo::MonitoringProxy::new(&monitor)
        .await
        .unwrap()
        .become_monitor(&[calls.try_into().unwrap()], 0)
        .await
        .unwrap();
    let calls = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&calls);
    tokio::spawn(async move {
        while let Some(Ok(message)) = messages.next().await {
            // The monitor hears of its own beginning, too.
            if message.message_type() == MessageType::MethodCall {
                keep.lock().unwrap().push(message);
            }
        }
        drop(monitor);
    });
    calls
}

/// In every session of every user one runs, so it has to be small.
#[tokio::test]
async fn the_agent_takes_little_memory() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut session = Session::of(&host).await;
    let agent = session.agent(&host);
    session.wait_until_told("methods").await;
    alice.enroll_app("Phone", 10).await;
    session.shown().await;
    // Of the debug build, whose code alone takes as much again as that which is shipped.
    let own = agent.kilobytes("RssAnon:");
    assert!(own < 4096, "{own} kB");
}

#[tokio::test]
async fn there_is_one_agent_for_each_session_bus() {
    let host = TestHost::with(Setup::with_drift()).await;
    let session = Session::of(&host).await;
    let _first = session.agent(&host);
    session.wait_until_told("methods").await;
    let mut second = session.agent(&host);
    let status = second.0.wait().unwrap();
    assert!(status.success(), "it ends, and is not started again");
}

#[tokio::test]
async fn locking_the_account_takes_a_second_click_on_a_notice_of_the_agent() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut session = Session::of(&host).await;
    let _agent = session.agent(&host);
    session.wait_until_told("methods").await;
    alice.enroll_app("Phone", 10).await;
    let mut shown = session.shown().await;
    let own = shown.id;
    shown.id += 100;
    session.choose(&shown, "lock").await;
    shown.id = own;
    session.choose(&shown, "lock").await;
    let asked = session.shown().await;
    assert_eq!(
        asked.id,
        own + 1,
        "the choice on another program's was ignored"
    );
    assert!(asked.body.starts_with("Lock your account?"), "{asked:?}");
    assert_eq!(asked.actions, ["lock-now", "Lock my account now"]);
}
