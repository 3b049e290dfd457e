//! Rows for a daemon or a bus that is missing, fails or is an impostor.

use crate::code::*;
use crate::daemon::{Daemon, ReceivedCall, Reply, ask, end};
use crate::host::{PamHost, SERVICE, write_service};
use crate::{CANNOT_DECIDE, Fixture, fixture};
use rustix::process::{Pid, Signal, kill_process};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

/// The prompt of a conversation that a test interrupts.
fn prompted(host: &mut PamHost) {
    host.send("authenticate");
    assert_eq!(host.event(), "hidden Code: ");
}

fn verified() -> Reply {
    Reply::Step(end("verified"))
}

#[test]
fn no_bus_is_unavailable() {
    let mut fixture = Fixture::new();
    fixture.bus.kill();
    let called = fixture.host().call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
    assert_eq!(called.shown, [CANNOT_DECIDE]);
}

#[test]
fn no_socket_is_unavailable() {
    let fixture = Fixture::new();
    write_service(&fixture.pam_d(), SERVICE, "bus=unix:path=/nonexistent/bus");
    let called = fixture.host().call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
}

#[test]
fn no_daemon_is_unavailable() {
    let fixture = Fixture::new();
    let called = fixture.host().call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
    assert_eq!(called.shown, [CANNOT_DECIDE]);
}

#[test]
fn a_daemon_that_cannot_start_is_unavailable() {
    let fixture = Fixture::starting(|_| "/bin/false".to_owned());
    let called = fixture.host().call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_does_not_run_is_started() {
    let fixture = Fixture::starting(|directory| format!("/usr/bin/touch {directory}/started"));
    let started = fixture.path().join("started");
    let mut host = fixture.host();
    host.send("authenticate");
    let begun = Instant::now();
    while !started.exists() {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "nothing was started"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let _daemon = Daemon::start(&fixture.bus, 0, [verified()]).await;
    assert_eq!(host.finish("authenticate", &[]).code, SUCCESS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_hangs_at_the_start_is_unavailable() {
    let (fixture, daemon, mut host) = fixture([Reply::Nothing]).await;
    fixture.configure("timeout=1");
    host = {
        drop(host);
        fixture.host()
    };
    let called = host.call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
    assert_eq!(called.shown, [CANNOT_DECIDE]);
    assert_eq!(daemon.calls().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_hangs_at_an_answer_is_unavailable() {
    let fixture = Fixture::new();
    fixture.configure("timeout=3");
    let daemon = Daemon::start(&fixture.bus, 0, [ask("Code: ", false), Reply::Nothing]).await;
    let called = fixture.host().call("authenticate", &["answer 1"]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
    assert_eq!(daemon.calls().len(), 2);
}

#[test]
fn a_bus_that_hangs_is_unavailable() {
    let fixture = Fixture::new();
    fixture.configure("timeout=1");
    let pid = Pid::from_raw(fixture.bus.pid().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    let called = fixture.host().call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
}

#[test]
fn a_bus_that_accepts_no_connection_is_unavailable() {
    let fixture = Fixture::new();
    let path = fixture.path().join("full");
    let listener = UnixListener::bind(&path).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let _waiting = UnixStream::connect(&path).unwrap();
    let arguments = format!("timeout=1 bus=unix:path={}", path.display());
    write_service(&fixture.pam_d(), SERVICE, &arguments);
    let called = fixture.host().call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_is_killed_during_the_conversation_is_unavailable() {
    let (_scene, daemon, mut host) = fixture([ask("Code: ", false)]).await;
    prompted(&mut host);
    daemon.kill().await;
    host.send("answer 1");
    let called = host.finish("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
    assert_eq!(called.shown, [CANNOT_DECIDE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_is_killed_during_the_conversation_is_unavailable_and_the_host_survives() {
    let (mut fixture, _daemon, mut host) = fixture([ask("Code: ", false)]).await;
    let before = host.ask("state");
    prompted(&mut host);
    fixture.bus.kill();
    host.send("answer 1");
    assert_eq!(host.finish("authenticate", &[]).code, AUTHINFO_UNAVAIL);
    assert_eq!(host.ask("state"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_impostor_is_unavailable_and_is_told_nothing() {
    for uid in [65534, 8] {
        let fixture = Fixture::new();
        let impostor = Daemon::start(&fixture.bus, uid, [verified()]).await;
        let called = fixture.host().call("authenticate", &[]);
        assert_eq!(called.code, AUTHINFO_UNAVAIL);
        assert_eq!(impostor.calls(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_of_the_daemon_the_new_one_is_told_nothing() {
    for uid in [0, 65534] {
        let (fixture, daemon, mut host) = fixture([ask("Code: ", false)]).await;
        prompted(&mut host);
        daemon.kill().await;
        let next = Daemon::start(&fixture.bus, uid, [verified()]).await;
        host.send("answer 1");
        assert_eq!(host.finish("authenticate", &[]).code, AUTHINFO_UNAVAIL);
        assert_eq!(next.calls(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_takes_the_name_during_the_conversation_is_not_asked() {
    let (fixture, daemon, mut host) = fixture([ask("Code: ", false), verified()]).await;
    prompted(&mut host);
    daemon.release_name().await;
    let next = Daemon::start(&fixture.bus, 65534, [verified()]).await;
    host.send("answer 1");
    assert_eq!(host.finish("authenticate", &[]).code, SUCCESS);
    assert_eq!(next.calls(), []);
    assert_eq!(daemon.calls()[1..], [ReceivedCall::Answer("1".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_prompts_are_unavailable() {
    let (_scene, _daemon, mut host) = fixture(vec![ask("Code: ", false); 201]).await;
    let called = host.call("authenticate", &["answer 1"; 200]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
}
