use super::super::config::CONFIG;
use super::super::fixture::{FakeDaemon, Fixture, WELL};
use super::super::report::State;
use super::*;
use crate::doctor::push::{CERTIFICATE, KEY};
use rcgen::{CertificateParams, KeyPair};
use std::path::PathBuf;

const SHIPPED: &str = include_str!("../../../../../config.toml");
const URL: &str = "https://push.example.org:8443/push";
/// Where the ACME client of this host has what it gets.
const LIVE: &str = "/etc/letsencrypt/live/push.example.org";

/// Knows whether the socket listens.
const SYSTEMCTL: &str = r#"
case "$*" in
*secinfo-push-proxy.socket) exit 1 ;;
*is-enabled* | *is-active*) test -e "$root/listening" ;;
"enable --now secinfo-push.socket") touch "$root/listening" ;;
"disable --now secinfo-push.socket") rm -f "$root/listening" ;;
esac"#;

fn fixture() -> Fixture {
    let fixture = Fixture::with_pam();
    fixture.write(CONFIG, SHIPPED);
    fixture.write("/etc/hostname", "push.example.org\n");
    fixture.program("secinfod", "exit 0");
    let note = fixture.note("systemctl");
    fixture.program("systemctl", &format!("{note}\n{SYSTEMCTL}"));
    fixture.write(WELL, "");
    write_certificate(&fixture, LIVE, "push.example.org");
    fixture
}

fn write_certificate(fixture: &Fixture, directory: &str, name: &str) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    fixture.write(&format!("{directory}/fullchain.pem"), certificate);
    fixture.write(&format!("{directory}/privkey.pem"), key.serialize_pem());
}

/// What was reported, what is left, and what needs attention.
type Told = (Vec<(State, String)>, Vec<String>, Vec<String>);

async fn go(
    fixture: &Fixture,
    questions: &Questions<'_>,
    arguments: &PushArguments,
) -> Result<Told, Failure> {
    arguments.check(&fixture.host, questions.are_asked())?;
    let mut report = fixture.report();
    let daemon = FakeDaemon { fixture };
    let host = &fixture.host;
    run(host, &daemon, questions, arguments, None, &mut report).await?;
    let warnings = report.warnings().to_vec();
    let entries = report.entries.into_iter();
    let entries = entries.map(|entry| (entry.state, entry.what));
    Ok((entries.collect(), report.left, warnings))
}

fn on(url: &str) -> PushArguments {
    PushArguments {
        push: Some(PushChoice::Enable),
        push_url: Some(url.to_owned()),
        push_certificate: Some(PathBuf::from(format!("{LIVE}/fullchain.pem"))),
        push_key: Some(PathBuf::from(format!("{LIVE}/privkey.pem"))),
        push_port: None,
    }
}

fn off() -> PushArguments {
    PushArguments {
        push: Some(PushChoice::Disable),
        ..PushArguments::default()
    }
}

#[tokio::test]
async fn it_is_switched_on_once_with_links_to_what_is_renewed_and_off_again() {
    let fixture = fixture();
    let unattended = fixture.unattended();
    let (entries, left, warnings) = go(&fixture, &unattended, &on(URL)).await.unwrap();
    assert_eq!(entries[0].0, State::Done);
    assert!(entries[0].1.contains(URL), "{entries:?}");
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(
        fixture
            .read(CONFIG)
            .contains(&format!("\nurl = \"{URL}\"\n"))
    );
    let target = |place: &str| fixture.host.link_target(place).unwrap();
    assert_eq!(target(CERTIFICATE), format!("{LIVE}/fullchain.pem"));
    assert_eq!(target(KEY), format!("{LIVE}/privkey.pem"));
    let calls = fixture.noted("systemctl");
    assert!(
        calls.contains(&format!("enable --now {SOCKET}")),
        "{calls:?}"
    );
    // The fixture's systemctl enables nothing that doctor would see.
    assert!(warnings[0].contains(SOCKET), "{warnings:?}");

    let (entries, left, _) = go(&fixture, &unattended, &on(URL)).await.unwrap();
    assert_eq!(entries[0].0, State::Unchanged);
    assert!(left.is_empty(), "{left:?}");
    let calls = fixture.noted("systemctl");
    let is_question = |call: &String| call.starts_with("--quiet is-");
    assert!(calls.iter().all(is_question), "{calls:?}");

    let (entries, ..) = go(&fixture, &unattended, &off()).await.unwrap();
    assert_eq!(entries[0].0, State::Done);
    let calls = fixture.noted("systemctl");
    assert!(
        calls.contains(&format!("disable --now {SOCKET}")),
        "{calls:?}"
    );
    assert_eq!(url_of(&Config::read(&fixture.host).unwrap()), "");
    let (entries, ..) = go(&fixture, &unattended, &off()).await.unwrap();
    assert_eq!(entries[0].0, State::Unchanged);
}

#[tokio::test]
async fn it_listens_at_the_port_of_the_url_or_at_the_one_that_a_router_passes_on_to() {
    let fixture = fixture();
    let unattended = fixture.unattended();
    go(&fixture, &unattended, &on(URL)).await.unwrap();
    assert!(!fixture.host.has(DROP_IN));
    fixture.noted("systemctl");
    let url = "https://push.example.org/push";
    let (_, left, _) = go(&fixture, &unattended, &on(url)).await.unwrap();
    assert!(left[0].contains("add them again"), "{left:?}");
    let drop_in = fixture.read(DROP_IN);
    assert!(
        drop_in.ends_with("ListenStream=\nListenStream=443\nListenStream=/run/secinfo/push\n"),
        "{drop_in}"
    );
    let mut calls = fixture.noted("systemctl");
    calls.retain(|call| !call.starts_with("--quiet is-"));
    let expected = [
        "daemon-reload",
        "stop secinfo-push.service",
        "restart secinfo-push.socket",
        "restart secinfod.service",
    ];
    assert_eq!(calls, expected);
    let forwarded = PushArguments {
        push_port: Some(8443),
        ..on(url)
    };
    go(&fixture, &unattended, &forwarded).await.unwrap();
    assert!(!fixture.host.has(DROP_IN));
}

#[tokio::test]
async fn a_person_is_asked_and_each_answer_is_checked_when_it_is_given() {
    let fixture = fixture();
    let none = PushArguments::default();
    let no = fixture.answers(&[""]);
    let (entries, ..) = go(&fixture, &no, &none).await.unwrap();
    assert_eq!(entries[0].0, State::Unchanged);
    assert_eq!(fixture.read(CONFIG), SHIPPED);

    write_certificate(&fixture, "/srv/other", "push.example.com");
    let answers = fixture.answers(&[
        "y",
        "https://Push.example.org/push",
        "",
        "fullchain.pem",
        "/srv/nowhere.pem",
        "/srv/other/fullchain.pem",
        "/etc/hostname",
        "",
        "/srv/other/privkey.pem",
        "/etc/hostname",
        "",
    ]);
    go(&fixture, &answers, &none).await.unwrap();
    assert_eq!(url_of(&Config::read(&fixture.host).unwrap()), URL);
    let key = fixture.host.link_target(KEY);
    assert_eq!(key, Some(format!("{LIVE}/privkey.pem")));
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_changed() {
    let fixture = fixture();
    write_certificate(&fixture, "/srv/other", "push.example.com");
    let file = |path: &str| Some(PathBuf::from(path));
    let wrong = [
        PushArguments {
            push: None,
            ..on(URL)
        },
        PushArguments {
            push: Some(PushChoice::Disable),
            ..on(URL)
        },
        PushArguments {
            push_url: None,
            ..on(URL)
        },
        PushArguments {
            push_key: None,
            ..on(URL)
        },
        PushArguments {
            push_key: file("/srv/other/privkey.pem"),
            ..on(URL)
        },
        PushArguments {
            push_certificate: file("/srv/other/fullchain.pem"),
            ..on(URL)
        },
        PushArguments {
            push_certificate: file("fullchain.pem"),
            ..on(URL)
        },
        on("http://push.example.org/push"),
        on("https://push.example.org:443/push"),
    ];
    for arguments in wrong {
        let checked = arguments.check(&fixture.host, false);
        assert!(checked.is_err(), "{arguments:?}");
    }
    on(URL).check(&fixture.host, false).unwrap();
}
