//! Rows for a daemon that is missing, fails or is an impostor.

use crate::code::*;
use crate::daemon::{Daemon, Reply, ask, listen, verified};
use crate::host::{PamHost, SERVICE, write_service};
use crate::{CANNOT_DECIDE, Fixture, fixture};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use secinfo_wire::sign_in::SignInError;
use secinfo_wire::varlink::{self, Nothing};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::thread::sleep;
use std::time::Duration;

/// The prompt of a conversation that a test interrupts.
fn prompted(host: &mut PamHost) {
    host.send("authenticate");
    assert_eq!(host.event(), "hidden Code: ");
}

#[test]
fn no_socket_is_unavailable() {
    let fixture = Fixture::new();
    for path in ["/nonexistent/sign-in", "/dev/null", "/"] {
        write_service(&fixture.pam_d(), SERVICE, &format!("socket={path}"));
        let called = fixture.host().call("authenticate", &[]);
        assert_eq!(called.code, AUTHINFO_UNAVAIL, "{path}");
        assert_eq!(called.shown, [CANNOT_DECIDE], "{path}");
    }
}

#[test]
fn no_daemon_is_unavailable() {
    let fixture = Fixture::new();
    drop(listen(&fixture.socket(), 0));
    let called = fixture.host().call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
    assert_eq!(called.shown, [CANNOT_DECIDE]);
}

#[test]
fn a_daemon_that_does_not_run_is_waited_for_while_it_is_started() {
    let fixture = Fixture::new();
    // As systemd listens for it.
    let listener = listen(&fixture.socket(), 0);
    let mut host = fixture.host();
    host.send("authenticate");
    let minute = Timespec {
        tv_sec: 60,
        tv_nsec: 0,
    };
    let come = poll(&mut [PollFd::new(&listener, PollFlags::IN)], Some(&minute));
    assert_eq!(come, Ok(1), "nobody connects");
    let _daemon = Daemon::take_over(listener, [verified()]);
    assert_eq!(host.finish("authenticate", &[]).code, SUCCESS);
}

#[test]
fn a_daemon_that_hangs_at_the_start_is_unavailable() {
    let fixture = Fixture::new();
    fixture.configure("timeout=1");
    let daemon = Daemon::start(&fixture.socket(), 0, [Reply::Nothing]);
    let called = fixture.host().call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
    assert_eq!(called.shown, [CANNOT_DECIDE]);
    assert_eq!(daemon.calls().len(), 1);
}

#[test]
fn a_daemon_that_hangs_at_an_answer_is_unavailable() {
    let fixture = Fixture::new();
    fixture.configure("timeout=3");
    let daemon = Daemon::start(&fixture.socket(), 0, [ask("Code: ", false), Reply::Nothing]);
    let called = fixture.host().call("authenticate", &["answer 1"]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
    assert_eq!(daemon.calls().len(), 2);
}

#[test]
fn a_daemon_that_sends_without_end_is_unavailable_in_time() {
    let fixture = Fixture::new();
    fixture.configure("timeout=2");
    let _daemon = Daemon::start(&fixture.socket(), 0, [Reply::Raw(vec![b' '; 1 << 16])]);
    let called = fixture.host().call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
}

#[test]
fn a_socket_that_accepts_no_connection_is_unavailable_in_time() {
    let fixture = Fixture::new();
    fixture.configure("timeout=1");
    let listener = listen(&fixture.socket(), 0);
    rustix::net::listen(&listener, 0).unwrap();
    let _waiting = UnixStream::connect(fixture.socket()).unwrap();
    let called = fixture.host().call("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
}

#[test]
fn a_full_queue_is_waited_for() {
    let fixture = Fixture::new();
    let listener = listen(&fixture.socket(), 0);
    rustix::net::listen(&listener, 0).unwrap();
    let waiting = UnixStream::connect(fixture.socket()).unwrap();
    let mut host = fixture.host();
    host.send("authenticate");
    // Long enough for the host to be there, in most runs; the outcome is the same in all.
    sleep(Duration::from_millis(300));
    drop(waiting);
    let _daemon = Daemon::take_over(listener, [verified()]);
    assert_eq!(host.finish("authenticate", &[]).code, SUCCESS);
}

#[test]
fn a_daemon_that_is_killed_during_the_conversation_is_unavailable_and_the_host_survives() {
    let (_fixture, daemon, mut host) = fixture([ask("Code: ", false)]);
    let before = host.ask("state");
    prompted(&mut host);
    drop(daemon);
    host.send("answer 1");
    let called = host.finish("authenticate", &[]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
    assert_eq!(called.shown, [CANNOT_DECIDE]);
    assert_eq!(host.ask("state"), before);
}

#[test]
fn a_daemon_that_says_why_it_ends_the_connection_is_heard() {
    let rows = [
        (SignInError::NoSignIn, AUTH_ERR),
        (SignInError::ShuttingDown, AUTHINFO_UNAVAIL),
    ];
    for (why, code) in rows {
        let mut bytes = varlink::reply(&prompt(), 256).to_vec();
        bytes.extend_from_slice(&varlink::error(why.name(), &Nothing {}));
        let first = bytes.iter().position(|byte| *byte == 0).unwrap() + 1;
        let fixture = Fixture::new();
        let listener = listen(&fixture.socket(), 0);
        let mut host = fixture.host();
        host.send("authenticate");
        let (mut stream, _) = listener.accept().unwrap();
        std::io::Write::write_all(&mut stream, &bytes[..first]).unwrap();
        assert_eq!(host.event(), "hidden Code: ");
        std::io::Write::write_all(&mut stream, &bytes[first..]).unwrap();
        drop(stream);
        host.send("answer 1");
        assert_eq!(host.finish("authenticate", &[]).code, code, "{why:?}");
    }
}

fn prompt() -> secinfo_wire::sign_in::Step {
    match ask("Code: ", false) {
        Reply::Step(step) => step,
        _ => unreachable!("it is a step"),
    }
}

#[test]
fn an_impostor_is_unavailable_and_is_told_nothing() {
    for uid in [65534, 8] {
        let fixture = Fixture::new();
        let impostor = Daemon::start(&fixture.socket(), uid, [verified()]);
        let called = fixture.host().call("authenticate", &[]);
        assert_eq!(called.code, AUTHINFO_UNAVAIL);
        assert_eq!(impostor.calls(), []);
    }
}

#[test]
fn a_socket_below_another_users_directory_is_told_nothing() {
    let fixture = Fixture::new();
    let directory = fixture.path().join("theirs");
    fs::create_dir(&directory).unwrap();
    let socket = directory.join("sign-in");
    let daemon = Daemon::start(&socket, 0, [verified()]);
    fixture.configure(&format!("socket={}", socket.display()));
    chown(&directory, Some(65534), None).unwrap();
    assert_eq!(
        fixture.host().call("authenticate", &[]).code,
        AUTHINFO_UNAVAIL
    );
    chown(&directory, Some(0), None).unwrap();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(
        fixture.host().call("authenticate", &[]).code,
        AUTHINFO_UNAVAIL
    );
    assert_eq!(daemon.calls(), []);
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(fixture.host().call("authenticate", &[]).code, SUCCESS);
}

#[test]
fn after_a_restart_of_the_daemon_the_new_one_is_told_nothing() {
    for uid in [0, 65534] {
        let (fixture, daemon, mut host) = fixture([ask("Code: ", false)]);
        prompted(&mut host);
        drop(daemon);
        let next = Daemon::start(&fixture.socket(), uid, [verified()]);
        host.send("answer 1");
        assert_eq!(host.finish("authenticate", &[]).code, AUTHINFO_UNAVAIL);
        assert_eq!(next.calls(), []);
    }
}

#[test]
fn endless_prompts_are_unavailable() {
    let (_fixture, _daemon, mut host) = fixture(vec![ask("Code: ", false); 201]);
    let called = host.call("authenticate", &["answer 1"; 200]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
}
