//! The buttons of notices on the desktop, up to what they lead to: the page opened, the account locked.
#![allow(
    clippy::used_underscore_binding,
    reason = "an interface takes more arguments than its stand-in looks at"
)]

use crate::desktop_notices::{Agent, Session, Shown};
use secinfo_tests::{ALICE, Client, Setup, TestHost, binary, user_path};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use zbus::connection::Builder;
use zbus::{Connection, OwnedObjectPath, OwnedVariant, interface};

const PATIENCE: Duration = Duration::from_secs(30);

/// Has Cockpit's program for desktops, and the page, in a file system of the agent's own. What is run instead of the
/// program writes down how.
const WITH_PAGE: &str = "mkdir -p /usr/lib/cockpit /usr/share/cockpit && \
    mount -t tmpfs tmpfs /usr/lib/cockpit && mount -t tmpfs tmpfs /usr/share/cockpit && \
    mkdir /usr/share/cockpit/secinfo && echo {} >/usr/share/cockpit/secinfo/manifest.json && \
    cp \"$1\" /usr/lib/cockpit/cockpit-desktop && \
    exec setpriv --reuid \"$3\" --regid \"$3\" --clear-groups \"$2\"";

/// A unit that a service manager was asked to start: its name, and its command.
type Started = (String, Vec<String>);

/// Stands in for the user's service manager.
struct Manager(UnboundedSender<Started>);

#[allow(
    clippy::needless_pass_by_value,
    reason = "methods of an interface get all that their callers send"
)]
#[interface(name = "org.freedesktop.systemd1.Manager")]
impl Manager {
    fn start_transient_unit(
        &self,
        name: String,
        _mode: String,
        properties: Vec<(String, OwnedVariant)>,
        _auxiliary: Vec<(String, Vec<(String, OwnedVariant)>)>,
    ) -> OwnedObjectPath {
        let mut properties = properties.into_iter();
        let (_, execute) = properties.find(|(name, _)| name == "ExecStart").unwrap();
        let mut execute: Vec<(String, Vec<String>, bool)> = execute.try_into().unwrap();
        let (program, words, _) = execute.remove(0);
        assert_eq!(program, words[0]);
        self.0.send((name, words)).unwrap();
        let job = "/org/freedesktop/systemd1/job/1";
        OwnedObjectPath::try_from(job).unwrap()
    }
}

/// Has a service manager on the session bus.
async fn service_manager(session: &Session) -> (Connection, UnboundedReceiver<Started>) {
    let (started, to_see) = unbounded_channel();
    let connection = Builder::unix_stream(session.bus.connect(ALICE))
        .user_id(ALICE)
        .serve_at("/org/freedesktop/systemd1", Manager(started))
        .name("org.freedesktop.systemd1")
        .build()
        .await
        .unwrap();
    (connection, to_see)
}

/// The file in which the program that opens the page writes down its arguments.
fn opened(session: &Session) -> std::path::PathBuf {
    session.directory.join("opened")
}

/// The agent, where the page and the program that opens it are installed.
fn agent_with_page(session: &Session, host: &TestHost) -> Agent {
    let program = session.directory.join("cockpit-desktop");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >{file}.new && mv {file}.new {file}\n",
        file = opened(session).display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c", WITH_PAGE, "sh"])
        .arg(&program)
        .arg(binary("secinfo-notices"))
        .arg(ALICE.to_string());
    session.agent_by(command, host)
}

/// Has the agent tell that a method was added.
async fn told(session: &mut Session, alice: &Client, label: &str) -> Shown {
    alice.enroll_app(label, 10).await;
    session.shown().await
}

async fn written(path: &Path) -> String {
    let reading = async {
        loop {
            match fs::read_to_string(path) {
                Ok(text) => return text,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    timeout(PATIENCE, reading)
        .await
        .expect("nothing was opened")
}

#[tokio::test]
async fn open_on_a_notice_has_the_service_manager_open_the_page() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut session = Session::of(&host).await;
    let (_manager, mut started) = service_manager(&session).await;
    let _agent = agent_with_page(&session, &host);
    session.wait_until_told("methods").await;
    let shown = told(&mut session, &alice, "Phone").await;
    let open = "Open Security info";
    assert_eq!(shown.actions[..4], ["default", open, "open", open]);
    // A click on the notice itself, and one on its button.
    for action in ["default", "open"] {
        session.choose(&shown, action).await;
        let started = timeout(PATIENCE, started.recv()).await.unwrap();
        let (unit, words) = started.unwrap();
        assert!(
            unit.starts_with("app-secinfo-") && Path::new(&unit).extension().unwrap() == "service",
            "{unit}"
        );
        assert_eq!(words, ["/usr/lib/cockpit/cockpit-desktop", "secinfo"]);
    }
}

#[tokio::test]
async fn without_a_service_manager_the_agent_opens_the_page_itself() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut session = Session::of(&host).await;
    let _agent = agent_with_page(&session, &host);
    session.wait_until_told("methods").await;
    let shown = told(&mut session, &alice, "Phone").await;
    session.choose(&shown, "open").await;
    assert_eq!(written(&opened(&session)).await, "secinfo\n");
}

#[tokio::test]
async fn lock_my_account_now_on_a_notice_locks_it_and_is_told() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut session = Session::of(&host).await;
    let _agent = session.agent(&host);
    session.wait_until_told("methods").await;
    let shown = told(&mut session, &alice, "Phone").await;
    session.choose(&shown, "lock").await;
    let asked = session.shown().await;
    assert!(asked.body.starts_with("Lock your account?"), "{asked:?}");
    let locked = "AccountLocked";
    let path = user_path(ALICE);
    let since: u64 = alice.property(&path, "User", locked).await.unwrap();
    assert_eq!(since, 0, "one click locks nothing");
    session.choose(&asked, "lock-now").await;
    let told = session.shown().await;
    assert!(told.body.contains("locked"), "{told:?}");
    // What is locked is not offered to be locked.
    assert!(
        !told.actions.iter().any(|action| action == "lock"),
        "{told:?}"
    );
    let since: u64 = alice.property(&path, "User", locked).await.unwrap();
    assert!(since > 0);
}
