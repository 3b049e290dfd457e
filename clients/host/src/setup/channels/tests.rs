use super::super::config::CONFIG;
use super::super::fixture::{FakeDaemon, Fixture, STARTED, WELL};
use super::super::report::State;
use super::*;

/// A socket is enabled and active once it was enabled.
const SYSTEMCTL: &str = r#"
case "$1" in
show) test -e "$root/loaded" && echo no || echo yes ;;
daemon-reload) touch "$root/loaded" ;;
restart) rm -f "$root/daemon-started" ;;
--quiet) test -e "$root/enabled-$3" ;;
enable) touch "$root/enabled-$4" ;;
esac"#;

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.program(
        "systemctl",
        &format!("{}\n{SYSTEMCTL}", fixture.note("systemctl")),
    );
    fixture.program("secinfod", "exit 0");
    fixture.write(WELL, "");
    for plugin in ["text_twilio", "call_twilio", "email_smtp", "spool"] {
        fixture.write(&format!("{PLUGINS}/libsecinfo_{plugin}.so"), "");
    }
    fixture.write(CONFIG, "[daemon]\n#allow_spool = false\n");
    fixture
}

struct Done {
    entries: Vec<(State, String)>,
    left: Vec<String>,
}

async fn set_up_with(
    fixture: &Fixture,
    questions: &Questions<'_>,
    arguments: &[&str],
    tests: &[&str],
) -> Result<Done, Failure> {
    let mut report = fixture.report();
    let arguments: Vec<ChannelArgument> = arguments
        .iter()
        .map(|argument| argument.parse().unwrap())
        .collect();
    let tests: Vec<Pair> = tests.iter().map(|test| test.parse().unwrap()).collect();
    run(
        &fixture.host,
        &FakeDaemon { fixture },
        questions,
        &arguments,
        &tests,
        &mut report,
    )
    .await?;
    let entries = report.entries.into_iter();
    Ok(Done {
        entries: entries.map(|entry| (entry.state, entry.what)).collect(),
        left: report.left,
    })
}

#[tokio::test]
async fn a_channel_from_a_file_is_set_up_once() {
    let fixture = fixture();
    fixture.write("/srv/secret", "quiet\n");
    fixture.write(
        "/srv/mail.toml",
        "host = \"mail.example.org\"\nsecurity = \"tls\"\npassword = { file = \"/srv/secret\" }\nca_file = \"/etc/ca.pem\"\n",
    );
    let arguments = ["email=email-smtp:/srv/mail.toml"];
    let tests = ["email-main=me@example.org"];
    let done = set_up_with(&fixture, &fixture.unattended(), &arguments, &tests)
        .await
        .unwrap();
    assert!(
        done.entries
            .iter()
            .any(|(_, what)| what.contains("email-main is set up"))
    );
    assert_eq!(fixture.read("/tested"), "email-main me@example.org");
    let file = "/etc/secinfo/channels/email-main.toml";
    assert_eq!(
        fixture.read(file),
        "host = \"mail.example.org\"\nsecurity = \"tls\"\npassword = { credential = \"password\" }\nca_file = \"/etc/ca.pem\"\n"
    );
    assert_eq!(fixture.host.mode(file), Some(0o600));
    assert_eq!(
        fixture.read("/etc/systemd/system/secinfo-channel@email-main.service.d/secinfo-setup.conf"),
        "# Written by secinfo setup.\n[Service]\nEnvironment=PLUGIN=email-smtp\nLoadCredential=password:/srv/secret\nEnvironment=\"ARGUMENTS=--readable /etc/ca.pem\"\n"
    );
    assert!(fixture.read(CONFIG).ends_with(
        "[channel.email-main]\nkind = \"email\"\nplugin = \"email-smtp\"\nsocket = \"/run/secinfo/channels/email-main.sock\"\ntimeout = \"60s\"\n"
    ));
    let calls = fixture.noted("systemctl");
    for call in [
        "daemon-reload",
        "enable --now --quiet secinfo-channel@email-main.socket",
        "restart secinfod.service",
    ] {
        assert!(calls.iter().any(|made| made == call), "{calls:?}");
    }

    let done = set_up_with(&fixture, &fixture.unattended(), &arguments, &[])
        .await
        .unwrap();
    assert_eq!(done.entries.len(), 1);
    assert_eq!(done.entries[0].0, State::Unchanged);
    assert!(
        fixture
            .noted("systemctl")
            .iter()
            .all(|call| call.starts_with("--quiet is-") || call.starts_with("show "))
    );
}

#[tokio::test]
async fn a_run_that_was_cut_short_anywhere_is_finished_by_the_next() {
    let arguments = ["text=spool"];
    let mut number = 1;
    loop {
        let fixture = fixture();
        fixture.write(STARTED, "1");
        fixture.host.faults.crash_at(number);
        let first = set_up_with(&fixture, &fixture.unattended(), &arguments, &[]).await;
        fixture.host.faults.crash_at(usize::MAX);
        let before = fixture.noted("systemctl");
        if first.is_ok() {
            break;
        }
        set_up_with(&fixture, &fixture.unattended(), &arguments, &[])
            .await
            .unwrap();
        let calls = [before, fixture.noted("systemctl")].concat();
        for call in [
            "daemon-reload",
            "enable --now --quiet secinfo-channel@text-main.socket",
            "stop secinfo-channel@text-main.service",
            "restart secinfod.service",
        ] {
            assert!(
                calls.iter().any(|made| made == call),
                "{call} after a crash before change {number}: {calls:?}"
            );
        }
        assert!(
            !fixture.host.has("/run/secinfo-setup/text-main"),
            "{number}"
        );
        number += 1;
    }
    assert!(number > 12, "{number} changes are too few to be all");
}

#[tokio::test]
async fn what_a_person_types_becomes_settings_and_secrets_of_their_own() {
    let fixture = fixture();
    let account = format!("AC{}", "0".repeat(32));
    let key = format!("SK{}", "1".repeat(32));
    let questions = fixture.answers(&[
        "y",
        "4",
        "wrong",
        &account,
        &key,
        "hush",
        "+15005550006",
        "n",
        "+491511234567",
    ]);
    // The plugins in the order of their names: call-twilio, email-smtp, spool, text-twilio.
    set_up_with(&fixture, &questions, &[], &[]).await.unwrap();
    assert_eq!(
        fixture.read("/etc/secinfo/channels/text-main.toml"),
        format!(
            "account_sid = \"{account}\"\napi_key_sid = \"{key}\"\napi_key_secret = {{ credential = \"api_key_secret\" }}\nfrom = \"+15005550006\"\n"
        )
    );
    let secret = "/etc/secinfo/credentials/text-main.api_key_secret";
    assert_eq!(fixture.read(secret), "hush");
    assert_eq!(fixture.host.mode(secret), Some(0o600));
    assert_eq!(fixture.read("/tested"), "text-main +491511234567");
    let unit =
        fixture.read("/etc/systemd/system/secinfo-channel@text-main.service.d/secinfo-setup.conf");
    assert!(unit.contains(
        "LoadCredential=api_key_secret:/etc/secinfo/credentials/text-main.api_key_secret\n"
    ));

    // The token of the account instead: the key's secret is of no use any more.
    fixture.write("/etc/secinfo/credentials/text-main.own", "mine");
    let questions = fixture.answers(&[
        "y",
        "4",
        "y",
        &account,
        "",
        "token",
        "+15005550006",
        "n",
        "",
    ]);
    set_up_with(&fixture, &questions, &[], &[]).await.unwrap();
    assert!(!fixture.host.has(secret));
    assert_eq!(
        fixture.host.names("/etc/secinfo/credentials").unwrap(),
        ["text-main.auth_token", "text-main.own"]
    );
}

#[tokio::test]
async fn a_test_that_fails_is_a_failure_and_one_of_no_channel_a_mistake() {
    let fixture = fixture();
    fixture.write("/undeliverable", "");
    let mut report = fixture.report();
    let tests = ["text-main=+491511234567".parse().unwrap()];
    let arguments = ["text=spool".parse().unwrap()];
    run(
        &fixture.host,
        &FakeDaemon { fixture: &fixture },
        &fixture.unattended(),
        &arguments,
        &tests,
        &mut report,
    )
    .await
    .unwrap();
    assert!(report.failure().is_some());
    assert_eq!(report.warnings().len(), 1);
    let lost = ["call-main=+491511234567".parse().unwrap()];
    let mistake = check(&fixture.host, &[], &lost).unwrap_err();
    assert_eq!(mistake.exit_code(), 2, "{mistake}");
    check(&fixture.host, &arguments, &tests).unwrap();
}

#[tokio::test]
async fn a_spool_gets_a_directory_of_its_own_and_must_be_wanted() {
    let fixture = fixture();
    let refused = fixture.answers(&["y", "3", "1", "n", "n"]);
    let done = set_up_with(&fixture, &refused, &[], &[]).await.unwrap();
    assert_eq!(
        done.entries,
        [(
            State::Skipped,
            "There are no channels: no codes are sent".to_owned()
        )]
    );
    let done = set_up_with(&fixture, &fixture.unattended(), &["text=spool"], &[])
        .await
        .unwrap();
    assert_eq!(
        done.left,
        ["Try the channel: sudo secinfo channels test text-main DESTINATION"]
    );
    assert!(
        fixture
            .read(CONFIG)
            .starts_with("[daemon]\nallow_spool = true\n")
    );
    let unit =
        fixture.read("/etc/systemd/system/secinfo-channel@text-main.service.d/secinfo-setup.conf");
    assert!(
        unit.contains("StateDirectory=secinfo-spool-text-main\n"),
        "{unit}"
    );
    assert!(
        unit.ends_with("Environment=\"ARGUMENTS=--writable /var/lib/secinfo-spool-text-main\"\n"),
        "{unit}"
    );
}

#[tokio::test]
async fn what_cannot_be_set_up_is_refused_before_anything_is_written() {
    let fixture = fixture();
    fixture.write("/srv/wrong.toml", "password = \"hush\n");
    fixture.write("/srv/lost.toml", "password = { file = \"/nowhere\" }\n");
    for (argument, expected) in [
        ("text=pigeon", "is not installed"),
        ("text=text-twilio", "needs settings"),
        ("text=text-twilio:/srv/none.toml", "no such file"),
        ("text=text-twilio:none.toml", "whole path"),
        ("text=text-twilio:/srv/wrong.toml", "not TOML"),
        ("text=text-twilio:/srv/lost.toml", "/nowhere"),
    ] {
        let failure = set_up_with(&fixture, &fixture.unattended(), &[argument], &[]).await;
        let failure = failure.err().unwrap().to_string();
        assert!(
            failure.contains(expected) && !failure.contains("hush"),
            "{failure}"
        );
    }
    assert!(!fixture.host.has("/etc/secinfo/channels"));
}
