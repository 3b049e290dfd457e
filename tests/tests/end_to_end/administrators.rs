//! Administrators, with a real polkitd on the private bus and the shipped policy.

use secinfo_tests::{
    ALICE, BOB, BOB_NAME, Client, IgnoredReply, ROOT, ROOT_PATH, STRANGER, Setup, TestHost,
    user_path,
};
use secinfod::bus::Access;
use secinfod::bus::interface::interfaces;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const POLICY: &str = include_str!("../../../systemd/org.secinfo.SecurityInfo1.policy");

/// A polkitd with only the shipped policy and the test's rule.
struct Polkit {
    process: Child,
}

impl Polkit {
    async fn start(host: &TestHost) -> Self {
        let directory = host.directory().join("polkit");
        for part in ["actions", "rules.d", "vendor-rules.d"] {
            fs::create_dir_all(directory.join(part)).unwrap();
        }
        fs::write(
            directory.join("actions/org.secinfo.SecurityInfo1.policy"),
            POLICY,
        )
        .unwrap();
        let rule = format!(
            r#"polkit.addRule(function(action, subject) {{
                if (action.id == "org.secinfo.SecurityInfo1.read-users" && subject.user == "{BOB_NAME}") {{
                    return polkit.Result.YES;
                }}
            }});"#
        );
        fs::write(directory.join("rules.d/10-test.rules"), rule).unwrap();
        let bind = |from: &str, to: &str| {
            format!("mount --bind {} {to} && ", directory.join(from).display())
        };
        let script = [
            bind("actions", "/usr/share/polkit-1/actions"),
            bind("rules.d", "/etc/polkit-1/rules.d"),
            bind("vendor-rules.d", "/usr/share/polkit-1/rules.d"),
            "exec /usr/lib/polkit-1/polkitd --no-debug".to_owned(),
        ]
        .concat();
        let process = Command::new("unshare")
            .args(["--mount", "sh", "-c", &script])
            .env("DBUS_SYSTEM_BUS_ADDRESS", host.bus().address())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(directory.join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut polkit = Self { process };
        polkit.wait_ready(host, &directory.join("log")).await;
        polkit
    }

    async fn wait_ready(&mut self, host: &TestHost, log: &Path) {
        let root = host.client(ROOT).await;
        let bus = zbus::fdo::DBusProxy::new(&root.connection).await.unwrap();
        let name = zbus::names::BusName::try_from("org.freedesktop.PolicyKit1").unwrap();
        let begun = Instant::now();
        while !bus.name_has_owner(name.clone()).await.unwrap() {
            let ended = self.process.try_wait().unwrap();
            assert!(
                ended.is_none() && begun.elapsed() < Duration::from_secs(30),
                "polkitd (Debian package polkitd) does not start: {}",
                fs::read_to_string(log).unwrap()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Polkit {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn name_of_alice(client: &Client) -> Result<String, String> {
    let read = client.property(&user_path(ALICE), "User", "Name").await;
    read.map_err(|refusal| refusal.short().to_owned())
}

#[tokio::test]
async fn a_rule_lets_an_administrator_do_what_it_names_and_nothing_more() {
    let host = TestHost::with(Setup::with_drift().polkit()).await;
    let polkit = Polkit::start(&host).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let bob = host.client(BOB).await;
    let stranger = host.client(STRANGER).await;

    assert_eq!(name_of_alice(&bob).await.as_deref(), Ok("daemon"));
    let _: IgnoredReply = bob
        .call(ROOT_PATH, "Manager", "ListUsers", &("", 10_u32))
        .await
        .unwrap();
    let label: String = bob.property(&app.path, "Method", "Label").await.unwrap();
    assert_eq!(label, "Phone");
    // An administrator is told what does not exist; a stranger is not.
    let missing = bob
        .refused(ROOT_PATH, "Manager", "GetUser", &secinfo_tests::NO_ACCOUNT)
        .await;
    assert_eq!(missing.short(), "NotFound");

    let refusal = bob.refused(&app.path, "Method", "Delete", &()).await;
    assert_eq!(refusal.short(), "NotAuthorized");
    let refusal = bob.refused(&user_path(ALICE), "User", "Unlock", &()).await;
    assert_eq!(refusal.short(), "NotAuthorized");
    let refusal = bob
        .refused(ROOT_PATH, "Audit", "Read", &(0_u64, 1_u32))
        .await;
    assert_eq!(refusal.short(), "NotAuthorized");
    let code = app.codes.fresh();
    let refusal = bob.verify(ALICE, &app.path, &code).await.unwrap_err();
    assert_eq!(refusal.short(), "NotAuthorized");

    assert_eq!(
        name_of_alice(&stranger).await,
        Err("NotAuthorized".to_owned())
    );
    let root = host.client(ROOT).await;
    root.verify(ALICE, &app.path, &code).await.unwrap();
    drop(polkit);
}

#[tokio::test]
async fn without_polkit_everything_is_denied() {
    let host = TestHost::with(Setup::with_drift().polkit()).await;
    let bob = host.client(BOB).await;
    assert_eq!(name_of_alice(&bob).await, Err("NotAuthorized".to_owned()));
    let root = host.client(ROOT).await;
    assert_eq!(name_of_alice(&root).await.as_deref(), Ok("daemon"));

    let polkit = Polkit::start(&host).await;
    assert_eq!(name_of_alice(&bob).await.as_deref(), Ok("daemon"));
    drop(polkit);
    assert_eq!(name_of_alice(&bob).await, Err("NotAuthorized".to_owned()));
    // A user's own security info needs no administrator.
    let own: u32 = bob.property(&user_path(BOB), "User", "Uid").await.unwrap();
    assert_eq!(own, BOB);
}

#[tokio::test]
async fn polkit_is_not_asked_unless_configured() {
    let host = TestHost::with(Setup::with_drift()).await;
    let _polkit = Polkit::start(&host).await;
    let bob = host.client(BOB).await;
    assert_eq!(name_of_alice(&bob).await, Err("NotAuthorized".to_owned()));
}

#[test]
fn the_shipped_policy_has_the_actions_of_the_table() {
    let mut of_table = BTreeSet::new();
    for interface in interfaces() {
        let rows = interface.methods.iter().map(|row| row.access);
        for access in rows.chain(interface.properties.iter().map(|row| row.access)) {
            match access {
                Access::Owner { or: Some(action) }
                | Access::NamedUser { or: Some(action) }
                | Access::Administrator(action) => {
                    of_table.insert(action.id().to_owned());
                }
                _ => {}
            }
        }
    }
    let of_policy: BTreeSet<_> = POLICY
        .split("<action id=\"")
        .skip(1)
        .map(|part| part.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(of_policy, of_table);
    let owners = POLICY
        .matches("policykit.owner\">unix-user:secinfo<")
        .count();
    assert_eq!(owners, of_table.len());
}
