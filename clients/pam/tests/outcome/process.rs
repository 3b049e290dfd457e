//! Rows for the host's process, which the module leaves unchanged.

use crate::break_glass::{USER, create};
use crate::code::*;
use crate::daemon::{Daemon, ReceivedCall, Reply, ask, end_for, refused, verified};
use crate::host::PamHost;
use crate::{Fixture, fixture};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use secinfo_wire::sign_in::{Outcome, RefusedFor};

#[test]
fn nothing_is_left_in_the_process() {
    let conversations = 40;
    let replies = (0..conversations).flat_map(|_| [ask("Code: ", false), verified()]);
    let replies = replies.chain([
        refused(RefusedFor::Locked),
        Reply::Last(b"7\0".to_vec()),
        ask("Code: ", false),
    ]);
    let (_fixture, _daemon, mut host) = fixture(replies);
    let before = host.ask("state");
    assert!(before.contains("threads=1 "), "{before}");
    for _ in 0..conversations {
        assert_eq!(host.call("authenticate", &["answer 1"]).code, SUCCESS);
        assert_eq!(host.call("account", &[]).code, SUCCESS);
        assert_eq!(host.ask("state"), before);
    }
    assert_eq!(host.call("authenticate", &[]).code, MAXTRIES);
    assert_eq!(host.call("authenticate", &[]).code, AUTHINFO_UNAVAIL);
    assert_eq!(host.call("authenticate", &["fail"]).code, CONV_ERR);
    assert_eq!(host.ask("state"), before);
    assert_eq!(host.ask("end"), "0");
    assert_eq!(host.ask("state"), before);
    assert_eq!(host.errors(), "");
}

#[test]
fn nothing_is_left_when_there_is_no_daemon() {
    let fixture = Fixture::new();
    let mut host = fixture.host();
    let before = host.ask("state");
    for _ in 0..5 {
        assert_eq!(host.call("authenticate", &[]).code, AUTHINFO_UNAVAIL);
    }
    assert_eq!(host.ask("state"), before);
}

#[test]
fn a_host_that_forked_before_is_served() {
    let (_fixture, daemon, mut host) = fixture([ask("Code: ", false), verified()]);
    host.send("fork");
    let before = host.ask("state");
    assert_eq!(host.call("authenticate", &["answer 1"]).code, SUCCESS);
    assert_eq!(host.call("account", &[]).code, SUCCESS);
    assert_eq!(host.ask("state"), before);
    assert_eq!(host.ask("end"), "0");
    host.send("exit");
    assert_eq!(host.event(), "joined 0");
    // The parent has no decision, as in sshd.
    assert_eq!(host.call("account", &[]).code, IGNORE);
    assert_eq!(daemon.calls()[1], ReceivedCall::Answer("1".to_owned()));
}

#[test]
fn a_host_that_forks_afterwards_is_served_in_both_processes() {
    let replies = [verified(), verified(), verified()];
    let (_fixture, _daemon, mut host) = fixture(replies);
    assert_eq!(host.call("authenticate", &[]).code, SUCCESS);
    host.send("fork");
    assert_eq!(host.call("account", &[]).code, SUCCESS);
    assert_eq!(host.call("authenticate", &[]).code, SUCCESS);
    assert_eq!(host.ask("end"), "0");
    host.send("exit");
    assert_eq!(host.event(), "joined 0");
    assert_eq!(host.call("account", &[]).code, SUCCESS);
    assert_eq!(host.call("authenticate", &[]).code, SUCCESS);
    assert_eq!(host.ask("end"), "0");
}

#[test]
fn a_panic_is_a_system_error_and_writes_nothing_to_the_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let mut host = PamHost::start(directory.path());
    assert_eq!(host.ask("panic"), SYSTEM_ERR.to_string());
    assert_eq!(host.errors(), "");
}

/// A user can choose the limits of `su`, and must not choose break-glass codes by it.
#[test]
fn a_host_without_a_descriptor_left_is_a_system_error_and_asks_for_no_break_glass_code() {
    let fixture = Fixture::new();
    create(&fixture, 9);
    let daemon = Daemon::start(&fixture.socket(), 0, [end_for(USER, Outcome::Verified)]);
    let mut host = fixture.host_of(USER);
    // libpam has loaded the module from now on.
    assert_eq!(host.call("authenticate", &[]).code, SUCCESS);
    let limit = Rlimit {
        current: Some(3),
        maximum: Some(3),
    };
    let pid = Pid::from_raw(host.pid().try_into().unwrap());
    prlimit(pid, Resource::Nofile, limit).unwrap();
    let called = host.call("authenticate", &[]);
    assert_eq!(called.code, SYSTEM_ERR);
    let told = "error Dieses Programm hat keinen Platz mehr, um Sie zu prüfen: Schließen Sie andere Programme, und melden Sie sich noch einmal an.";
    assert_eq!(called.shown, [told]);
    assert_eq!(daemon.calls().len(), 1);
}
