//! Programs on the socket that do not keep to the contract, or want more than their share.

use super::{plain, start};
use secinfo_tests::{
    ALICE, ALICE_NAME, BOB, BOB_NAME, ROOT, STRANGER, STRANGER_NAME, Setup, SignInSocket, TestHost,
};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Required of everybody, so that everybody is asked.
fn required() -> Setup {
    Setup::with_drift().more("[policy.sign-in]\nverify = \"required\"\n")
}

async fn with_app(setup: Setup) -> TestHost {
    let host = TestHost::with(setup).await;
    host.client(ALICE).await.enroll_app("Phone", 10).await;
    host
}

fn held(host: &TestHost, uid: u32, name: &str) -> SignInSocket {
    let mut socket = SignInSocket::connect(&host.sign_in_socket(), uid);
    let step = socket.start(name, "su", &plain()).unwrap();
    assert_eq!(step.outcome, "ask");
    socket
}

/// Whether the daemon has ended the connection, and said so.
fn is_over(mut socket: SignInSocket) -> bool {
    match socket.answer("?") {
        Ok(_) => false,
        Err(refusal) => {
            assert_eq!(refusal.short(), "NoSignIn");
            true
        }
    }
}

#[tokio::test]
async fn a_message_that_is_none_ends_its_connection_and_no_other() {
    let host = with_app(Setup::with_drift()).await;
    let other = held(&host, ROOT, ALICE_NAME);
    let start = json!({"method": "org.secinfo.SignIn.Start",
                       "parameters": {"name": ALICE_NAME, "service": "su"}});
    let nested = format!(
        "{{\"method\":\"a.b.C\",\"parameters\":{}",
        "[".repeat(60_000)
    );
    let long = format!("{{\"method\":\"{}\"}}", "x".repeat(1 << 20));
    for bytes in [
        "",
        "{}",
        "[]",
        "null",
        "GET / HTTP/1.1\r\n\r\n",
        "l\u{1}\u{0}\u{1}",
        "{\"method\":1}",
        "{\"method\":\"a.b.C\",\"colour\":1}",
        &nested,
        &long,
    ] {
        for uid in [ROOT, STRANGER] {
            let mut socket = SignInSocket::connect(&host.sign_in_socket(), uid);
            // The daemon may have closed it before all was sent.
            let _ = socket.send(format!("{bytes}\0{start}\0").as_bytes());
            assert_eq!(
                socket.receive(),
                None,
                "{:?}",
                &bytes[..bytes.len().min(40)]
            );
        }
    }
    assert!(!is_over(other));
}

#[tokio::test]
async fn calls_that_are_not_in_the_contract_are_refused_by_their_standard_names() {
    let host = with_app(Setup::with_drift()).await;
    let mut socket = SignInSocket::connect(&host.sign_in_socket(), STRANGER);
    let standard = "org.varlink.service.";
    for (method, parameters, error) in [
        ("org.secinfo.SignIn.Stop", json!({}), "MethodNotFound"),
        ("Start", json!({}), "MethodNotFound"),
        ("org.example.Other.Start", json!({}), "InterfaceNotFound"),
        ("org.secinfo.SignIn.Start", json!({}), "InvalidParameter"),
        ("org.secinfo.SignIn.Start", json!([]), "InvalidParameter"),
        (
            "org.secinfo.SignIn.Answer",
            json!({"answer": 1}),
            "InvalidParameter",
        ),
        (
            "org.secinfo.SignIn.Cancel",
            json!({"why": 1}),
            "InvalidParameter",
        ),
        (
            "org.varlink.service.GetInterfaceDescription",
            json!({"interface": "org.example.Other"}),
            "InterfaceNotFound",
        ),
    ] {
        let refused = socket.call(method, &parameters).unwrap_err();
        assert_eq!(refused.name, format!("{standard}{error}"), "{method}");
    }
    let unstarted = socket.answer("1").unwrap_err();
    assert_eq!(unstarted.short(), "NoSignIn");
}

#[tokio::test]
async fn the_service_describes_itself() {
    let host = TestHost::start().await;
    let mut socket = SignInSocket::connect(&host.sign_in_socket(), STRANGER);
    let info = socket
        .call("org.varlink.service.GetInfo", &json!({}))
        .unwrap();
    let interfaces = json!([
        "org.varlink.service",
        "org.secinfo.SignIn",
        "org.secinfo.PasswordReset"
    ]);
    assert_eq!(info["interfaces"], interfaces);
    for interface in interfaces.as_array().unwrap() {
        let described = socket.call(
            "org.varlink.service.GetInterfaceDescription",
            &json!({"interface": interface}),
        );
        let text = described.unwrap()["description"]
            .as_str()
            .unwrap()
            .to_owned();
        let name = interface.as_str().unwrap();
        assert!(text.contains(&format!("\ninterface {name}\n")), "{text}");
    }
}

#[tokio::test]
async fn nobody_but_root_signs_in_another() {
    let host = with_app(Setup::with_drift()).await;
    for (uid, name, error) in [
        (STRANGER, ALICE_NAME, Some("NotAuthorized")),
        (STRANGER, "root", Some("NotAuthorized")),
        (STRANGER, "no-such-account", Some("NotAuthorized")),
        (BOB, ALICE_NAME, Some("NotAuthorized")),
        (BOB, BOB_NAME, None),
        (ALICE, ALICE_NAME, None),
        (ROOT, ALICE_NAME, None),
        (ROOT, "no-such-account", Some("UserNotFound")),
    ] {
        let client = host.client(uid).await;
        let started = start(&client, name, "su", &plain());
        let refused = started.err().map(|refusal| refusal.short().to_owned());
        assert_eq!(refused.as_deref(), error, "{uid} {name}");
    }
}

#[tokio::test]
async fn calls_without_a_reply_and_several_at_once_are_answered_in_their_order() {
    let host = with_app(Setup::with_drift()).await;
    let mut socket = SignInSocket::connect(&host.sign_in_socket(), ROOT);
    let call = |method: &str, parameters: Value, oneway: bool| {
        let call = json!({"method": method, "parameters": parameters, "oneway": oneway});
        format!("{call}\0")
    };
    let parameters = json!({"name": ALICE_NAME, "service": "su"});
    let calls = [
        call("org.secinfo.SignIn.Start", parameters, false),
        call("org.secinfo.SignIn.Cancel", json!({}), true),
        call("org.secinfo.SignIn.Answer", json!({"answer": "1"}), false),
    ];
    socket.send(calls.concat().as_bytes()).unwrap();
    assert!(socket.receive().unwrap()["parameters"]["prompt"].is_object());
    assert_eq!(
        socket.receive().unwrap()["error"],
        "org.secinfo.SignIn.NoSignIn"
    );
}

#[tokio::test]
async fn an_account_that_floods_loses_its_own_oldest_prompts_and_nobody_elses() {
    let host = with_app(required()).await;
    let login = held(&host, ROOT, ALICE_NAME);
    let stranger = host.client(STRANGER).await;
    stranger.enroll_app("Phone", 10).await;
    let mut flood: Vec<_> = (0..300)
        .map(|_| held(&host, STRANGER, STRANGER_NAME))
        .collect();
    let own = held(&host, ALICE, ALICE_NAME);
    // Silent ones, and halves of messages, take the same share.
    let silent: Vec<_> = (0..300)
        .map(|number| {
            let mut socket = SignInSocket::connect(&host.sign_in_socket(), STRANGER);
            if number % 2 == 0 {
                let _ = socket.send(b"{\"method\":\"org.secinfo");
            }
            socket
        })
        .collect();
    assert!(is_over(flood.remove(0)) && is_over(flood.pop().unwrap()));
    assert!(!is_over(held(&host, ROOT, STRANGER_NAME)));
    assert!(!is_over(login) && !is_over(own));
    drop(silent);
}

#[tokio::test]
async fn prompts_for_one_user_leave_room_for_those_of_others() {
    let host = with_app(required()).await;
    let stranger = host.client(STRANGER).await;
    stranger.enroll_app("Phone", 10).await;
    let bob = held(&host, ROOT, STRANGER_NAME);
    let mut flood: Vec<_> = (0..300).map(|_| held(&host, ROOT, ALICE_NAME)).collect();
    assert!(is_over(flood.remove(0)));
    assert!(!is_over(flood.pop().unwrap()));
    assert!(!is_over(bob));
}

#[tokio::test]
async fn a_peer_that_reads_no_reply_holds_up_no_other() {
    let host = with_app(Setup::with_drift()).await;
    let mut deaf = SignInSocket::connect(&host.sign_in_socket(), STRANGER);
    deaf.set_nonblocking();
    let call = b"{\"method\":\"org.varlink.service.GetInterfaceDescription\",\
                 \"parameters\":{\"interface\":\"org.secinfo.SignIn\"}}\0";
    // Until neither direction has room any more.
    while deaf.send(call).is_ok() {}
    assert!(!is_over(held(&host, ROOT, ALICE_NAME)));
}

/// The messages of the conversation that the reference shows, by a shell and `socat`.
fn shown_in_the_reference() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/sign-in.md");
    let text = fs::read_to_string(path).unwrap();
    let messages = text.split("printf '").skip(1);
    messages
        .map(|rest| rest.split_once("\\0'").unwrap().0.to_owned())
        .collect()
}

#[tokio::test]
async fn the_conversation_that_the_reference_shows_is_held_by_socat() {
    let host = TestHost::with(Setup::with_drift()).await;
    let mut app = host.client(ALICE).await.enroll_app("Phone", 10).await;
    let address = format!("UNIX-CONNECT:{}", host.sign_in_socket().display());
    let mut socat = Command::new("socat")
        .args(["-", &address])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("socat is installed (Debian package socat)");
    let mut input = socat.stdin.take().unwrap();
    let mut output = BufReader::new(socat.stdout.take().unwrap());
    let mut say = |message: &str| {
        input.write_all(format!("{message}\0").as_bytes()).unwrap();
        let mut reply = Vec::new();
        output.read_until(0, &mut reply).unwrap();
        serde_json::from_slice::<Value>(reply.strip_suffix(b"\0").unwrap()).unwrap()
    };
    let messages = shown_in_the_reference();
    let [start, answer] = messages.as_slice() else {
        panic!("{messages:?}");
    };
    let asked = say(&start.replace("alice", ALICE_NAME));
    assert!(asked["parameters"]["prompt"].is_object(), "{asked}");
    let wrong = say(answer);
    assert!(wrong["parameters"]["prompt"].is_object(), "{wrong}");
    let decided = say(&answer.replace("123456", &app.codes.fresh()));
    let decision = &decided["parameters"]["decision"];
    assert_eq!(decision["outcome"], "verified", "{decided}");
    assert_eq!(decision["name"], ALICE_NAME);
    drop(input);
    assert!(socat.wait().unwrap().success());
}
