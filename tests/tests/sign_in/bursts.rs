//! One code used several times at once, through real PAM stacks, never opens two sessions.

use crate::fixture::{SESSION, count, lenient};
use secinfo_tests::load::{SeededRandom, Token};
use secinfo_tests::{
    ALICE, ALICE_ACCOUNT, Pty, ROOT, Setup, SignInHost, SignInSocket, module_alone,
};
use serde_json::json;
use std::thread;
use std::time::Duration;

/// How many clients use the code at once.
const AT_ONCE: usize = 4;

const PAM_SUCCESS: i32 = 0;

async fn with_token(setup: Setup) -> (SignInHost, Token) {
    let host = SignInHost::with(setup).await;
    let (root, alice) = (host.client(ROOT).await, host.client(ALICE).await);
    // A counter-based token has any number of codes at any time.
    let token = Token::give(&root, &alice, 20_261_201).await;
    (host, token)
}

#[tokio::test]
async fn of_four_pam_hosts_with_one_code_one_admits_the_user_in_each_of_a_thousand_bursts() {
    const BURSTS: usize = 1000;
    let (host, mut token) = with_token(lenient()).await;
    host.service("burst", &module_alone(""));
    let mut hosts: Vec<_> = (0..AT_ONCE)
        .map(|_| host.pam_host("burst", "alice"))
        .collect();
    for burst in 0..BURSTS {
        for host in &mut hosts {
            host.send("authenticate");
        }
        // Each has its own sign-in that waits for the code.
        for host in &mut hosts {
            host.prompt();
        }
        let attempt = format!("answer {}\nfail", token.next_code());
        for host in &mut hosts {
            host.send(&attempt);
        }
        let ends: Vec<_> = hosts.iter_mut().map(secinfo_tests::PamHost::end).collect();
        let let_in = ends.iter().filter(|end| **end == PAM_SUCCESS).count();
        assert_eq!(let_in, 1, "burst {burst}: {ends:?}");
    }
    assert_eq!(count(&host, "verification-succeeded").await, BURSTS);
}

#[tokio::test]
async fn of_four_ssh_clients_with_one_code_one_opens_a_session() {
    let (host, mut token) = with_token(lenient()).await;
    host.service("sshd", "auth required {module}");
    let sshd = host.sshd("");
    let ptys: Vec<_> = (0..AT_ONCE).map(|_| Pty::open()).collect();
    for _ in 0..5 {
        let mut clients: Vec<_> = ptys
            .iter()
            .map(|pty| host.ssh(&sshd, pty, ALICE_ACCOUNT, &[]))
            .collect();
        for client in &mut clients {
            client.expect("Code from Hardware token");
            client.expect(": ");
        }
        let code = token.next_code();
        for client in &mut clients {
            client.answer(&code);
        }
        let mut sessions = 0;
        for mut client in clients {
            let said = client.expect_one_of(&[SESSION, "Code from"]);
            if said.ends_with(SESSION) {
                sessions += 1;
                assert!(client.ended().0.success());
            }
        }
        assert_eq!(sessions, 1);
    }
}

/// Sends the code on each connection at once, and kills the daemon after a while; how often the code was
/// accepted, as far as any of them was told.
fn burst(host: &mut SignInHost, code: &str, kill_after: Option<Duration>) -> usize {
    let socket = host.sign_in_socket();
    let mut members: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let mut member = SignInSocket::connect(&socket, ROOT);
            let step = member.start("alice", "burst", &json!({})).unwrap();
            assert_eq!(step.outcome, "ask");
            member
        })
        .collect();
    let answer = json!({"method": "org.secinfo.SignIn.Answer", "parameters": {"answer": code}});
    let answer = format!("{answer}\0");
    for member in &mut members {
        member.send(answer.as_bytes()).unwrap();
    }
    if let Some(after) = kill_after {
        thread::sleep(after);
        host.kill();
    }
    let replies = members.iter_mut().filter_map(SignInSocket::receive);
    let verified =
        |reply: &serde_json::Value| reply["parameters"]["decision"]["outcome"] == "verified";
    replies.filter(verified).count()
}

#[tokio::test]
async fn a_code_is_accepted_once_on_the_socket_also_across_a_kill_in_the_middle_of_a_burst() {
    const KILLS: usize = 40;
    let (mut host, mut token) = with_token(lenient()).await;
    let mut random = SeededRandom::new(20_261_129);
    for kill in 0..KILLS {
        let code = token.next_code();
        let after = Duration::from_micros(random.below(4000));
        let before = burst(&mut host, &code, Some(after));
        host.start_daemon().await;
        let afterwards = burst(&mut host, &code, None);
        assert!(
            before + afterwards <= 1,
            "kill {kill}: {before} + {afterwards}"
        );
    }
    // Each code once: answered, or on disk when the daemon was killed, or accepted by the next one.
    assert_eq!(count(&host, "verification-succeeded").await, KILLS);
}
