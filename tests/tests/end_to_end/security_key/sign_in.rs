//! Signing in at the host itself, with a key that is plugged in: the daemon, the helper and the key.

use super::*;
use crate::sign_in::plain;
use secinfo_test_key::{Authenticator, Owner, Ports, Shared};
use secinfo_tests::{ALICE_NAME, KeyHelper, ROOT, SignInSocket, Step, user_path};
use serde_json::json;
use std::fs;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PIN: &str = "correct horse";

/// A host with ports, whose user Alice has a key that is asked first.
struct Desk {
    host: TestHost,
    ports: Ports,
    helper: KeyHelper,
    app: App,
    key: Authenticator,
    alice: Client,
    root: Client,
    _directory: TempDir,
}

impl Desk {
    async fn new() -> Self {
        Self::on(setup()).await
    }

    async fn on(setup: Setup) -> Self {
        let (host, alice, app, key, method) = with_key(setup).await;
        prefer(&alice, method).await;
        let directory = TempDir::new().unwrap();
        let ports = Ports::new(directory.path());
        let helper = KeyHelper::at(&host, &ports);
        let mut key = key.key.with_pin(PIN);
        key.finger = None;
        Self {
            root: host.client(ROOT).await,
            alice,
            host,
            ports,
            helper,
            app,
            key,
            _directory: directory,
        }
    }

    fn plug(&mut self) -> Shared {
        self.ports.plug(self.key.clone(), "Test Key")
    }

    /// Lifts the locks of Alice's methods, as an administrator does.
    async fn unlock(&self) {
        let user = user_path(ALICE);
        let () = self.root.call(&user, "User", "Unlock", &()).await.unwrap();
    }

    fn start(&self, options: &Json) -> SignIn {
        let mut socket = self.root.sign_in_socket();
        let step = socket.start(ALICE_NAME, "login", options).unwrap();
        SignIn { socket, step }
    }

    fn at_the_console(&self) -> SignIn {
        self.start(&json!({ "tty": "tty1" }))
    }
}

struct SignIn {
    socket: SignInSocket,
    step: Step,
}

impl SignIn {
    fn answer(&mut self, answer: &str) -> &mut Self {
        assert_eq!(self.step.outcome, "ask", "{:?}", self.step);
        self.step = self.socket.answer(answer).unwrap();
        self
    }

    fn prompt(&self) -> &str {
        let prompt = self.step.prompt.as_deref();
        prompt.unwrap_or_else(|| panic!("{:?}", self.step))
    }

    fn shows(&self, part: &str) {
        assert!(self.prompt().contains(part), "{:?}", self.prompt());
    }
}

#[tokio::test]
async fn at_the_console_pin_and_touch_sign_in_and_the_pin_is_not_shown() {
    let mut desk = Desk::new().await;
    let key = desk.plug();
    let mut sign_in = desk.at_the_console();
    assert_eq!(
        sign_in.prompt(),
        "PIN of Security key, then touch it; or ? for another way: "
    );
    assert_eq!(sign_in.step.echo, Some(false));
    sign_in.answer("wrong");
    sign_in.shows("That PIN is not right. Tries left: 7.\nPIN of Security key");
    sign_in.answer(PIN);
    assert_eq!(sign_in.step.outcome, "verified");
    assert_eq!(key.lock().key.tries(), 8);
    assert_eq!(key.lock().touches_wanted, 1);
    assert!(!desk.host.log().contains(PIN));
}

#[tokio::test]
async fn who_comes_from_elsewhere_is_asked_the_next_method_and_told_why() {
    let mut desk = Desk::new().await;
    desk.plug();
    for options in [
        json!({ "tty": "ssh", "remote_host": "192.0.2.1" }),
        json!({ "tty": "tty1", "remote_host": "192.0.2.1" }),
        json!({ "tty": "/dev/pts/0" }),
        plain(),
    ] {
        let mut sign_in = desk.start(&options);
        sign_in.shows("Your security key can be used at the host itself only.\nCode from");
        sign_in.answer("?");
        sign_in.shows("There is no other way.");
    }
    assert_eq!(desk.helper.requests(), 0, "no key is told a credential");
    let mut sign_in = desk.start(&plain());
    let code = desk.app.codes.fresh();
    assert_eq!(sign_in.answer(&code).step.outcome, "verified");
}

/// A sign-in at the console by a process that can be ended, after which no user sits there.
fn by_another_process(desk: &Desk) -> (SignIn, std::process::Child) {
    let (mut socket, other) = SignInSocket::connected_by_another(&desk.host.sign_in_socket());
    let step = socket.start(ALICE_NAME, "login", &json!({ "tty": "tty1" }));
    let step = step.unwrap();
    (SignIn { socket, step }, other)
}

#[tokio::test]
async fn a_key_is_told_nothing_for_who_has_left_the_host_since_the_prompt() {
    let mut desk = Desk::new().await;
    let key = desk.plug();
    let (mut sign_in, mut other) = by_another_process(&desk);
    sign_in.shows("PIN of Security key");
    let (requests, commands) = (desk.helper.requests(), key.lock().commands.len());
    other.kill().unwrap();
    other.wait().unwrap();
    sign_in.answer(PIN);
    sign_in.shows("Your security key can be used at the host itself only.");
    sign_in.shows("Other ways:");
    assert_eq!(desk.helper.requests(), requests);
    assert_eq!(key.lock().commands.len(), commands);
    sign_in.answer("1");
    let code = desk.app.codes.fresh();
    assert_eq!(sign_in.answer(&code).step.outcome, "verified");
}

#[tokio::test]
async fn what_a_key_signs_after_its_user_has_left_the_host_is_not_accepted() {
    let mut desk = Desk::new().await;
    let key = desk.plug();
    key.lock().owner = Owner::TouchesAfter(Duration::from_secs(2));
    let (mut sign_in, mut other) = by_another_process(&desk);
    let leaving = std::thread::spawn(move || {
        while key.lock().touches_wanted == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
        other.kill().unwrap();
        other.wait().unwrap();
    });
    sign_in.answer(PIN);
    leaving.join().unwrap();
    sign_in.shows("Your security key can be used at the host itself only.");
}

#[tokio::test]
async fn a_key_that_is_not_plugged_in_is_asked_for_and_another_way_is_open() {
    let mut desk = Desk::new().await;
    let mut sign_in = desk.at_the_console();
    sign_in.shows("Plug in your security key and press Enter, or ? for another way: ");
    sign_in.answer("");
    sign_in.shows("Plug in your security key");
    desk.plug();
    sign_in.answer("").shows("PIN of Security key");
    desk.ports.unplug(0);
    sign_in.answer(PIN);
    sign_in.shows("No security key is plugged in.\nPlug in");
    sign_in.answer("?").shows("Other ways:");
    sign_in.answer("1").shows("Code from");
    let code = desk.app.codes.fresh();
    assert_eq!(sign_in.answer(&code).step.outcome, "verified");
}

#[tokio::test]
async fn a_strangers_key_is_told_no_pin_and_what_is_no_pin_is_told_to_none() {
    let mut desk = Desk::new().await;
    let stranger = desk
        .ports
        .plug(Authenticator::new().with_pin(PIN), "Stranger");
    let mut sign_in = desk.at_the_console();
    sign_in.shows("None of your security keys is plugged in.\nPlug in");
    sign_in.answer(PIN);
    assert!(!stranger.lock().commands.contains(&0x06));
    let key = desk.plug();
    sign_in.answer("").shows("PIN of Security key");
    for no_pin in ["abc", &"x".repeat(64)] {
        sign_in.answer(no_pin);
        sign_in.shows("that was not sent to the security key.\nPIN of");
    }
    assert_eq!(key.lock().key.tries(), 8);
    assert_eq!(sign_in.answer(PIN).step.outcome, "verified");
}

#[tokio::test]
async fn a_device_that_claims_to_be_the_users_key_is_told_no_pin() {
    let mut desk = Desk::new().await;
    let mut lies = Authenticator::new().with_pin(PIN);
    lies.claims_all = true;
    let liar = desk.ports.plug(lies, "Liar");
    let mut sign_in = desk.at_the_console();
    sign_in.shows("None of your security keys is plugged in.\nPlug in");
    sign_in.answer(PIN);
    assert!(!liar.lock().commands.contains(&0x06));
    desk.plug();
    sign_in.answer("").shows("PIN of Security key");
    assert_eq!(sign_in.answer(PIN).step.outcome, "verified");
    assert!(!liar.lock().commands.contains(&0x06));
}

#[tokio::test]
async fn two_wrong_pins_end_the_method_and_the_last_tries_are_not_spent() {
    let mut desk = Desk::new().await;
    let key = desk.plug();
    for left in [6, 4, 3] {
        let mut sign_in = desk.at_the_console();
        while key.lock().key.tries() > left {
            sign_in.answer("wrong");
        }
        if left != 3 {
            sign_in.shows("Other ways:");
        }
        key.lock().key.replug();
        desk.unlock().await;
    }
    let mut sign_in = desk.at_the_console();
    sign_in.answer(PIN);
    sign_in.shows("has 3 tries left, which are not spent at");
    assert_eq!(key.lock().key.tries(), 3);
    sign_in.answer("1");
    let code = desk.app.codes.fresh();
    assert_eq!(sign_in.answer(&code).step.outcome, "verified");
}

#[tokio::test]
async fn going_to_other_ways_and_back_wins_no_further_pins() {
    let mut desk = Desk::new().await;
    desk.plug();
    let mut sign_in = desk.at_the_console();
    sign_in.answer("wrong").shows("Tries left: 7.\nPIN of");
    sign_in.answer("?").answer("").shows("PIN of");
    sign_in.answer("wrong").shows("Tries left: 6.\nOther ways:");
    // Nor by the number of the key.
    sign_in.answer("1").answer("?");
    assert!(
        !sign_in.prompt().contains("Security key"),
        "{:?}",
        sign_in.prompt()
    );
}

#[tokio::test]
async fn wrong_pins_count_over_sign_ins_and_lock_the_key_for_a_while() {
    let mut desk = Desk::on(setup().spool()).await;
    let (alice, address) = (&desk.alice, "alice@example.org");
    alice
        .enroll_destination(&desk.host, "email", address, None)
        .await;
    let key = desk.plug();
    let notices = desk.host.notices().len();
    desk.at_the_console().answer("wrong").answer("wrong");
    let mut sign_in = desk.at_the_console();
    sign_in.answer("wrong");
    sign_in.shows("Wrong PINs locked this security key here for 10 minutes.");
    assert_eq!(key.lock().key.tries(), 5);
    assert_eq!(failures(&desk.host).await, ["wrong-pin"; 3]);
    let notice = desk.host.notice(notices + 1).await;
    assert!(notice.text.contains("security key"), "{}", notice.text);
    key.lock().key.replug();
    let commands = key.lock().commands.len();
    let mut sign_in = desk.at_the_console();
    sign_in.shows("Wrong PINs locked this security key here for");
    assert_eq!(key.lock().commands.len(), commands, "it is not asked");
    sign_in.answer("1");
    let code = desk.app.codes.fresh();
    assert_eq!(sign_in.answer(&code).step.outcome, "verified");
    desk.unlock().await;
    assert_eq!(desk.at_the_console().answer(PIN).step.outcome, "verified");
}

#[tokio::test]
async fn a_key_that_is_not_touched_is_asked_again_within_the_time_of_the_module() {
    let mut desk = Desk::new().await;
    let key = desk.plug();
    key.lock().owner = Owner::IsAway;
    let mut sign_in = desk.at_the_console();
    let begun = Instant::now();
    sign_in.answer(PIN);
    assert!(begun.elapsed() < Duration::from_secs(20));
    sign_in.shows("The security key was not touched in time: try again.\nPIN of");
    // It was looked for once, and asked once: to look again would take more of the module's time.
    assert_eq!(desk.helper.requests(), 2);
    key.lock().owner = Owner::Touches;
    assert_eq!(sign_in.answer(PIN).step.outcome, "verified");
}

/// What of these processes anybody on the host can read, and whether one of them may leave a core dump.
fn seen_of_processes(names: [&str; 2]) -> (String, bool) {
    let (mut seen, mut may_dump) = (String::new(), false);
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let read = |name: &str| fs::read(process.path().join(name)).unwrap_or_default();
        for part in ["cmdline", "environ"] {
            seen += &String::from_utf8_lossy(&read(part));
        }
        let name = read("comm");
        if names
            .iter()
            .any(|known| known.as_bytes() == name.trim_ascii_end())
        {
            let limits = String::from_utf8(read("limits")).unwrap();
            let core = limits.lines().find(|line| line.starts_with("Max core"));
            may_dump |= !core.unwrap().split_whitespace().any(|word| word == "0");
            seen += names[0];
        }
    }
    (seen, may_dump)
}

#[tokio::test]
async fn the_pin_of_a_sign_in_is_left_nowhere() {
    const WRONG: &str = "wrong horse";
    let setup = setup().wrapper(&["prlimit", "--core=unlimited:unlimited"]);
    let setup = setup.environment("SECINFO_LOG", "trace");
    let mut desk = Desk::on(setup).await;
    let key = desk.plug();
    let mut sign_in = desk.at_the_console();
    sign_in.answer(WRONG);
    key.lock().owner = Owner::TouchesAfter(Duration::from_secs(1));
    let waiting = key.clone();
    let looking = std::thread::spawn(move || {
        while waiting.lock().touches_wanted == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
        seen_of_processes(["secinfo-key", "secinfod"])
    });
    assert_eq!(sign_in.answer(PIN).step.outcome, "verified");
    let (seen, may_dump) = looking.join().unwrap();
    assert!(seen.contains("secinfo-key") && !may_dump);
    let log = desk.host.log();
    assert!(!log.is_empty());
    let events = format!("{:?}", desk.root.events().await);
    assert!(events.contains("wrong-pin"), "{events}");
    for pin in [PIN, WRONG] {
        let forms = [
            pin.to_owned(),
            data_encoding::BASE64.encode(pin.as_bytes()),
            data_encoding::HEXLOWER.encode(pin.as_bytes()),
        ];
        for form in &forms {
            assert!(!seen.contains(form) && !log.contains(form) && !events.contains(form));
            // The log of events, the journal, and whatever else the daemon writes.
            let mut search = std::process::Command::new("grep");
            search.args(["-raF", form]).arg(desk.host.directory());
            let found = search.output().unwrap();
            assert_eq!(found.status.code(), Some(1), "{found:?}");
        }
    }
}

#[tokio::test]
async fn a_cloned_key_is_refused_at_a_sign_in_and_other_ways_are_open() {
    let mut desk = Desk::new().await;
    let first = desk.plug();
    assert_eq!(desk.at_the_console().answer(PIN).step.outcome, "verified");
    assert_eq!(desk.at_the_console().answer(PIN).step.outcome, "verified");
    drop(first);
    desk.ports.unplug(0);
    // What was copied before counts from there.
    desk.plug();
    let mut sign_in = desk.at_the_console();
    sign_in
        .answer(PIN)
        .shows("There may be a copy of this security key");
    sign_in.shows("Other ways:");
}

/// A host where Alice has a key as the default and an app, and her sign-in at its console, where the helper
/// that talks to keys says this.
async fn with_helper_that_says(said: &'static str) -> (TestHost, App, SignIn) {
    let (host, alice, app, _key, method) = with_key(setup()).await;
    prefer(&alice, method).await;
    KeyHelper::saying(&host, said);
    let mut socket = host.client(ROOT).await.sign_in_socket();
    let step = socket.start(ALICE_NAME, "login", &json!({ "tty": "tty1" }));
    let step = step.unwrap();
    (host, app, SignIn { socket, step })
}

/// Makes a method of Alice's her default.
async fn prefer(alice: &Client, method: String) {
    let method = ObjectPath::try_from(method).unwrap();
    let () = alice
        .call(&user_path(ALICE), "User", "SetDefault", &method)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_helper_that_fails_is_no_success_and_leaves_the_other_ways() {
    for said in [
        "",
        "garbage\n",
        "{\"found\":{}}\n",
        "{\"signed\":\"{}\"}\n",
        "\"touch\"\n\"touch\"\n",
        "\"pin-set\"\n",
        "{\"failed\":\"no-such-word\"}\n",
    ] {
        let (_host, mut app, mut sign_in) = with_helper_that_says(said).await;
        sign_in.shows("The program that talks to security keys has failed");
        sign_in.shows("Other ways:");
        sign_in.answer("1");
        let code = app.codes.fresh();
        assert_eq!(sign_in.answer(&code).step.outcome, "verified", "{said:?}");
    }
}

#[tokio::test]
async fn one_account_has_keys_searched_one_time_after_the_other() {
    let (host, alice, _app, _key, method) = with_key(setup()).await;
    prefer(&alice, method).await;
    let pause = Duration::from_millis(500);
    let helper = KeyHelper::saying_after(&host, pause, "{\"failed\":\"no-key\"}\n");
    let root = host.client(ROOT).await;
    std::thread::scope(|scope| {
        for mut socket in (0..4).map(|_| root.sign_in_socket()) {
            scope.spawn(move || {
                let step = socket.start(ALICE_NAME, "login", &json!({ "tty": "tty1" }));
                SignIn {
                    step: step.unwrap(),
                    socket,
                }
                .shows("Plug in your security key");
            });
        }
    });
    assert_eq!((helper.requests(), helper.most_at_once()), (4, 1));
}

#[tokio::test]
async fn what_a_helper_says_was_signed_is_not_believed() {
    const FOUND: &str = "{\"found\":{\"key\":\"hidraw0\",\"name\":\"Key\",\"has_pin\":true,\
        \"reads_fingerprints\":false,\"tries\":8,\"shortest_pin\":4}}\n";
    let (host, _app, mut sign_in) = with_helper_that_says(FOUND).await;
    sign_in.shows("PIN of Security key");
    std::fs::remove_file(host.key_socket()).unwrap();
    KeyHelper::saying(&host, "{\"signed\":\"{\\\"id\\\":\\\"AAAA\\\"}\"}\n");
    sign_in.answer(PIN);
    sign_in.shows("Other ways:");
}
