//! Accounts that have another name than they had, and users whose accounts are gone.

use crate::accounts::{Accounts, UID, account, wait_for_name};
use crate::sign_in::{plain, start};
use secinfo_tests::{App, Client, ROOT, ROOT_PATH, Step};
use serde_json::{Value, json};

/// What a sign-in over SSH begins with.
fn at_sshd(root: &Client, name: &str) -> Step {
    start(root, name, "sshd", &plain()).unwrap().1
}

fn expect_renamed(root: &Client, name: &str) {
    let step = at_sshd(root, name);
    assert_eq!(step.outcome, "refused", "{step:?}");
    assert_eq!(step.reason.as_deref(), Some("renamed"));
    let said = step.messages.join(" ");
    assert!(said.contains("This account had another name"), "{said}");
}

/// Whether the app verifies the user.
async fn verifies(client: &Client, uid: u32, app: &mut App) -> bool {
    let code = app.codes.fresh();
    client.verify(uid, &app.path, &code).await.is_ok()
}

impl Accounts {
    fn secinfo(&self, words: &[&str]) -> Value {
        let words = [&["--json"], words].concat();
        let done = self.host.secinfo(ROOT, &words, "");
        assert_eq!(done.code, 0, "{done:?}");
        done.json()
    }

    /// Has a user enroll an app.
    async fn enroll_app_of(&self, uid: u32) -> App {
        let client = self.host.client(uid).await;
        client.enroll_app("Phone", 10).await
    }

    /// Changes the accounts while the daemon runs, and waits until it knows.
    async fn become_known(&mut self, lines: &str, (uid, name): (u32, &str)) {
        self.change(lines);
        let root = self.host.client(ROOT).await;
        wait_for_name(&root, uid, Some(name)).await;
    }
}

#[tokio::test]
async fn a_renamed_account_is_not_let_in_until_an_administrator_renames_the_user() {
    let mut accounts = Accounts::with(&account("carol", UID)).await;
    let mut app = accounts.enroll_app_of(UID).await;
    accounts
        .become_known(
            &account("CORP\\carla@example", UID),
            (UID, "CORP\\carla@example"),
        )
        .await;
    let root = accounts.host.client(ROOT).await;
    expect_renamed(&root, "CORP\\carla@example");
    let line = json!({"display": "line", "language": "de_DE.UTF-8"});
    let (mut socket, asked) = start(&root, "CORP\\carla@example", "cockpit", &line).unwrap();
    let prompt = asked.prompt.unwrap();
    assert!(
        prompt.starts_with("Dieses Konto hatte einen anderen Namen"),
        "{prompt}"
    );
    assert_eq!(socket.answer("").unwrap().outcome, "refused");

    let row = &accounts.secinfo(&["users"])[0];
    assert_eq!(
        (&row["name"], &row["state"]),
        (&json!("carol"), &json!("renamed"))
    );
    let departed = accounts.secinfo(&["users", "--departed"]);
    let now = json!("CORP\\carla@example");
    assert_eq!(
        (&departed[0]["name"], &departed[0]["now"]),
        (&json!("carol"), &now)
    );
    accounts.secinfo(&["users", "rename", "carol", "CORP\\carla@example", "--yes"]);
    assert_eq!(accounts.secinfo(&["users", "--departed"]), json!([]));
    assert_eq!(at_sshd(&root, "CORP\\carla@example").outcome, "ask");
    let carla = accounts.host.client(UID).await;
    assert!(verifies(&carla, UID, &mut app).await);
    let log = accounts.host.secinfo(ROOT, &["audit", "log"], "");
    assert!(log.stdout.contains("user-renamed"), "{log:?}");

    // The same after a replay, and under the former name there is nothing any more.
    accounts.restart(&account("CORP\\carla@example", UID)).await;
    let carla = accounts.host.client(UID).await;
    assert_eq!(carla.methods_of(UID).await, [app.path.clone()]);
    accounts.restart(&account("carol", UID)).await;
    let root = accounts.host.client(ROOT).await;
    expect_renamed(&root, "carol");
    accounts.secinfo(&["erase", "CORP\\carla@example", "--yes"]);
    assert_eq!(at_sshd(&root, "carol").outcome, "not_covered");
    accounts.restart(&account("CORP\\carla@example", UID)).await;
    let carla = accounts.host.client(UID).await;
    assert!(carla.methods_of(UID).await.is_empty());
    let root = accounts.host.client(ROOT).await;
    assert_eq!(at_sshd(&root, "CORP\\carla@example").outcome, "not_covered");
}

#[tokio::test]
async fn who_has_the_uid_of_a_departed_user_gets_in_once_that_one_is_erased_and_gets_none_of_their_methods()
 {
    let mut accounts = Accounts::with(&account("carol", UID)).await;
    let mut app = accounts.enroll_app_of(UID).await;
    accounts
        .become_known(&account("mallory", UID), (UID, "mallory"))
        .await;
    let root = accounts.host.client(ROOT).await;
    expect_renamed(&root, "mallory");
    accounts.secinfo(&["erase", "carol", "--yes"]);
    assert_eq!(at_sshd(&root, "mallory").outcome, "not_covered");
    let mallory = accounts.host.client(UID).await;
    assert!(!verifies(&mallory, UID, &mut app).await);
    let own = mallory.enroll_app("Tablet", 10).await;
    assert_eq!(mallory.methods_of(UID).await, [own.path]);
    let gone = accounts
        .host
        .secinfo(ROOT, &["erase", "carol", "--yes"], "");
    assert_eq!(gone.code, 1, "{gone:?}");
}

#[tokio::test]
async fn two_users_who_swapped_their_names_each_get_their_own_methods() {
    let both =
        |first: &str, second: &str| [account(first, UID), account(second, UID + 1)].join("\n");
    let mut accounts = Accounts::with(&both("carol", "dave")).await;
    let mut carols = accounts.enroll_app_of(UID).await;
    let mut daves = accounts.enroll_app_of(UID + 1).await;
    accounts
        .become_known(&both("dave", "carol"), (UID, "dave"))
        .await;
    let root = accounts.host.client(ROOT).await;
    wait_for_name(&root, UID + 1, Some("carol")).await;
    expect_renamed(&root, "carol");
    expect_renamed(&root, "dave");
    accounts.secinfo(&["users", "rename", "carol", "dave", "--yes"]);
    accounts.secinfo(&["users", "rename", "dave", "carol", "--yes"]);
    assert!(verifies(&root, UID, &mut carols).await);
    assert!(verifies(&root, UID + 1, &mut daves).await);
    assert!(!verifies(&root, UID, &mut daves).await);
}

#[tokio::test]
async fn a_user_whose_account_is_gone_is_listed_and_erased_and_one_who_is_there_is_not() {
    let lines = [account("carol", UID), account("dave", UID + 1)];
    let mut accounts = Accounts::with(&lines.join("\n")).await;
    for uid in [UID, UID + 1] {
        accounts.enroll_app_of(uid).await;
    }
    accounts.restart(&lines[1]).await;
    let users = accounts.secinfo(&["users"]);
    assert_eq!(
        (&users[0]["state"], &users[1]["state"]),
        (&json!("gone"), &json!("ok"))
    );
    let departed = accounts.secinfo(&["users", "--departed"]);
    let carol = json!([{"uid": UID, "name": "carol", "methods": 1, "now": null}]);
    assert_eq!(departed, carol);
    let root = accounts.host.client(ROOT).await;
    let there = (UID + 1, "dave");
    let refusal = root
        .refused(ROOT_PATH, "Manager", "EraseDeparted", &there)
        .await;
    assert_eq!(refusal.short(), "InvalidArgument");
    let nobody = (UID + 2, "carol");
    let refusal = root
        .refused(ROOT_PATH, "Manager", "EraseDeparted", &nobody)
        .await;
    assert_eq!(refusal.short(), "NotFound");
    let unsure = accounts.host.secinfo(ROOT, &["erase", "carol"], "");
    assert_eq!(unsure.code, 2, "{unsure:?}");
    accounts.secinfo(&["erase", &UID.to_string(), "--yes"]);
    assert_eq!(accounts.secinfo(&["users", "--departed"]), json!([]));
    assert_eq!(accounts.secinfo(&["users"]).as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_user_database_that_does_not_answer_makes_nobody_departed_and_lets_nobody_in() {
    let mut accounts = Accounts::with(&account("carol", UID)).await;
    accounts.enroll_app_of(UID).await;
    accounts
        .become_known(&account("mallory", UID), (UID, "mallory"))
        .await;
    let root = accounts.host.client(ROOT).await;
    expect_renamed(&root, "mallory");
    // A service that is not set up says that it cannot answer.
    accounts.look_up_in("files hesiod");
    let unknown = accounts.host.secinfo(ROOT, &["users", "--departed"], "");
    assert_eq!(unknown.code, 1, "{unknown:?}");
    assert_eq!(accounts.secinfo(&["users"])[0]["state"], "ok");
    let carol = (UID, "carol");
    let refusal = root
        .refused(ROOT_PATH, "Manager", "EraseDeparted", &carol)
        .await;
    assert_eq!(refusal.short(), "Internal");
    assert!(start(&root, "mallory", "sshd", &plain()).is_err());
    accounts.look_up_in("files");
    expect_renamed(&root, "mallory");
}

#[tokio::test]
async fn an_erasure_of_a_name_that_two_have_had_takes_a_word_which_of_them() {
    let mut accounts = Accounts::with(&account("carol", UID)).await;
    accounts.enroll_app_of(UID).await;
    // Another account with the name of the one who has left, and her uid is another's.
    let lines = [account("carol", UID + 1), account("mallory", UID)];
    accounts.restart(&lines.join("\n")).await;
    let namesake = accounts.host.client(UID + 1).await;
    let own = namesake.enroll_app("Tablet", 10).await;
    for named in ["carol", &UID.to_string()] {
        let unclear = accounts.host.secinfo(ROOT, &["erase", named, "--yes"], "");
        assert_eq!(unclear.code, 2, "{unclear:?}");
        assert!(unclear.stderr.contains("--departed"), "{unclear:?}");
    }
    accounts.secinfo(&["erase", "--departed", "carol", "--yes"]);
    assert_eq!(namesake.methods_of(UID + 1).await, [own.path]);
    assert_eq!(accounts.secinfo(&["users", "--departed"]), json!([]));
    accounts.secinfo(&["erase", "carol", "--yes"]);
    assert_eq!(accounts.secinfo(&["users"]), json!([]));
}
