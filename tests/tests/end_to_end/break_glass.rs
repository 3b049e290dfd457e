//! Break-glass codes: created by root without the daemon, and recorded in the log by the daemon after
//! their use.

use secinfo_break_glass::{Code, Directory, FileName, Id, Record, UsedName};
use secinfo_tests::{
    ALICE, ALICE_ACCOUNT, ALICE_NAME, CommandOutput, ROOT, Setup, SignInHost, TestHost, now,
};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn directory(host: &TestHost) -> PathBuf {
    host.directory().join("break-glass")
}

fn setup() -> Setup {
    Setup::new().daemon("break_glass_directory = \"{host}/break-glass\"")
}

fn break_glass(host: &TestHost, uid: u32, arguments: &[&str]) -> CommandOutput {
    let directory = directory(host).display().to_string();
    let mut words = vec!["--json", "break-glass", "--directory", &directory];
    words.extend(arguments);
    host.secinfo(uid, &words, "")
}

fn create(host: &TestHost) -> (String, String) {
    let codes = create_some(host, &["--count", "1"]);
    assert_eq!(codes.len(), 1);
    codes.into_iter().next().unwrap()
}

fn create_some(host: &TestHost, count: &[&str]) -> Vec<(String, String)> {
    let arguments = [&["create", ALICE_NAME], count].concat();
    let json = break_glass(host, ROOT, &arguments).success().json();
    assert_eq!(json["user"], ALICE_NAME);
    let codes = json["codes"].as_array().unwrap().iter();
    let text = |code: &Value, name: &str| code[name].as_str().unwrap().to_owned();
    codes
        .map(|code| (text(code, "id"), text(code, "code")))
        .collect()
}

/// Uses up a code as the PAM module does.
fn use_up(path: &Path, id: &str, code: &str, service: &str, used: u64) -> UsedName {
    let directory = Directory::open(path).unwrap().unwrap();
    let unused = FileName::parse(id).unwrap();
    let record = directory.read(&unused).unwrap();
    assert!(record.accepts(&Code::parse(code).unwrap()));
    let name = UsedName::new(unused.id(), used, service);
    assert!(directory.use_up(&name).unwrap());
    name
}

async fn uses(host: &TestHost) -> Vec<Value> {
    let root = host.client(ROOT).await;
    let mut events = root.events().await;
    events.retain(|event| event["type"] == "break-glass-used");
    events
}

#[tokio::test]
async fn a_code_is_created_listed_and_revoked_without_the_daemon() {
    let host = TestHost::without_daemon(setup()).await;
    let listed = |host: &TestHost| break_glass(host, ROOT, &["list"]).success().json();
    assert_eq!(listed(&host), Value::Array(vec![]));
    let (id, code) = create(&host);
    let other = create(&host);
    assert_ne!((&id, &code), (&other.0, &other.1));

    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
    let path = directory(&host);
    assert_eq!((mode(&path), mode(&path.join(&id))), (0o750, 0o640));
    let text = fs::read_to_string(path.join(&id)).unwrap();
    assert!(text.contains(&format!("\nuser {ALICE_NAME}\nuid {ALICE}\n")));
    assert!(!text.contains(&code) && !text.contains(&code.replace('-', "")));
    assert_eq!(fs::read_dir(&path).unwrap().count(), 2, "no draft stays");

    let used = use_up(&path, &id, &code.to_lowercase(), "sshd", now());
    let list = listed(&host);
    let entry = |id: &str| {
        let found = list
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["id"] == id);
        found.unwrap().clone()
    };
    assert_eq!(entry(&id)["used"], used.used);
    assert_eq!(entry(&id)["service"], "sshd");
    assert_eq!(entry(&other.0)["used"], Value::Null);
    assert!(!list.to_string().contains(&other.1));

    assert_eq!(
        break_glass(&host, ROOT, &["revoke", &id]).code,
        1,
        "it was used"
    );
    break_glass(&host, ROOT, &["revoke", &other.0]).success();
    assert!(!path.join(&other.0).exists());
    assert_eq!(break_glass(&host, ROOT, &["revoke", &other.0]).code, 1);
    assert_eq!(break_glass(&host, ROOT, &["revoke", "../passwd"]).code, 2);
}

/// Each program that asks uses up one code: with only one, an administrator can sign in, but cannot
/// become root.
#[tokio::test]
async fn several_codes_are_created_at_once_and_each_is_shown_with_its_id() {
    let host = TestHost::without_daemon(setup()).await;
    let path = directory(&host);
    let mut made = create_some(&host, &[]);
    assert_eq!(made.len(), 3);
    made.extend(create_some(&host, &["--count", "10"]));
    for (number, (id, code)) in made.iter().enumerate() {
        use_up(&path, id, code, "sshd", u64::try_from(number).unwrap());
    }
    assert_eq!(fs::read_dir(&path).unwrap().count(), 13);
    for count in ["0", "11", "-1", "x"] {
        let refused = break_glass(&host, ROOT, &["create", ALICE_NAME, "--count", count]);
        assert_eq!(refused.code, 2, "{count}: {refused:?}");
    }
    let place = path.display().to_string();
    let words = ["break-glass", "--directory", &place, "create", ALICE_NAME];
    let told = host.secinfo(ROOT, &words, "").success().stdout;
    let listed = break_glass(&host, ROOT, &["list"]).success().json();
    let unused = listed.as_array().unwrap().iter();
    let unused = unused.filter(|code| code["used"] == Value::Null);
    let ids: Vec<_> = unused.map(|code| code["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 3);
    for id in ids {
        let line = told.lines().find(|line| line.contains(id)).unwrap();
        let code = line.split_whitespace().next().unwrap();
        use_up(&path, id, code, "sudo", 100);
    }
    let words: Vec<_> = told.split_whitespace().collect();
    assert!(words.join(" ").contains("each program that asks"), "{told}");
}

#[tokio::test]
async fn only_root_creates_codes_and_only_for_existing_users() {
    let host = TestHost::without_daemon(setup()).await;
    for arguments in [&["create", ALICE_NAME][..], &["list"]] {
        let refused = break_glass(&host, ALICE, arguments);
        assert_eq!(refused.code, 1);
        assert!(
            refused.json()["message"]
                .as_str()
                .unwrap()
                .contains("only root")
        );
    }
    for user in ["no-such-user", "", "1", "daemon\n"] {
        let refused = break_glass(&host, ROOT, &["create", user]);
        assert_eq!(refused.code, 1, "{user:?}: {refused:?}");
    }
    assert!(!directory(&host).exists(), "nothing was made");
    fs::create_dir(directory(&host)).unwrap();
    fs::set_permissions(directory(&host), PermissionsExt::from_mode(0o777)).unwrap();
    let refused = break_glass(&host, ROOT, &["create", ALICE_NAME]);
    assert!(
        refused.json()["message"]
            .as_str()
            .unwrap()
            .contains("other than root")
    );
}

#[tokio::test]
async fn the_use_of_a_code_is_logged_once_and_the_user_notified() {
    let mut host = TestHost::with(setup().spool()).await;
    let alice = host.client(ALICE).await;
    alice
        .enroll_destination(&host, "email", "alice@example.org", None)
        .await;
    let (id, code) = create(&host);
    create(&host);
    assert!(uses(&host).await.is_empty());

    host.stop();
    let at = now() - 100;
    use_up(&directory(&host), &id, &code, "sshd", at);
    for _ in 0..3 {
        host.start_daemon().await;
        host.notice(1).await;
        let uses = uses(&host).await;
        assert_eq!(uses.len(), 1);
        assert_eq!(uses[0]["data"]["code"], id);
        assert_eq!(uses[0]["data"]["used"], at * 1000);
        assert_eq!(uses[0]["actor"]["service"], "sshd");
        host.stop();
    }
    let notices = host.notices();
    assert_eq!(notices.len(), 1);
    assert!(
        notices[0].text.contains("break-glass"),
        "{}",
        notices[0].text
    );
    let said = host.log();
    assert_eq!(
        said.matches("a break-glass code was used").count(),
        1,
        "{said}"
    );
    assert!(!said.contains(&code));
}

#[tokio::test]
async fn files_that_other_users_could_have_written_are_not_recorded() {
    let mut host = TestHost::without_daemon(setup()).await;
    let (id, code) = create(&host);
    let path = directory(&host);
    let name = use_up(&path, &id, &code, "sshd", now());
    let file = path.join(name.to_string());
    let copy = path.join(format!("{}.used-1-sshd", "0".repeat(32)));
    fs::copy(&file, &copy).unwrap();
    fs::write(path.join(format!("{}.used-1-sshd", "1".repeat(32))), "x\n").unwrap();
    fs::write(path.join("README"), "not ours").unwrap();
    fs::set_permissions(&file, PermissionsExt::from_mode(0o660)).unwrap();
    host.start_daemon().await;
    // Files that exist at the start are checked before or soon after the first call.
    let complaints = || host.log().matches("cannot be recorded").count();
    for _ in 0..1000 {
        if complaints() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(complaints(), 3, "{}", host.log());
    assert!(uses(&host).await.is_empty());
}

/// Creates a used code of this account.
fn used_by(path: &Path, number: u8, user: &str, uid: u32) {
    if !path.exists() {
        fs::create_dir(path).unwrap();
        fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let directory = Directory::open(path).unwrap().unwrap();
    let code = Code::from_random(&[number; Code::RANDOM_BYTES]);
    let id = Id::from_bytes([number; 16]);
    let record = Record::new(id, user, uid, now(), &code).unwrap();
    directory.create(&record, None).unwrap();
    assert!(directory.use_up(&UsedName::new(id, now(), "sshd")).unwrap());
}

/// Waits until the daemon's output contains this.
async fn says(host: &TestHost, what: &str) {
    let begun = Instant::now();
    while !host.log().contains(what) {
        assert!(begun.elapsed() < Duration::from_mins(2), "{}", host.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_use_of_a_code_is_not_recorded_for_another_account_with_its_name() {
    let mut host = TestHost::without_daemon(setup()).await;
    let path = directory(&host);
    used_by(&path, 1, ALICE_NAME, ALICE + 4_000_000);
    used_by(&path, 2, ALICE_NAME, ALICE);
    host.start_daemon().await;
    says(&host, "a break-glass code was used").await;
    assert!(host.log().contains("is no longer there"), "{}", host.log());
    let uses = uses(&host).await;
    assert_eq!(uses.len(), 1, "{uses:?}");
    assert_eq!(uses[0]["data"]["code"], "02".repeat(16));
}

/// The user database fails for accounts after a line that is too long.
#[tokio::test]
async fn a_failed_lookup_of_one_user_does_not_hide_uses_of_codes_by_others() {
    let mut host = SignInHost::without_daemon(setup()).await;
    let path = directory(&host);
    used_by(&path, 1, "dave", 7);
    used_by(&path, 2, ALICE_ACCOUNT.name, ALICE_ACCOUNT.uid);
    let passwd = host.directory().join("etc/passwd");
    let good = fs::read_to_string(&passwd).unwrap();
    let endless = "x".repeat(2 << 20);
    let dave = "dave:x:7:7::/nonexistent:/bin/false";
    // Written in place, because the file is mounted.
    fs::write(
        &passwd,
        format!("{good}{endless}:x:8:8::/:/bin/sh\n{dave}\n"),
    )
    .unwrap();
    host.start_daemon().await;
    says(&host, "a break-glass code was used").await;
    assert!(host.log().contains("did not answer"), "{}", host.log());
    let recorded = async |host: &SignInHost| {
        let uses = uses(host).await;
        let codes = uses.iter().map(|event| event["data"]["code"].clone());
        codes.collect::<Vec<_>>()
    };
    assert_eq!(recorded(&host).await, ["02".repeat(16)]);
    // It is recorded as soon as possible.
    host.stop();
    fs::write(&passwd, format!("{good}{dave}\n")).unwrap();
    host.start_daemon().await;
    let begun = Instant::now();
    while recorded(&host).await.len() < 2 {
        assert!(begun.elapsed() < Duration::from_mins(2), "{}", host.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(recorded(&host).await, ["02".repeat(16), "01".repeat(16)]);
}
