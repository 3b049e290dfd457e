//! Rows for the phases after authentication.

use crate::code::*;
use crate::daemon::{Reply, end, refused};
use crate::{Fixture, fixture};
use secinfo_wire::SignInStep;

fn not_covered() -> Reply {
    Reply::Step(SignInStep {
        why: Some("off".to_owned()),
        ..end("not-covered")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_user_passes() {
    let (_scene, _daemon, mut host) = fixture([Reply::Step(end("verified"))]).await;
    assert_eq!(host.call("authenticate", &[]).code, SUCCESS);
    assert_eq!(host.call("account", &[]).code, SUCCESS);
    assert_eq!(host.call("credentials", &[]).code, SUCCESS);
    assert_eq!(host.ask("end"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_not_covered_is_ignored() {
    let (_scene, _daemon, mut host) = fixture([not_covered()]).await;
    assert_eq!(host.call("authenticate", &[]).code, IGNORE);
    assert_eq!(host.call("account", &[]).code, IGNORE);
    assert_eq!(host.call("credentials", &[]).code, IGNORE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_changed_between_the_phases_is_denied() {
    for (reply, granted) in [(Reply::Step(end("verified")), true), (not_covered(), false)] {
        let (_scene, _daemon, mut host) = fixture([reply]).await;
        host.call("authenticate", &[]);
        for user in ["root", "alice2", "Alice"] {
            assert_eq!(host.ask(&format!("item 2 {user}")), "0");
            assert_eq!(host.call("account", &[]).code, PERM_DENIED, "{user}");
            // libpam does not set credentials if it went on to the next module.
            let code = if granted { CRED_ERR } else { IGNORE };
            assert_eq!(host.call("credentials", &[]).code, code, "{user}");
        }
    }
}

#[test]
fn without_authentication_the_account_is_ignored_and_there_are_no_credentials() {
    let fixture = Fixture::new();
    let mut host = fixture.host();
    assert_eq!(host.call("account", &[]).code, IGNORE);
    assert_eq!(host.call("credentials", &[]).code, SUCCESS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_after_a_success_removes_the_decision() {
    let replies = [Reply::Step(end("verified")), refused("expired")];
    let (_scene, _daemon, mut host) = fixture(replies).await;
    assert_eq!(host.call("authenticate", &[]).code, SUCCESS);
    assert_eq!(host.call("authenticate", &[]).code, AUTH_ERR);
    assert_eq!(host.call("account", &[]).code, IGNORE);
}
