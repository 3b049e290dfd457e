//! Accounts as directories name them: with blanks, `\\`, `@`, `$` and letters beyond ASCII.

use crate::break_glass::break_glass;
use crate::fixture::{CODE, count, pamtester_result};
use crate::outcomes::{IGNORED, SUCCESS, outcome_for};
use secinfo_tests::{
    App, DIRECTORY_GROUP, JOERG_ACCOUNT, Pty, Setup, SignInHost, binary, module_alone,
};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

async fn with_joergs_app(setup: Setup) -> (SignInHost, App) {
    let host = SignInHost::with(setup).await;
    let client = host.client(JOERG_ACCOUNT.uid).await;
    let app = client.enroll_app("Phone", 10).await;
    host.service("probe", &module_alone("timeout=2"));
    (host, app)
}

#[tokio::test]
async fn an_account_of_a_directory_signs_in_with_password_and_code() {
    let (host, mut app) = with_joergs_app(Setup::with_drift()).await;
    let pty = Pty::open();
    let mut dialogue = host.pamtester(&pty, "login", JOERG_ACCOUNT.name);
    dialogue.when_asked("assword", JOERG_ACCOUNT.password);
    dialogue.expect(CODE);
    dialogue.when_asked(": ", &app.codes.fresh());
    assert_eq!(pamtester_result(dialogue.ended()), SUCCESS);
}

#[tokio::test]
async fn an_account_of_a_directory_that_policy_asks_nothing_is_not_asked() {
    let off = "[service.probe]\nverify = \"off\"\n";
    let (mut host, _) = with_joergs_app(Setup::with_drift().more(off)).await;
    assert_eq!(outcome_for(&host, JOERG_ACCOUNT.name), IGNORED);

    let name = DIRECTORY_GROUP.replace('\\', "\\\\");
    let exempt = format!("[policy.sign-in]\nverify = \"required\"\nexempt_groups = [\"{name}\"]\n");
    host.set_up(Setup::with_drift().more(&exempt));
    host.restart().await;
    assert_eq!(outcome_for(&host, JOERG_ACCOUNT.name), IGNORED, "exempt");
}

#[tokio::test]
async fn an_administrator_names_an_account_of_a_directory() {
    let (host, _) = with_joergs_app(Setup::with_drift()).await;
    let secinfo = binary("secinfo");
    let mut command = host.command(&[secinfo.to_str().unwrap(), "--json"]);
    let output = command
        .args(["--user", JOERG_ACCOUNT.name])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let page: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(page["user"]["name"], JOERG_ACCOUNT.name, "{page}");
    assert_eq!(page["user"]["uid"], JOERG_ACCOUNT.uid, "{page}");
}

#[tokio::test]
async fn files_are_imported_for_an_account_of_a_directory() {
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let (host, _) = with_joergs_app(Setup::with_drift()).await;
    let secinfo = binary("secinfo");
    let name = JOERG_ACCOUNT.name;
    let imported = |arguments: &[&str], content: String| {
        let file = host.directory().join("file.csv");
        std::fs::write(&file, content).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        let output = host
            .command(&[secinfo.to_str().unwrap(), "--json"])
            .args(arguments)
            .args([file.to_str().unwrap(), "--yes"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["users"][0]["user"], name, "{told}");
        assert_eq!(told["imported"], 1, "{told}");
    };
    let columns = "serial number;secret key;time interval;manufacturer;model;user";
    let token = format!("{columns}\n260012;{SECRET};30;Acme;One;{name}\n");
    imported(&["tokens", "import"], token);
    let file = format!("{SECRET}\n\" TOTP_AUTH\n");
    imported(&["--user", name, "import", "google-authenticator"], file);
    let secret = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U";
    let table = format!("Title,Username,TOTP\nExample,{name},{secret}\n");
    imported(&["import", "app-export", "--users"], table);
    let label = "Example:CORP%5CJ%C3%B6rg%20von%20Muster%40example.org%24";
    let uri = format!("otpauth://totp/{label}?secret=OJZXI5LWO54HS6TBMJRWIZLGM5UGS2TL\n");
    imported(&["import", "app-export", "--users"], uri);
}

#[tokio::test]
async fn a_break_glass_code_admits_an_account_of_a_directory() {
    let setup = Setup::with_drift().daemon("break_glass_directory = \"{host}/break-glass\"");
    let (mut host, _) = with_joergs_app(setup).await;
    let code = break_glass(&host, JOERG_ACCOUNT.name);
    host.stop();
    let pty = Pty::open();
    let mut dialogue = host.pamtester(&pty, "probe", JOERG_ACCOUNT.name);
    dialogue.when_asked("Break-glass code: ", &code);
    assert_eq!(pamtester_result(dialogue.ended()), SUCCESS);

    host.start_daemon().await;
    let begun = Instant::now();
    while count(&host, "break-glass-used").await == 0 {
        assert!(
            begun.elapsed() < Duration::from_mins(2),
            "it is not recorded"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
