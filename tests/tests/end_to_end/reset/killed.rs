//! The daemon is killed while the helper is at work: afterwards the log says what the helper did.

use super::{PASSWORD, begin, send, types, with_phone_and_address};
use secinfo_tests::{ALICE_NAME, Client, PasswordHelper, ROOT, TestHost};
use serde_json::{Value, json};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One gate, and codes as soon after each other as a test wants them.
const RULES: &str = "gates = \"one\"\n[policy.codes]\nresend_after = \"1s\"";

/// Where the helper stops.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Point {
    InCheck,
    BeforeThePassword,
    AfterThePassword,
}

/// What becomes of a helper that has stopped.
enum Fate {
    GoesOn,
    Ends,
}

/// A stand-in that stops at a point once, and takes turns as the helper does: nobody is told of a ticket
/// while another helper is at work.
struct Stopping {
    helper: PasswordHelper,
    stopped: Receiver<()>,
    fate: Sender<Fate>,
}

impl Stopping {
    fn at(point: Point, host: &TestHost) -> Self {
        let (tell, stopped) = channel();
        let (fate, decided) = channel();
        let (decided, has_stopped) = (Mutex::new(decided), Mutex::new(false));
        let is_set = Mutex::new(false);
        let goes_on = move |reached| {
            let mut has_stopped = has_stopped.lock().unwrap();
            if reached != point || std::mem::replace(&mut *has_stopped, true) {
                return true;
            }
            tell.send(()).unwrap();
            matches!(decided.lock().unwrap().recv().unwrap(), Fate::GoesOn)
        };
        let helper = PasswordHelper::start(host, move |method, _| {
            let mut is_set = is_set.lock().unwrap();
            Some(match method {
                "Check" if goes_on(Point::InCheck) => json!({"account": "settable"}),
                "SetPassword" if goes_on(Point::BeforeThePassword) => {
                    *is_set = true;
                    if !goes_on(Point::AfterThePassword) {
                        return None;
                    }
                    json!({"outcome": "set", "messages": []})
                }
                "Outcome" => json!({"outcome": if *is_set { "set" } else { "not_set" }}),
                _ => return None,
            })
        });
        Self {
            helper,
            stopped,
            fate,
        }
    }

    /// Kills the daemon once the helper has stopped, in a reset of Alice's that is answered up to there, and
    /// starts the daemon again before anything becomes of the helper.
    async fn kill_there(&self, host: &mut TestHost) {
        let mut reset = begin(host, ALICE_NAME);
        let email = send(host, &mut reset, "Email").await;
        let answering = std::thread::spawn(move || {
            for answer in [&email.code, PASSWORD, PASSWORD] {
                reset.answer(answer).unwrap();
            }
        });
        self.stopped.recv().unwrap();
        host.kill();
        let ended = answering.join();
        assert!(ended.is_err(), "the daemon is lost in mid-answer");
        host.start_daemon().await;
    }
}

/// The events of resets in the log.
async fn of_resets(root: &Client) -> Vec<Value> {
    let mut events = root.events().await;
    events.retain(|event| event["type"].as_str().unwrap().starts_with("password"));
    events
}

/// Waits until the log says what became of so many tickets; the events of resets.
async fn settled(root: &Client, tickets: usize) -> Vec<Value> {
    let settled = async {
        loop {
            let events = of_resets(root).await;
            if events.len() == 2 * tickets {
                return events;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), settled)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_daemon_that_is_killed_while_the_helper_checks_has_given_out_no_ticket() {
    let (mut host, _alice) = with_phone_and_address(RULES).await;
    let stopping = Stopping::at(Point::InCheck, &host);
    stopping.kill_there(&mut host).await;
    stopping.fate.send(Fate::GoesOn).unwrap();
    let root = host.client(ROOT).await;
    assert_eq!(of_resets(&root).await, Vec::<Value>::new());
    // What was proved counts no more, and the whole of it once again leads to a password.
    let mut reset = begin(&host, ALICE_NAME);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let email = send(&host, &mut reset, "Email").await;
    reset.answer(&email.code).unwrap();
    reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
    assert_eq!(reset.ended().unwrap().0, "set");
    assert_eq!(settled(&root, 1).await[1]["type"], "password-reset");
    assert!(stopping.helper.calls_of("Outcome").is_empty());
}

#[tokio::test]
async fn after_a_daemon_was_killed_while_the_helper_sets_a_password_the_log_says_which_one_holds() {
    let set = ("password-reset", json!(null));
    let not_set = ("password-reset-failed", json!("not-set"));
    for (point, fate, (last, reason)) in [
        (Point::BeforeThePassword, Fate::GoesOn, set.clone()),
        (Point::BeforeThePassword, Fate::Ends, not_set),
        (Point::AfterThePassword, Fate::GoesOn, set.clone()),
        (Point::AfterThePassword, Fate::Ends, set),
    ] {
        let (mut host, _alice) = with_phone_and_address(RULES).await;
        let stopping = Stopping::at(point, &host);
        stopping.kill_there(&mut host).await;
        let root = host.client(ROOT).await;
        let before = types(&root).await;
        assert_eq!(
            before.last().unwrap(),
            "password-reset-requested",
            "the log says that one was asked for, and waits for the helper"
        );
        stopping.fate.send(fate).unwrap();
        let events = settled(&root, 1).await;
        assert_eq!(events[1]["type"], last);
        assert_eq!(events[1]["data"]["reason"], reason);
        assert_eq!(events[1]["data"]["ticket"], events[0]["data"]["ticket"]);
        let ticket = &stopping.helper.calls_of("SetPassword")[0]["ticket"];
        assert_eq!(&stopping.helper.calls_of("Outcome")[0]["ticket"], ticket);
        // Nothing is left to ask for at the next start.
        host.restart().await;
        let root = host.client(ROOT).await;
        assert_eq!(of_resets(&root).await.len(), 2);
        assert_eq!(stopping.helper.calls_of("SetPassword").len(), 1);
    }
}

#[tokio::test]
async fn while_an_earlier_password_is_uncertain_no_reset_says_that_the_former_one_holds() {
    let (host, _alice) = with_phone_and_address(RULES).await;
    let account = Arc::new(Mutex::new("settable"));
    let said = Arc::clone(&account);
    // What it does with a password is not known, nor what became of a ticket.
    let helper = PasswordHelper::start(&host, move |method, _| {
        (method == "Check").then(|| json!({"account": *said.lock().unwrap()}))
    });
    for (says, answers) in [
        ("settable", &[PASSWORD, PASSWORD][..]),
        // It is too soon for another ticket.
        ("settable", &[PASSWORD, PASSWORD]),
        ("barred", &[]),
    ] {
        *account.lock().unwrap() = says;
        let mut reset = begin(&host, ALICE_NAME);
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let email = send(&host, &mut reset, "Email").await;
        reset.answer(&email.code).unwrap();
        for answer in answers {
            reset.answer(answer).unwrap();
        }
        let (outcome, told) = reset.ended().unwrap();
        assert_eq!(outcome, "refused");
        assert!(told.contains("not certain which password holds"), "{told}");
        assert!(!told.contains("former one holds"), "{told}");
    }
    assert_eq!(helper.calls_of("SetPassword").len(), 1);
}
