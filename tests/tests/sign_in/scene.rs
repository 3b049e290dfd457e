//! What most tests of sign-in begin with.

use secinfo_tests::{
    ALICE, App, Client, Dialogue, ROOT, Setup, SignInHost, UnixAccount, module_alone, user_path,
};
use std::process::ExitStatus;

/// What the prompt of an authenticator app begins with.
pub(crate) const CODE: &str = "Code from Authenticator app";
/// What the remote command says once Alice has a session.
pub(crate) const IN: &str = "A session of alice.";

/// A host on which Alice has an authenticator app.
pub(crate) async fn with_app(setup: Setup) -> (SignInHost, App) {
    let host = SignInHost::with(setup).await;
    let app = host.client(ALICE).await.enroll_app("Phone", 10).await;
    (host, app)
}

/// The same with a service `probe` that shows what the module answers.
pub(crate) async fn with_probe(setup: Setup) -> (SignInHost, App) {
    let (host, app) = with_app(setup).await;
    host.service("probe", &module_alone("timeout=2"));
    (host, app)
}

/// Of a few wrong codes nothing follows: nobody has to wait, and nothing is locked.
pub(crate) fn lenient() -> Setup {
    Setup::with_drift()
        .more("[policy.throttle]\nfree = 10\nlock_after = 100\ncaller_limit = 10000\n")
}

/// The same, where one wrong code ends a sign-in.
pub(crate) fn strict() -> Setup {
    lenient().more("[policy.session]\nattempts = 1\n")
}

/// Recovery codes of Alice's, who must have proved herself on this connection.
pub(crate) async fn recovery_codes(alice: &Client) -> Vec<String> {
    alice
        .call(&user_path(ALICE), "User", "IssueRecoveryCodes", &())
        .await
        .unwrap()
}

/// Gives the password and waits for the prompt of the app: the rest of the prompt.
pub(crate) fn password_then_code(dialogue: &mut Dialogue<'_>, account: UnixAccount) -> String {
    dialogue.when_asked("assword", account.password);
    dialogue.expect(CODE);
    dialogue.expect(": ")
}

/// A session is there, and ends well.
pub(crate) fn is_in(mut dialogue: Dialogue<'_>) {
    dialogue.expect(IN);
    assert!(dialogue.ended().0.success());
}

/// There is no session, and what was said instead.
pub(crate) fn is_out(dialogue: Dialogue<'_>) -> String {
    let (status, said) = dialogue.ended();
    assert!(!status.success(), "{said}");
    assert!(!said.contains(IN), "{said}");
    said
}

/// What `pamtester` says of how it ended.
pub(crate) fn answered((status, said): (ExitStatus, String)) -> String {
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("pamtester: "))
        .unwrap_or_else(|| panic!("pamtester says nothing: {said:?}"));
    assert_eq!(status.success(), line == "successfully authenticated");
    line.to_owned()
}

/// How many events of this type the log has.
pub(crate) async fn count(host: &SignInHost, kind: &str) -> usize {
    let events = host.client(ROOT).await.events().await;
    events.iter().filter(|event| event["type"] == kind).count()
}
