//! Adding a key: what it takes, and what is refused by which name.

use super::*;
use secinfo_test_key::{Attestation, Model};
use secinfo_tests::{BOB, STRANGER, user_path};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn a_key_is_added_by_a_registration_and_an_assertion_and_leaves_the_default() {
    let (_host, alice, app, mut key, method) = with_key(setup()).await;
    assert_eq!(alice.default_of(ALICE).await, app.path);
    let kind: String = alice.property(&method, "Method", "Kind").await.unwrap();
    assert_eq!(kind, "security-key");
    let copied: bool = alice
        .property(&method, "Method", "MayBeCopied")
        .await
        .unwrap();
    assert!(!copied);
    let proof = prove(&alice, &mut key, &method).await.unwrap();
    // No stronger at first than the proof that let it in.
    assert_eq!(
        (proof.kind.as_str(), proof.strength.as_str()),
        ("security-key", "possession")
    );
}

#[tokio::test]
async fn the_options_ask_for_a_verified_user_and_name_nothing_personal_but_the_account() {
    let (_host, alice, _app, mut key, _) = with_key(setup()).await;
    let (_, details) = start_enrollment(&alice).await.unwrap();
    let asked = parsed(&details.challenge);
    assert_eq!(asked["rp"]["id"], RP_ID);
    assert_eq!(
        asked["authenticatorSelection"]["userVerification"],
        "required"
    );
    assert_eq!(asked["excludeCredentials"].as_array().unwrap().len(), 1);
    let refused = key.try_create(options(&details.challenge));
    assert!(refused.is_err(), "a key is not registered twice");
    let (_, again) = start_enrollment(&alice).await.unwrap();
    let again = parsed(&again.challenge);
    assert_eq!(asked["user"]["id"], again["user"]["id"]);
    assert_ne!(asked["challenge"], again["challenge"]);
}

#[tokio::test]
async fn a_key_goes_beside_another_method_and_only_with_a_fresh_proof() {
    let host = TestHost::with(setup()).await;
    let alice = host.client(ALICE).await;
    let refused = start_enrollment(&alice).await.err().unwrap();
    assert_eq!(refused.short(), "AnotherMethodFirst");
    alice.enroll_app("Phone", 10).await;
    let elsewhere = host.client(ALICE).await;
    let refused = start_enrollment(&elsewhere).await.err().unwrap();
    assert_eq!(refused.short(), "FreshProofNeeded");
    let codes_only = alice.start_enrollment("security-key", Options::new()).await;
    assert_eq!(codes_only.err().unwrap().short(), "WrongForm");
}

#[tokio::test]
async fn what_is_no_registration_by_a_verified_user_here_ends_the_enrollment() {
    let (_host, alice, _app, _key, _) = with_key(setup()).await;
    let spoiled: [(&str, Spoil); 5] = [
        ("WrongAssertion", |key| {
            key.origin = "https://login.example.org.evil.example".to_owned();
        }),
        ("WrongAssertion", |key| {
            key.client_data = serde_json::json!({"crossOrigin": true});
        }),
        ("WrongAssertion", |key| key.key.flags.present = Some(false)),
        ("UserVerificationMissing", |key| {
            key.key.flags.verified = Some(false);
        }),
        ("KeyNotAllowed", |key| key.key.flags.backup_eligible = true),
    ];
    for (name, spoil) in spoiled {
        let mut key = Browser::new(LOCAL);
        spoil(&mut key);
        let (session, details) = start_enrollment(&alice).await.unwrap();
        let credential = key.create(options(&details.challenge));
        let refused = submit(&alice, &session, credential.clone()).await;
        assert_eq!(refused.unwrap_err().short(), name);
        // The challenge is spent, whatever comes now.
        let mut good = Browser::new(LOCAL);
        let late = good.create(options(&details.challenge));
        let over = submit(&alice, &session, late).await.unwrap_err();
        assert_eq!(over.short(), "UnknownObject");
    }
    assert_eq!(alice.methods_of(ALICE).await.len(), 2);
}

/// A key of this model, whose maker is asked to vouch for it.
fn of_model(model: &Model) -> Browser {
    let mut key = Browser::new(LOCAL);
    key.key.aaguid = model.aaguid();
    key.key.attestation = Attestation::Maker(model.clone());
    key
}

#[tokio::test]
async fn where_models_are_listed_only_a_key_of_one_that_a_root_vouches_for_is_added() {
    let roots = tempfile::tempdir().unwrap();
    fs::set_permissions(roots.path(), Permissions::from_mode(0o755)).unwrap();
    let [listed, unlisted] = [Model::new(), Model::new()];
    for (name, model) in [("listed.pem", &listed), ("unlisted.pem", &unlisted)] {
        fs::write(roots.path().join(name), model.root()).unwrap();
    }
    // A maker of whom there is no root, with the number of another maker's model.
    let forged = Model::naming(listed.aaguid());
    let number = u128::from_be_bytes(listed.aaguid());
    let digits = format!("{number:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
    let setup = setup().more(&format!(
        "attestation = \"required\"\nroots = \"{}\"\nmodels = [\"{}\"]",
        roots.path().display(),
        parts.join("-"),
    ));
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;

    let [mut silent, mut itself] = [of_model(&listed), of_model(&listed)];
    silent.key.attestation = Attestation::None;
    itself.key.attestation = Attestation::Itself;
    for mut key in [silent, itself, of_model(&unlisted), of_model(&forged)] {
        let (session, details) = start_enrollment(&alice).await.unwrap();
        assert_eq!(parsed(&details.challenge)["attestation"], "direct");
        let credential = key.create(options(&details.challenge));
        let refused = submit(&alice, &session, credential).await.err().unwrap();
        assert_eq!(refused.short(), "KeyNotAllowed");
    }
    add(&alice, &mut of_model(&listed)).await;
}

#[tokio::test]
async fn a_registration_answers_its_own_challenge_only() {
    let (_host, alice, _app, _key, _) = with_key(setup()).await;
    let mut key = Browser::new(LOCAL);
    let (first, details) = start_enrollment(&alice).await.unwrap();
    let (second, _) = start_enrollment(&alice).await.unwrap();
    let credential = key.create(options(&details.challenge));
    let refused = submit(&alice, &second, credential.clone()).await;
    assert_eq!(refused.unwrap_err().short(), "WrongAssertion");
    let next = submit(&alice, &first, credential.clone()).await.unwrap();
    assert!(matches!(next, Submitted::Next(_)));
    // The same once more is no proof.
    let refused = submit(&alice, &first, credential).await.unwrap_err();
    assert_eq!(refused.short(), "WrongAssertion");
    assert_eq!(alice.methods_of(ALICE).await.len(), 2);
}

#[tokio::test]
async fn the_proof_is_by_the_very_credential_that_was_registered() {
    let (_host, alice, _app, mut key, method) = with_key(setup()).await;
    let mut other = Browser::new(LOCAL);
    let (session, challenge) = register(&alice, &mut other).await;
    // The key that Alice has already signs the challenge for the new one.
    let (_, own) = start_verification(&alice, Some(&method)).await.unwrap();
    let mut request = parsed(&own.challenge);
    request["challenge"] = parsed(&challenge)["challenge"].clone();
    let signed = key.get(&request.to_string());
    let refused = submit(&alice, &session, signed).await.unwrap_err();
    assert_eq!(refused.short(), "WrongAssertion");
    assert_eq!(alice.methods_of(ALICE).await.len(), 2);
}

#[tokio::test]
async fn a_counter_that_does_not_grow_proves_nothing_when_a_key_is_added() {
    let (_host, alice, _app, _key, _) = with_key(setup()).await;
    let mut key = Browser::new(LOCAL);
    key.key.counter = secinfo_test_key::Counter::Fixed(7);
    let (session, challenge) = register(&alice, &mut key).await;
    let refused = submit(&alice, &session, key.get(options(&challenge))).await;
    assert_eq!(refused.unwrap_err().short(), "CounterNotIncreased");
    let mut key = Browser::new(LOCAL);
    key.key.counter = secinfo_test_key::Counter::Fixed(0);
    add(&alice, &mut key).await;
}

#[tokio::test]
async fn one_credential_is_a_method_once_whoever_adds_it() {
    let (host, alice, _app, _key, _) = with_key(setup()).await;
    let mut key = Browser::new(LOCAL);
    let (session, details) = start_enrollment(&alice).await.unwrap();
    let first = key.create(options(&details.challenge));
    let challenge = match submit(&alice, &session, first.clone()).await.unwrap() {
        Submitted::Next(challenge) => challenge,
        Submitted::Enrolled(_) => panic!("a registration is no proof"),
    };
    let assertion = key.get(options(&challenge));
    submit(&alice, &session, assertion).await.unwrap();

    let bob = host.client(BOB).await;
    let mut app = bob.enroll_app("Phone", 10).await;
    bob.prove(&mut app).await;
    for client in [&alice, &bob] {
        let (session, details) = start_enrollment(client).await.unwrap();
        let later = Browser::new(LOCAL).create(options(&details.challenge));
        let refused = submit(client, &session, with_credential_of(&first, &later)).await;
        assert_eq!(refused.unwrap_err().short(), "AlreadyRegistered");
    }
}

#[tokio::test]
async fn the_id_of_a_credential_can_be_taken_from_no_one() {
    let (host, alice, _app, mut key, method) = with_key(setup()).await;
    let (_, asked) = start_verification(&alice, Some(&method)).await.unwrap();
    let listed = parsed(&asked.challenge)["allowCredentials"][0]["id"].clone();
    let id = data_encoding::BASE64URL_NOPAD.decode(listed.as_str().unwrap().as_bytes());
    let with_that_id = || {
        let mut squatter = Browser::new(LOCAL);
        squatter.key.next_id = Some(id.clone().unwrap());
        squatter
    };
    let bob = host.client(BOB).await;
    let mut app = bob.enroll_app("Phone", 10).await;
    bob.prove(&mut app).await;
    let mut squatter = with_that_id();
    // He proves that it works.
    add(&bob, &mut squatter).await;
    prove(&alice, &mut key, &method).await.unwrap();
    // Of one user an id is of one method.
    let (session, details) = start_enrollment(&alice).await.unwrap();
    let another = with_that_id().create(options(&details.challenge));
    let refused = submit(&alice, &session, another).await.unwrap_err();
    assert_eq!(refused.short(), "AlreadyRegistered");
}

/// A registration of the credential that another one made, which a key without attestation does not
/// sign.
fn with_credential_of(first: &str, later: &str) -> String {
    let first: Json = serde_json::from_str(first).unwrap();
    let mut later: Json = serde_json::from_str(later).unwrap();
    let client_data = later["response"]["clientDataJSON"].take();
    later = first;
    later["response"]["clientDataJSON"] = client_data;
    later.to_string()
}

#[tokio::test]
async fn a_stranger_is_told_of_no_credential() {
    let (host, _alice, _app, _key, method) = with_key(setup()).await;
    for uid in [BOB, STRANGER] {
        let other = host.client(uid).await;
        let refused = start_verification(&other, Some(&method)).await;
        assert_eq!(refused.unwrap_err().short(), "NotAuthorized", "{uid}");
        let refused = other
            .refused(
                &user_path(ALICE),
                "User",
                "StartEnrollment",
                &("security-key", forms()),
            )
            .await;
        assert_eq!(refused.short(), "NotAuthorized", "{uid}");
        let hidden = other.refused(&method, "Method", "Delete", &()).await;
        assert_eq!(hidden.short(), "NotAuthorized", "{uid}");
    }
}
