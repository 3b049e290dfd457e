//! Rows for the host's process, which the module leaves unchanged.

use crate::code::*;
use crate::daemon::{ReceivedCall, Reply, ask, end, refused};
use crate::host::PamHost;
use crate::{Fixture, fixture};

fn verified() -> Reply {
    Reply::Step(end("verified"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_in_the_process() {
    let conversations = 40;
    let replies = (0..conversations).flat_map(|_| [ask("Code: ", false), verified()]);
    let replies = replies.chain([refused("locked"), Reply::Nonsense, ask("Code: ", false)]);
    let (_scene, _daemon, mut host) = fixture(replies).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_forked_before_is_served() {
    let (_scene, daemon, mut host) = fixture([ask("Code: ", false), verified()]).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_forks_afterwards_is_served_in_both_processes() {
    let replies = [verified(), verified(), verified()];
    let (_scene, _daemon, mut host) = fixture(replies).await;
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
