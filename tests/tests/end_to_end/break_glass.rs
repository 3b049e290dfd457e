//! Break-glass codes: made by root without the daemon, and entered in the log by the daemon once
//! they were used.

use secinfo_break_glass::{Code, Directory, FileName, UsedName};
use secinfo_tests::{ALICE, ALICE_NAME, Finished, Host, ROOT, Setup, now};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

fn directory(host: &Host) -> PathBuf {
    host.directory().join("break-glass")
}

fn setup() -> Setup {
    Setup::new().daemon("break_glass_directory = \"{host}/break-glass\"")
}

fn break_glass(host: &Host, uid: u32, arguments: &[&str]) -> Finished {
    let directory = directory(host).display().to_string();
    let mut words = vec!["--json", "break-glass", "--directory", &directory];
    words.extend(arguments);
    host.secinfo(uid, &words, "")
}

fn create(host: &Host) -> (String, String) {
    let made = break_glass(host, ROOT, &["create", ALICE_NAME]).success();
    let json = made.json();
    let text = |name: &str| json[name].as_str().unwrap().to_owned();
    assert_eq!(text("user"), ALICE_NAME);
    (text("id"), text("code"))
}

/// As the PAM module uses it.
fn use_up(path: &Path, id: &str, code: &str, service: &str, used: u64) -> UsedName {
    let directory = Directory::open(path).unwrap().unwrap();
    let unused = FileName::parse(id).unwrap();
    let record = directory.read(&unused).unwrap();
    assert!(record.accepts(&Code::parse(code).unwrap()));
    let name = UsedName::new(unused.id(), used, service);
    assert!(directory.use_up(&name).unwrap());
    name
}

async fn uses(host: &Host) -> Vec<Value> {
    let root = host.client(ROOT).await;
    let mut events = root.events().await;
    events.retain(|event| event["type"] == "break-glass-used");
    events
}

#[tokio::test]
async fn a_code_is_made_listed_and_revoked_without_the_daemon() {
    let host = Host::without_daemon(setup()).await;
    let listed = |host: &Host| break_glass(host, ROOT, &["list"]).success().json();
    assert_eq!(listed(&host), Value::Array(vec![]));
    let (id, code) = create(&host);
    let other = create(&host);
    assert_ne!((&id, &code), (&other.0, &other.1));

    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
    let path = directory(&host);
    assert_eq!((mode(&path), mode(&path.join(&id))), (0o750, 0o640));
    let text = fs::read_to_string(path.join(&id)).unwrap();
    assert!(text.contains(&format!("\nuser {ALICE_NAME}\n")));
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

#[tokio::test]
async fn only_root_makes_codes_and_only_for_users_that_there_are() {
    let host = Host::without_daemon(setup()).await;
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
async fn the_use_of_a_code_is_entered_in_the_log_once_and_told() {
    let mut host = Host::with(setup().spool()).await;
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
async fn what_somebody_else_could_have_written_is_not_recorded() {
    let mut host = Host::without_daemon(setup()).await;
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
    // What is there at the start is looked at before anything is answered, or soon after.
    let complaints = || host.log().matches("cannot be recorded").count();
    for _ in 0..1000 {
        if complaints() == 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(complaints(), 3, "{}", host.log());
    assert!(uses(&host).await.is_empty());
}
