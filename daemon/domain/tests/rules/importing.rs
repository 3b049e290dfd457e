//! Bringing methods over from other systems.

use crate::fixture::*;
use secinfo_domain::event::{Credential, DefaultReason, MethodImported};
use secinfo_domain::{Kind, Policy, Refusal};

fn imported(id: u8, credential: Credential) -> secinfo_domain::event::Fact {
    MethodImported {
        method: method(id),
        credential,
        sealed: sealed_method("label"),
    }
    .into()
}

#[test]
fn the_first_method_that_is_imported_is_the_default_and_another_changes_nothing() {
    given([])
        .when(administrator_for(ALICE).import(method(1), counter_token()))
        .then_events([
            imported(1, counter_token()),
            default_is(method(1), DefaultReason::First),
        ])
        .when(administrator_for(ALICE).import(method(2), app()))
        .then_events([imported(2, app())]);
}

#[test]
fn only_an_administrator_imports() {
    for ask in [
        alice(),
        alice().called_by(secinfo_domain::event::Who::User(BOB)),
    ] {
        given([])
            .when(ask.import(method(1), app()))
            .then_refused(Refusal::AdministratorNeeded);
    }
}

#[test]
fn what_was_used_before_the_import_stays_used() {
    given([administrator_for(ALICE).import(method(1), app())])
        .when(alice().verify(method(1), step(100)))
        .then_events([failed(method(1), secinfo_domain::event::Failure::UsedCode)]);
}

#[test]
fn apps_and_tokens_alone_are_imported_and_only_where_policy_allows_them() {
    for credential in [text(secinfo_domain::Place::Mobile), email()] {
        let kind = credential.kind();
        given([])
            .when(administrator_for(ALICE).import(method(1), credential))
            .then_refused(Refusal::NotImported(kind));
    }
    let mut policy = Policy::default();
    policy.rules.allowed = [Kind::Text].into_iter().collect();
    given_policy(policy, [])
        .when(administrator_for(ALICE).import(method(1), app()))
        .then_refused(Refusal::KindNotAllowed(Kind::AuthenticatorApp));
}
