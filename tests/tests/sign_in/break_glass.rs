//! Break-glass codes while the daemon cannot decide.

use crate::fixture::{count, pamtester_result, with_probe};
use crate::outcomes::{AUTHINFO_UNAVAIL, SUCCESS, outcome, outcome_of};
use secinfo_tests::{App, Pty, Setup, SignInHost, binary};
use std::time::{Duration, Instant};

/// Creates a break-glass code for a user.
pub(crate) fn break_glass(host: &SignInHost, user: &str) -> String {
    let directory = host.break_glass_directory();
    let secinfo = binary("secinfo");
    let mut command = host.command(&[secinfo.to_str().unwrap(), "--json"]);
    command.args(["break-glass", "create", user, "--count", "1"]);
    let output = command.arg("--directory").arg(directory).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    made["codes"][0]["code"].as_str().unwrap().to_owned()
}

async fn with_break_glass() -> (SignInHost, App, String) {
    let setup = Setup::with_drift().daemon("break_glass_directory = \"{host}/break-glass\"");
    let (host, app) = with_probe(setup).await;
    let code = break_glass(&host, "alice");
    (host, app, code)
}

#[tokio::test]
async fn a_break_glass_code_is_success_once_and_only_while_the_daemon_cannot_decide() {
    let (mut host, mut app, code) = with_break_glass().await;
    assert_eq!(outcome_of(&host, &app.codes.fresh()), SUCCESS);
    host.stop();
    let pty = Pty::open();
    let mut dialogue = host.pamtester(&pty, "probe", "alice");
    dialogue.when_asked("Break-glass code: ", "AAAA-AAAA");
    dialogue.when_asked("Break-glass code: ", &code);
    assert_eq!(pamtester_result(dialogue.ended()), SUCCESS);
    assert_eq!(outcome(&host), AUTHINFO_UNAVAIL, "used up");

    // The daemon appends it to the log as soon as it can.
    host.start_daemon().await;
    let begun = Instant::now();
    while count(&host, "break-glass-used").await == 0 {
        assert!(
            begun.elapsed() < Duration::from_mins(2),
            "it is not recorded"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(count(&host, "break-glass-used").await, 1);
}
