//! Accounts that change while the daemon runs.

use secinfo_tests::{Client, NO_ACCOUNT, ROOT, ROOT_PATH, Setup, TestHost, user_path};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The first of five uids that the bus also knows; their names on the bus do not matter.
pub(crate) const UID: u32 = 6;

/// A host whose accounts are in a file of the test.
pub(crate) struct Accounts {
    pub(crate) host: TestHost,
    file: PathBuf,
    databases: PathBuf,
}

impl Accounts {
    pub(crate) async fn with(lines: &str) -> Self {
        let mut host = TestHost::without_daemon(Setup::with_drift()).await;
        let file = host.directory().join("passwd");
        let databases = host.directory().join("nsswitch.conf");
        let script = format!(
            "mount --bind {} /etc/passwd && mount --bind {} /etc/nsswitch.conf && exec \"$@\"",
            file.display(),
            databases.display()
        );
        host.set_up(
            Setup::with_drift().wrapper(&["unshare", "--mount", "sh", "-c", &script, "sh"]),
        );
        let mut accounts = Self {
            host,
            file,
            databases,
        };
        accounts.change(lines);
        accounts.look_up_in("files");
        accounts.host.start_daemon().await;
        accounts
    }

    /// Writes into the file that is mounted.
    pub(crate) fn change(&mut self, lines: &str) {
        fs::write(
            &self.file,
            format!("root:x:0:0:root:/root:/bin/sh\n{lines}\n"),
        )
        .unwrap();
    }

    /// Where names and uids are looked up from then on.
    pub(crate) fn look_up_in(&self, databases: &str) {
        fs::write(
            &self.databases,
            format!("passwd: {databases}\ngroup: files\n"),
        )
        .unwrap();
    }

    pub(crate) async fn restart(&mut self, lines: &str) {
        self.host.stop();
        self.change(lines);
        self.host.start_daemon().await;
    }
}

pub(crate) fn account(name: &str, uid: u32) -> String {
    format!("{name}:x:{uid}:100::/nonexistent:/bin/false")
}

async fn name(client: &Client, uid: u32) -> Option<String> {
    client.property(&user_path(uid), "User", "Name").await.ok()
}

/// The daemon may remember an account for a moment.
pub(crate) async fn wait_for_name(client: &Client, uid: u32, expected: Option<&str>) {
    let begun = Instant::now();
    while name(client, uid).await.as_deref() != expected {
        assert!(begun.elapsed() < Duration::from_mins(1));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn an_account_that_the_system_does_not_know_is_told_so() {
    let host = TestHost::start().await;
    for command in [&[][..], &["add", "authenticator-app"]] {
        let refused = host.secinfo(NO_ACCOUNT, command, "");
        assert_eq!(refused.code, 1, "{refused:?}");
        let expected = format!("does not know the account with uid {NO_ACCOUNT}");
        assert!(refused.stderr.contains(&expected), "{refused:?}");
        assert!(!refused.stderr.contains("cannot be reached"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_reused_uid_with_another_name_is_not_the_same_user() {
    let mut accounts = Accounts::with(&account("carol", UID)).await;
    let carol = accounts.host.client(UID).await;
    let mut app = carol.enroll_app("Phone", 10).await;
    carol.prove(&mut app).await;

    // Deleted and recreated under another name, while the daemon runs.
    accounts.change(&account("mallory", UID));
    wait_for_name(&carol, UID, Some("mallory")).await;
    let mallory = accounts.host.client(UID).await;
    assert!(mallory.methods_of(UID).await.is_empty());
    assert_eq!(mallory.default_of(UID).await, "/");
    let code = app.codes.fresh();
    for client in [&mallory, &carol, &accounts.host.client(ROOT).await] {
        let refusal = client.verify(UID, &app.path, &code).await.unwrap_err();
        assert!(
            ["NotFound", "NoMethod"].contains(&refusal.short()),
            "{refusal}"
        );
    }
    for member in ["Delete", "CancelDeletion"] {
        let refusal = mallory.refused(&app.path, "Method", member, &()).await;
        assert_eq!(refusal.short(), "UnknownObject");
    }
    // Nor is it anybody new, before an administrator has said so.
    let refusal = mallory
        .start_enrollment("authenticator-app", std::collections::HashMap::default())
        .await;
    assert_eq!(refusal.err().unwrap().short(), "RenamedAccount");

    // After a restart it is the same, and each user finds their own methods again.
    accounts.restart(&account("carol", UID)).await;
    let carol = accounts.host.client(UID).await;
    assert_eq!(carol.methods_of(UID).await, [app.path.clone()]);
    carol.verify(UID, &app.path, &code).await.unwrap();
    accounts.restart(&account("mallory", UID)).await;
    let mallory = accounts.host.client(UID).await;
    assert!(mallory.methods_of(UID).await.is_empty());
}

#[tokio::test]
async fn a_reused_name_with_another_uid_is_not_the_same_user() {
    let mut accounts = Accounts::with(&account("carol", UID)).await;
    let carol = accounts.host.client(UID).await;
    let app = carol.enroll_app("Phone", 10).await;
    accounts.restart(&account("carol", UID + 1)).await;
    let later = accounts.host.client(UID + 1).await;
    assert!(later.methods_of(UID + 1).await.is_empty());
    let foreign = later
        .verify(UID + 1, &app.path, "123456")
        .await
        .unwrap_err();
    assert_eq!(foreign.short(), "NotFound");
    let root = accounts.host.client(ROOT).await;
    let refusal = root.verify(UID, &app.path, "123456").await.unwrap_err();
    assert_eq!(refusal.short(), "NotFound", "the account is gone");
}

#[tokio::test]
async fn a_name_with_control_characters_or_separators_is_no_user() {
    let lines = ["ca\u{1b}rol", "ca\trol", "ca\u{202e}rol", "caröl\u{85}"];
    let passwd: Vec<_> = (UID..)
        .zip(lines)
        .map(|(uid, name)| account(name, uid))
        .collect();
    let accounts = Accounts::with(&passwd.join("\n")).await;
    let root = accounts.host.client(ROOT).await;
    for (uid, name) in (UID..).zip(lines) {
        let client = accounts.host.client(uid).await;
        let refusal = client
            .start_enrollment("authenticator-app", std::collections::HashMap::default())
            .await;
        let refusal = refusal
            .err()
            .unwrap_or_else(|| panic!("{name:?} may enrol"));
        assert!(
            ["NotFound", "UnknownObject"].contains(&refusal.short()),
            "{name:?}: {refusal}"
        );
        let refusal = root
            .refused(ROOT_PATH, "Manager", "GetUserByName", &name)
            .await;
        assert_eq!(refusal.short(), "NotFound", "{name:?}");
    }
    for name in ["", ":", "a:b", "root\n", "\0x", &"n".repeat(5000)] {
        if !name.contains('\0') {
            let refusal = root
                .refused(ROOT_PATH, "Manager", "GetUserByName", &name)
                .await;
            assert_eq!(refusal.short(), "NotFound", "{name:?}");
        }
    }
}

#[tokio::test]
async fn another_name_for_the_same_uid_does_not_bypass_enrolled_methods() {
    let lines = [account("carol", UID), account("carola", UID)].join("\n");
    let accounts = Accounts::with(&lines).await;
    let carol = accounts.host.client(UID).await;
    carol.enroll_app("Phone", 10).await;
    let root = accounts.host.client(ROOT).await;
    for name in ["carola", "carol", "carola"] {
        let plain = crate::sign_in::plain();
        let (_, step) = crate::sign_in::start(&root, name, "sshd", &plain).unwrap();
        assert_eq!(step.outcome, "ask", "{name}");
    }
}
