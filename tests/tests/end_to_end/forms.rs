//! Forms of challenges and responses: what a client can present, and what fits.

use secinfo_tests::{ALICE, Client, ROOT_PATH, Refusal, Setup, TestHost, response};
use secinfo_wire::{Form, Proof, Response, VerificationChallenge};
use std::collections::HashMap;
use zbus::{ObjectPath, OwnedObjectPath, Variant};

type Options = HashMap<&'static str, Variant<'static>>;

fn forms(names: &[&'static str]) -> Options {
    Options::from([("forms", Variant::from(names.to_vec()))])
}

async fn start(
    client: &Client,
    options: Options,
) -> Result<(OwnedObjectPath, VerificationChallenge), Refusal> {
    let body = (ALICE, "sign-in", "", options);
    client
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await
}

#[tokio::test]
async fn a_client_is_offered_only_what_it_can_answer() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;

    let (verification, challenge) = start(&alice, forms(&["answers", "code"])).await.unwrap();
    assert_eq!(challenge.method.as_str(), app.path);
    assert_eq!(challenge.challenge.form(), Form::Code);
    assert_eq!(challenge.challenge.digits(), Some(6));
    let methods: Vec<HashMap<String, zbus::OwnedVariant>> = alice
        .call(verification.as_str(), "Verification", "ListMethods", &())
        .await
        .unwrap();
    assert_eq!(methods.len(), 1);

    for none in [&["answers", "approval"][..], &["gesture"], &[]] {
        let refusal = start(&alice, forms(none)).await.unwrap_err();
        assert_eq!(refusal.short(), "NoMethod", "{none:?}");
        let refusal = alice
            .start_enrollment("authenticator-app", forms(none))
            .await;
        let refusal = refusal.err().expect("a refusal");
        assert_eq!(refusal.short(), "WrongForm", "{none:?}");
    }
    let mut named = forms(&["assertion"]);
    let method = ObjectPath::try_from(app.path.clone()).unwrap();
    named.insert("method", Variant::from(method));
    let refusal = start(&alice, named).await.unwrap_err();
    assert_eq!(refusal.short(), "NotFound", "by name neither");
}

#[tokio::test]
async fn a_response_of_another_form_is_refused_and_is_no_wrong_code() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let (verification, _) = start(&alice, Options::new()).await.unwrap();
    let submit = async |response: &Response| -> Result<Proof, Refusal> {
        let path = verification.as_str();
        alice.call(path, "Verification", "Submit", response).await
    };
    let others = [
        Response::Wait,
        Response::Assertion("{}".to_owned()),
        Response::Answers(vec!["Rex".into()]),
    ];
    // More often than wrong codes are taken.
    for other in others.iter().cycle().take(12) {
        let refusal = submit(other).await.unwrap_err();
        assert_eq!(refusal.short(), "WrongForm", "{refusal}");
    }
    let method = ObjectPath::try_from(app.path.clone()).unwrap();
    let body = (ALICE, "sign-in", "", method, Response::Wait);
    let refusal = alice.refused(ROOT_PATH, "Manager", "Verify", &body).await;
    assert_eq!(refusal.short(), "WrongForm");

    let unknown = Options::from([("cod", Variant::from("123456"))]);
    let both = Options::from([
        ("code", Variant::from("123456")),
        ("assertion", Variant::from("{}")),
    ]);
    for malformed in [unknown, both] {
        let path = verification.as_str();
        let refusal = alice
            .refused(path, "Verification", "Submit", &malformed)
            .await;
        assert_eq!(refusal.short(), "InvalidArgument", "{refusal}");
    }
    let proof = submit(&response(&app.codes.fresh())).await.unwrap();
    assert_eq!(proof.method.as_str(), app.path);
    assert_eq!(proof.kind, "authenticator-app");
}
