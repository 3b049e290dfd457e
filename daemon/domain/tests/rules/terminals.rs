//! Terminals in which a proof spares the user the next ones.

use crate::fixture::*;
use crate::sign_in::{at_sshd, at_sudo, outlook_at, service};
use secinfo_domain::event::{RememberedSignIn, TerminalRemembered, Who};
use secinfo_domain::policy::SignInRefinement;
use secinfo_domain::{
    HostAction, Policy, Refusal, RotatingTag, Seconds, ServiceName, SignInOutlook, SignInPlace,
    TerminalTag,
};

const TERMINAL: TerminalTag = TerminalTag::from_bytes([7; 16]);
const ANOTHER: TerminalTag = TerminalTag::from_bytes([8; 16]);

/// Sudo asks again after 15 minutes.
fn remembering() -> Policy {
    let remember = SignInRefinement {
        remember: Some(Seconds::new(900)),
        ..SignInRefinement::default()
    };
    service("sudo", remember)
}

fn here() -> SignInPlace {
    SignInPlace {
        network: None,
        terminal: Some(TERMINAL.into()),
    }
}

fn remembered() -> Story {
    let until = at(900);
    given_policy(remembering(), [alice().enroll(method(1), app())])
        .and(at_sudo().verify(method(1), step(101)))
        .when(at_sudo().remember(TERMINAL))
        .then_events([TerminalRemembered {
            terminal: TERMINAL,
            service: ServiceName::parse("sudo").unwrap(),
            until,
        }
        .into()])
}

#[test]
fn a_terminal_is_remembered_for_a_time_at_one_service() {
    let story = remembered();
    let just = at_sudo().at(899);
    assert_eq!(
        outlook_at(&story, just.clone(), here()),
        SignInOutlook::Remembered
    );
    story
        .when(just.use_remembered(TERMINAL))
        .then_events([RememberedSignIn {
            terminal: TERMINAL,
            place: None,
        }
        .into()]);
    for (ask, terminal) in [
        (at_sudo().at(900), TERMINAL),
        (at_sudo(), ANOTHER),
        (at_sshd(), TERMINAL),
        (bob().called_by(Who::Root).through("sudo"), TERMINAL),
    ] {
        story
            .when(ask.use_remembered(terminal))
            .then_refused(Refusal::NotRemembered);
    }
    let elsewhere = SignInPlace {
        network: None,
        terminal: Some(ANOTHER.into()),
    };
    assert_eq!(
        outlook_at(&story, at_sudo(), elsewhere),
        SignInOutlook::Verify
    );
}

#[test]
fn a_terminal_is_remembered_when_the_key_of_its_tag_has_changed() {
    let renewed = RotatingTag {
        current: ANOTHER,
        former: Some(TERMINAL),
    };
    remembered()
        .when(at_sudo().at(899).use_remembered(renewed))
        .then_events([RememberedSignIn {
            terminal: ANOTHER,
            place: None,
        }
        .into()]);
}

#[test]
fn using_a_remembered_terminal_does_not_make_the_time_longer() {
    let story = remembered().and(at_sudo().at(899).use_remembered(TERMINAL));
    story
        .when(at_sudo().at(900).use_remembered(TERMINAL))
        .then_refused(Refusal::NotRemembered);
}

#[test]
fn only_root_says_which_terminal_it_is() {
    let story = given_policy(remembering(), [alice().enroll(method(1), app())])
        .and(alice().through("sudo").verify(method(1), step(101)));
    story
        .when(alice().through("sudo").remember(TERMINAL))
        .then_refused(Refusal::NotRemembered);
    remembered()
        .when(alice().through("sudo").use_remembered(TERMINAL))
        .then_refused(Refusal::NotRemembered);
}

#[test]
fn no_terminal_is_remembered_without_a_proof_of_the_same_sign_in() {
    let story = given_policy(remembering(), [alice().enroll(method(1), app())])
        .and(at_sudo().verify(method(1), step(101)));
    for ask in [at_sudo().from(ELSEWHERE), at_sudo().at(600)] {
        story
            .when(ask.remember(TERMINAL))
            .then_refused(Refusal::NotRemembered);
    }
}

#[test]
fn no_terminal_is_remembered_where_policy_does_not_say_so_or_no_longer() {
    let story =
        given([alice().enroll(method(1), app())]).and(at_sudo().verify(method(1), step(101)));
    story
        .when(at_sudo().remember(TERMINAL))
        .then_refused(Refusal::NotRemembered);
    let policy = Box::new(Policy::default());
    remembered()
        .and(host(HostAction::SetPolicy(policy)))
        .when(at_sudo().use_remembered(TERMINAL))
        .then_refused(Refusal::NotRemembered);
}

#[test]
fn deleting_a_method_forgets_all_terminals() {
    remembered()
        .and(administrator_for(ALICE).delete(method(1)))
        .when(at_sudo().use_remembered(TERMINAL))
        .then_refused(Refusal::NotRemembered);
}
