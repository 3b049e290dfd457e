//! Hosts and checks for the tests of sign-in.

use secinfo_tests::{
    ALICE, App, Client, Dialogue, ROOT, Setup, SignInHost, UnixAccount, module_alone, user_path,
};
use std::process::ExitStatus;

/// The beginning of an authenticator app's prompt.
pub(crate) const CODE: &str = "Code from Authenticator app";
/// The output of the remote command in Alice's session.
pub(crate) const SESSION: &str = "A session of alice.";

/// Starts a host on which Alice has an authenticator app.
pub(crate) async fn with_app(setup: Setup) -> (SignInHost, App) {
    let host = SignInHost::with(setup).await;
    let app = host.client(ALICE).await.enroll_app("Phone", 10).await;
    (host, app)
}

/// Starts such a host with a service `probe` that returns the module's outcome.
pub(crate) async fn with_probe(setup: Setup) -> (SignInHost, App) {
    let (host, app) = with_app(setup).await;
    host.service("probe", &module_alone("timeout=2"));
    (host, app)
}

/// A few wrong codes cause neither a waiting time nor a lock.
pub(crate) fn lenient() -> Setup {
    Setup::with_drift()
        .more("[policy.throttle]\nfree = 10\nlock_after = 100\ncaller_limit = 10000\n")
}

/// As `lenient`, but one wrong code ends a sign-in.
pub(crate) fn strict() -> Setup {
    lenient().more("[policy.session]\nattempts = 1\n")
}

/// Issues recovery codes for Alice, who must have proved a method on this connection.
pub(crate) async fn recovery_codes(alice: &Client) -> Vec<String> {
    alice
        .call(&user_path(ALICE), "User", "IssueRecoveryCodes", &())
        .await
        .unwrap()
}

/// Types the password, waits for the app's prompt, and returns the rest of the prompt.
pub(crate) fn password_then_code(dialogue: &mut Dialogue<'_>, account: UnixAccount) -> String {
    dialogue.when_asked("assword", account.password);
    dialogue.expect(CODE);
    dialogue.expect(": ")
}

/// Becomes root in a shell, with a code of the app.
pub(crate) fn sudo_with_a_code(shell: &mut Dialogue<'_>, app: &mut App) {
    shell.when_asked("$ ", "sudo id -un");
    shell.expect(CODE);
    shell.when_asked(": ", &app.codes.fresh());
    shell.expect("root\n");
}

/// Becomes root in a shell, and checks that no code was asked for.
pub(crate) fn sudo_without_a_code(shell: &mut Dialogue<'_>) {
    shell.when_asked("$ ", "sudo id -un");
    let said = shell.expect("root\n");
    assert!(!said.contains(CODE), "{said}");
}

/// Checks that there is a session, which ends with success.
pub(crate) fn assert_session(mut dialogue: Dialogue<'_>) {
    dialogue.expect(SESSION);
    assert!(dialogue.ended().0.success());
}

/// Checks that there is no session, and returns the output.
pub(crate) fn assert_refused(dialogue: Dialogue<'_>) -> String {
    let (status, said) = dialogue.ended();
    assert!(!status.success(), "{said}");
    assert!(!said.contains(SESSION), "{said}");
    said
}

/// There is no session, as a last prompt says, and no password is asked for again.
pub(crate) fn assert_refused_once_read(mut client: Dialogue<'_>) {
    client.when_asked("Press Enter to end (no password here): ", "");
    let said = assert_refused(client);
    assert!(said.contains("Permission denied"), "{said}");
    assert!(!said.contains("Password:"), "{said}");
}

/// The result that `pamtester` prints.
pub(crate) fn pamtester_result((status, said): (ExitStatus, String)) -> String {
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("pamtester: "))
        .unwrap_or_else(|| panic!("pamtester says nothing: {said:?}"));
    assert_eq!(status.success(), line == "successfully authenticated");
    line.to_owned()
}

/// The number of events of this type in the log.
pub(crate) async fn count(host: &SignInHost, kind: &str) -> usize {
    let events = host.client(ROOT).await.events().await;
    events.iter().filter(|event| event["type"] == kind).count()
}
