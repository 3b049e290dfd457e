//! Rows for the phases after authentication.

use crate::code::*;
use crate::daemon::{Reply, end, refused, verified};
use crate::{Fixture, fixture};
use secinfo_wire::sign_in::{NotCovered, Outcome, RefusedFor};

fn not_covered() -> Reply {
    end(Outcome::NotCovered(NotCovered::Off))
}

#[test]
fn a_verified_user_passes() {
    let (_fixture, _daemon, mut host) = fixture([verified()]);
    assert_eq!(host.call("authenticate", &[]).code, SUCCESS);
    assert_eq!(host.call("account", &[]).code, SUCCESS);
    assert_eq!(host.call("credentials", &[]).code, SUCCESS);
    assert_eq!(host.ask("end"), "0");
}

#[test]
fn a_user_who_is_not_covered_is_ignored() {
    let (_fixture, _daemon, mut host) = fixture([not_covered()]);
    assert_eq!(host.call("authenticate", &[]).code, IGNORE);
    assert_eq!(host.call("account", &[]).code, IGNORE);
    assert_eq!(host.call("credentials", &[]).code, IGNORE);
}

#[test]
fn a_user_who_is_changed_between_the_phases_is_denied() {
    for (reply, granted) in [(verified(), true), (not_covered(), false)] {
        let (_fixture, _daemon, mut host) = fixture([reply]);
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

#[test]
fn a_refusal_after_a_success_removes_the_decision() {
    let replies = [verified(), refused(RefusedFor::Expired)];
    let (_fixture, _daemon, mut host) = fixture(replies);
    assert_eq!(host.call("authenticate", &[]).code, SUCCESS);
    assert_eq!(host.call("authenticate", &[]).code, AUTH_ERR);
    assert_eq!(host.call("account", &[]).code, IGNORE);
}
