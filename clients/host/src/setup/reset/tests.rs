use super::super::config::CONFIG;
use super::super::fixture::{FakeDaemon, Fixture, WELL};
use super::super::report::State;
use super::*;

const SHIPPED: &str = include_str!("../../../../../config.toml");
const LOGIN: &str = "/etc/pam.d/login";
const STACK: &str = include_str!("../../../../../daemon/password/pam.d/secinfo-reset");

/// Knows whether the socket of the helper listens.
const SYSTEMCTL: &str = r#"
case "$*" in
*is-enabled* | *is-active*) test -e "$root/listening" ;;
"enable --now secinfo-password.socket") touch "$root/listening" ;;
esac"#;

fn fixture() -> Fixture {
    let fixture = Fixture::with_pam();
    fixture.write(CONFIG, SHIPPED);
    fixture.write("/etc/pam.d/secinfo-reset", STACK);
    fixture.write(
        "/etc/systemd/system/sockets.target.wants/secinfo-password.socket",
        "",
    );
    fixture.program("secinfod", "exit 0");
    let note = fixture.note("systemctl");
    fixture.program("systemctl", &format!("{note}\n{SYSTEMCTL}"));
    fixture.write(WELL, "");
    fixture
}

#[test]
fn a_service_that_is_a_link_keeps_no_other_from_being_asked_about() {
    let fixture = fixture();
    let link = fixture.host.path("/etc/pam.d/gdm-password");
    std::os::unix::fs::symlink("login", link).unwrap();
    let services = word::services(&fixture.host, &fixture.answers(&["yes"]), &[]);
    assert_eq!(services.unwrap(), ["login"]);
}

/// What was reported, what is left, and what needs attention.
type Told = (Vec<(State, String)>, Vec<String>, Vec<String>);

async fn go(
    fixture: &Fixture,
    questions: &Questions<'_>,
    arguments: &ResetArguments,
) -> Result<Told, Failure> {
    arguments.check(&fixture.host)?;
    let mut report = fixture.report();
    let daemon = FakeDaemon { fixture };
    run(
        &fixture.host,
        &daemon,
        questions,
        arguments,
        None,
        &mut report,
    )
    .await?;
    let warnings = report.warnings().to_vec();
    let entries = report.entries.into_iter();
    let entries = entries.map(|entry| (entry.state, entry.what));
    Ok((entries.collect(), report.left, warnings))
}

fn arguments(reset: ResetChoice, at: &[&str]) -> ResetArguments {
    ResetArguments {
        reset: Some(reset),
        reset_gates: None,
        reset_at: at.iter().map(|&service| service.to_owned()).collect(),
    }
}

#[tokio::test]
async fn resets_are_switched_on_once_with_the_word_in_front_of_the_password_and_off_again() {
    let fixture = fixture();
    let login = fixture.read(LOGIN);
    let on = ResetArguments {
        reset_gates: Some("two".to_owned()),
        ..arguments(ResetChoice::Enable, &["login"])
    };
    let (entries, left, warnings) = go(&fixture, &fixture.unattended(), &on).await.unwrap();
    let done = |what: &str| (State::Done, what.to_owned());
    assert_eq!(
        entries,
        [
            done("Users can set a new password after proving two methods"),
            done("The password prompt of login takes the word \"reset\""),
        ]
    );
    assert_eq!(left.len(), 2, "{left:?}");
    // The modules that judge passwords are not installed on this host.
    let mut warned = warnings.iter();
    assert!(
        warned.any(|text| text.contains("pam_pwquality.so")),
        "{warnings:?}"
    );
    let text = fixture.read(CONFIG);
    assert!(text.contains("\nenabled = true\n") && text.contains("\ngates = \"two\"\n"));
    let calls = fixture.noted("systemctl");
    assert!(calls.contains(&"restart secinfod.service".to_owned()));
    assert!(calls.contains(&"enable --now secinfo-password.socket".to_owned()));
    let changed = fixture.read(LOGIN);
    let added: Vec<&str> = changed
        .lines()
        .filter(|line| !login.contains(line))
        .collect();
    assert_eq!(added.len(), 1, "{changed}");
    let (before, behind) = changed.split_once(added[0]).unwrap();
    assert!(before.contains("pam_nologin") && behind.starts_with("\n@include common-auth"));

    let (entries, left, _) = go(&fixture, &fixture.unattended(), &on).await.unwrap();
    assert!(
        entries.iter().all(|(state, _)| *state == State::Unchanged),
        "{entries:?}"
    );
    assert!(left.is_empty());
    let is_change = |call: &String| call.starts_with("restart") || call.starts_with("enable");
    assert!(!fixture.noted("systemctl").iter().any(is_change));

    let by_hand = "auth [ignore=ignore default=die] pam_secinfo.so reset\n@include common-auth\n";
    fixture.write("/etc/pam.d/kde", by_hand);
    let off = arguments(ResetChoice::Disable, &[]);
    let (entries, ..) = go(&fixture, &fixture.unattended(), &off).await.unwrap();
    assert_eq!(entries, [done("Users cannot set new passwords any more")]);
    assert_eq!(fixture.read(LOGIN), login);
    assert_eq!(fixture.read("/etc/pam.d/kde"), by_hand);
    assert!(!is_on(&Config::read(&fixture.host).unwrap()));
    let (entries, ..) = go(&fixture, &fixture.unattended(), &off).await.unwrap();
    assert_eq!(entries[0].0, State::Unchanged);
}

#[tokio::test]
async fn ssh_has_no_word_neither_by_itself_nor_by_what_it_includes() {
    let fixture = fixture();
    let files = ["/etc/pam.d/sshd", "/etc/pam.d/common-auth"];
    let before = files.map(|file| fixture.read(file));
    for service in ["sshd", "common-auth"] {
        let on = arguments(ResetChoice::Enable, &[service]);
        let failure = go(&fixture, &fixture.unattended(), &on).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(_)), "{failure}");
    }
    assert_eq!(files.map(|file| fixture.read(file)), before);
}

#[tokio::test]
async fn a_line_that_doctor_finds_wrong_is_taken_out_again() {
    let fixture = fixture();
    let login = fixture.read(LOGIN);
    let modules = "/usr/lib/x86_64-linux-gnu/security";
    let module = format!("{modules}/pam_secinfo.so");
    std::fs::remove_file(fixture.host.path(&module)).unwrap();
    let on = arguments(ResetChoice::Enable, &["login"]);
    let failure = go(&fixture, &fixture.unattended(), &on).await.unwrap_err();
    assert!(failure.to_string().contains("as it was"), "{failure}");
    assert_eq!(fixture.read(LOGIN), login);
}

#[tokio::test]
async fn a_person_is_asked_and_nothing_changes_without_a_yes() {
    let fixture = fixture();
    let login = fixture.read(LOGIN);
    let none = ResetArguments::default();
    let enter = fixture.answers(&[""]);
    let (entries, ..) = go(&fixture, &enter, &none).await.unwrap();
    assert_eq!(entries[0].0, State::Unchanged);
    assert_eq!(fixture.read(CONFIG), SHIPPED);
    let yes = fixture.answers(&["y", "2", "n"]);
    let (entries, ..) = go(&fixture, &yes, &none).await.unwrap();
    assert!(entries[0].1.contains("two methods"), "{entries:?}");
    assert_eq!(fixture.read(LOGIN), login);
    let yes = fixture.answers(&["", "y"]);
    let (entries, ..) = go(&fixture, &yes, &none).await.unwrap();
    assert_eq!(entries[1].0, State::Done);
    assert_ne!(fixture.read(LOGIN), login);
    // An unattended run leaves it as it is.
    let (entries, ..) = go(&fixture, &fixture.unattended(), &none).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].0, State::Unchanged);
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_changed() {
    let fixture = fixture();
    fixture.write("/etc/pam.d/own", "auth required pam_own.so\n");
    let gates = ResetArguments {
        reset_gates: Some("two".to_owned()),
        ..ResetArguments::default()
    };
    for wrong in [
        gates,
        arguments(ResetChoice::Disable, &["login"]),
        arguments(ResetChoice::Enable, &["nowhere"]),
        arguments(ResetChoice::Enable, &["../pam.d/login"]),
        arguments(ResetChoice::Enable, &["own"]),
    ] {
        assert!(wrong.check(&fixture.host).is_err(), "{wrong:?}");
    }
}
