use super::super::arguments::SshChoice;
use super::super::fixture::Fixture;
use super::super::report::State;
use super::*;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

const LINE: &str = "auth\trequisite\t\t\tpam_secinfo.so set_up\n";

/// Puts our line in, and takes it out.
const UPDATE_SCRIPT: &str = r#"
file="$root/etc/pam.d/common-auth"
test -e "$root/edited" && { echo "Local modifications" >&2; exit 0; }
case "$1" in
--enable) cp "$root/on" "$file" ;;
--disable) grep -v pam_secinfo "$root/on" > "$file" ;;
esac"#;

/// Says of the server what its own file and ours say.
const SSHD: &str = r#"
ours="$root/etc/ssh/sshd_config.d/secinfo.conf"
case "$1" in
-t) ! grep -qs broken "$root/sshd" ;;
-T) cat "$ours" "$root/sshd" 2>/dev/null | grep -v '^#' | tr A-Z a-z | awk '!seen[$1]++' ;;
esac"#;

/// What was started with the timer is stopped with it by who does not run in it.
const RELOADED: &str = "--job-mode=ignore-dependencies try-reload-or-restart ssh.service";
const STOPPED: &str = "stop secinfo-setup-take-back.timer secinfo-setup-take-back.service";

struct Person(Confirmed, Option<String>);

impl Confirmation for Person {
    async fn wait(&mut self, _: Instant) -> Confirmed {
        if let Some(file) = &self.1 {
            // What is seen in another terminal meanwhile.
            let on = fs::read_to_string(file).unwrap_or_default();
            assert!(on.contains(MODULE), "it must be on while it is tried");
        }
        self.0
    }
}

fn fixture() -> Fixture {
    let fixture = Fixture::with_pam();
    let on = fixture.read(COMMON_AUTH);
    assert!(on.contains(LINE));
    fixture.write("/on", &on);
    fixture.write(COMMON_AUTH, on.replace(LINE, ""));
    fixture.write(PROFILE, "");
    fixture.write(
        "/etc/ssh/sshd_config",
        "UsePAM yes\nInclude /etc/ssh/sshd_config.d/*.conf\n",
    );
    fixture.write("/etc/ssh/sshd_config.d/zz.conf", "");
    fixture.write("/sshd", "usepam yes\nkbdinteractiveauthentication no\npasswordauthentication yes\nlogingracetime 120\n");
    fixture.write("/usr/lib/systemd/system/ssh.service", "");
    fixture.program(UPDATE, UPDATE_SCRIPT);
    fixture.program("sshd", SSHD);
    fixture.program("secinfo", "exit 0");
    fixture.program("systemd-run", &fixture.note("systemd-run"));
    ssh_server(&fixture, "echo active");
    fixture
}

/// Has systemd answer so where it is asked whether the SSH server runs.
fn ssh_server(fixture: &Fixture, answers: &str) {
    let script = format!(
        "{}\ncase \"$*\" in is-active*) {answers} ;; esac",
        fixture.note("systemctl")
    );
    fixture.program("systemctl", &script);
}

fn sign_in(pam: Option<PamChoice>, pam_confirmed: bool) -> SignIn<'static> {
    SignIn {
        arguments: SignInArguments {
            pam,
            ssh: None,
            pam_confirmed,
            without_administrator: false,
            pam_timeout: Duration::from_mins(10),
        },
        person: None,
        address: None,
    }
}

async fn go(
    fixture: &Fixture,
    questions: &Questions<'_>,
    sign_in: &SignIn<'_>,
    answer: Confirmed,
) -> Result<(State, String), Failure> {
    let mut report = fixture.report();
    let seen = fixture.host.path(COMMON_AUTH).to_str().unwrap().to_owned();
    let person = || Ok(Person(answer, Some(seen)));
    run(&fixture.host, questions, person, sign_in, &mut report).await?;
    let entry = report.entries.pop().unwrap();
    Ok((entry.state, entry.what))
}

fn enable() -> SignIn<'static> {
    sign_in(Some(PamChoice::Enable), true)
}

#[tokio::test]
async fn it_is_switched_on_once_and_off_again() {
    let fixture = fixture();
    let off = fixture.read(COMMON_AUTH);
    let (state, _) = go(&fixture, &fixture.unattended(), &enable(), Confirmed::Gone)
        .await
        .unwrap();
    assert_eq!(state, State::Done);
    assert_eq!(fixture.read(COMMON_AUTH), fixture.read("/on"));
    assert_eq!(
        fixture.read(ssh::FILE).lines().skip(1).collect::<Vec<_>>(),
        [
            crate::doctor::sshd::KEY_SUFFICES,
            "UsePAM yes",
            "KbdInteractiveAuthentication yes",
            "LoginGraceTime 300"
        ]
    );
    let calls = fixture.noted("systemctl");
    assert!(calls.contains(&RELOADED.to_owned()), "{calls:?}");
    assert_eq!(calls.last().unwrap(), STOPPED);
    let timer = fixture.noted("systemd-run");
    assert!(
        timer[0].contains("--on-active=615s")
            && timer[0].ends_with("/programs/secinfo setup --take-back"),
        "{timer:?}"
    );
    assert!(!WayBack::is_there(&fixture.host));

    let (state, _) = go(&fixture, &fixture.unattended(), &enable(), Confirmed::Gone)
        .await
        .unwrap();
    assert_eq!(state, State::Unchanged);
    assert!(fixture.noted("systemctl").is_empty() && fixture.noted("systemd-run").is_empty());

    let disable = sign_in(Some(PamChoice::Disable), false);
    for expected in [State::Done, State::Unchanged] {
        let (state, _) = go(&fixture, &fixture.unattended(), &disable, Confirmed::Gone)
            .await
            .unwrap();
        assert_eq!(state, expected);
    }
    assert_eq!(fixture.read(COMMON_AUTH), off);
    assert!(!fixture.host.has(ssh::FILE));
}

#[tokio::test]
async fn whatever_is_not_a_yes_takes_it_back() {
    for answer in [
        Confirmed::No,
        Confirmed::Late,
        Confirmed::Interrupted,
        Confirmed::Gone,
    ] {
        let fixture = fixture();
        let off = fixture.read(COMMON_AUTH);
        let questions = fixture.answers(&["1", "y"]);
        let failure = go(&fixture, &questions, &sign_in(None, false), answer)
            .await
            .unwrap_err();
        let failure = failure.to_string();
        assert!(failure.starts_with(answer.words()), "{failure}");
        assert_eq!(fixture.read(COMMON_AUTH), off);
        assert!(!fixture.host.has(ssh::FILE) && !WayBack::is_there(&fixture.host));
        assert_eq!(
            fixture.noted("systemctl").last().unwrap(),
            "stop secinfo-setup-take-back.timer"
        );
    }
}

#[tokio::test]
async fn the_way_back_is_not_done_until_the_ssh_server_was_reloaded() {
    let fixture = fixture();
    let off = fixture.read(COMMON_AUTH);
    let questions = fixture.answers(&["1", "y"]);
    let mut report = fixture.report();
    let person = || {
        // The bus of systemd does not answer.
        ssh_server(&fixture, "exit 1");
        Ok(Person(Confirmed::No, None))
    };
    let asked = sign_in(None, false);
    let failure = run(&fixture.host, &questions, person, &asked, &mut report)
        .await
        .unwrap_err();
    let told = "systemd does not tell whether ssh.service runs";
    assert!(failure.to_string().contains(told), "{failure}");
    assert!(WayBack::is_there(&fixture.host));
    assert_eq!(fixture.read(COMMON_AUTH), off);

    ssh_server(&fixture, "echo active");
    assert!(way_back::go(&fixture.host).unwrap());
    assert!(!WayBack::is_there(&fixture.host));
    let calls = fixture.noted("systemctl");
    assert!(calls.contains(&RELOADED.to_owned()));

    // A server that does not run reads the file when it is started.
    ssh_server(&fixture, "echo inactive; exit 3");
    go(&fixture, &fixture.unattended(), &enable(), Confirmed::Yes)
        .await
        .unwrap();
    let calls = fixture.noted("systemctl");
    assert!(calls.iter().all(|call| !call.contains("reload")));
}

#[tokio::test]
async fn a_yes_keeps_it_and_a_no_before_changes_nothing() {
    let fixture = fixture();
    let questions = fixture.answers(&["1", "n"]);
    let (state, _) = go(&fixture, &questions, &sign_in(None, false), Confirmed::Yes)
        .await
        .unwrap();
    assert_eq!(state, State::Skipped);
    assert!(fixture.noted("systemd-run").is_empty());
    let questions = fixture.answers(&["2", "y"]);
    let (state, _) = go(&fixture, &questions, &sign_in(None, false), Confirmed::Yes)
        .await
        .unwrap();
    assert_eq!(state, State::Done);
    assert!(
        fixture
            .read(ssh::FILE)
            .contains("AuthenticationMethods publickey,keyboard-interactive\n")
    );
}

#[tokio::test]
async fn what_doctor_finds_comes_before_and_after() {
    let fixture = fixture();
    let config = fixture.host.path("/etc/secinfo/config.toml");
    fs::set_permissions(&config, Permissions::from_mode(0o666)).unwrap();
    let failure = go(&fixture, &fixture.unattended(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("stays as it is"), "{failure}");
    assert!(fixture.noted("systemd-run").is_empty());
    fs::set_permissions(&config, Permissions::from_mode(0o644)).unwrap();

    // A profile whose line fails open is found when it is there, and taken back.
    let off = fixture.read(COMMON_AUTH);
    fixture.write(
        "/on",
        fixture
            .read("/on")
            .replace("requisite\t\t\tpam_secinfo", "optional pam_secinfo"),
    );
    let failure = go(&fixture, &fixture.unattended(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(
        failure
            .to_string()
            .starts_with("sign-in is as it was before, because doctor"),
        "{failure}"
    );
    assert_eq!(fixture.read(COMMON_AUTH), off);
}

#[tokio::test]
async fn a_server_that_refuses_or_overrules_is_left_as_it_was() {
    for (content, expected) in [
        ("passwordauthentication yes\nbroken", "\"sshd -t\" failed"),
        ("passwordauthentication yes\nusepam no", "overrules UsePAM"),
    ] {
        let fixture = fixture();
        let off = fixture.read(COMMON_AUTH);
        fixture.write("/sshd", content);
        if expected.starts_with("overrules") {
            // Another file comes before ours.
            fixture.program(
                "sshd",
                "test $1 = -t || printf 'usepam no\\npasswordauthentication yes\\n'",
            );
        }
        let failure = go(&fixture, &fixture.unattended(), &enable(), Confirmed::Yes)
            .await
            .unwrap_err();
        assert!(failure.to_string().contains(expected), "{failure}");
        assert_eq!(fixture.read(COMMON_AUTH), off);
        assert!(!fixture.host.has(ssh::FILE));
    }
}

#[tokio::test]
async fn a_server_that_takes_keys_only_opens_to_passwords_only_where_that_is_chosen() {
    let fixture = fixture();
    fixture.write(
        "/sshd",
        "usepam yes\nkbdinteractiveauthentication no\npasswordauthentication no\n",
    );
    let failure = go(&fixture, &fixture.unattended(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert_eq!(failure.exit_code(), 2, "{failure}");
    assert!(!fixture.host.has(ssh::FILE) && fixture.noted("systemd-run").is_empty());
    let mut sign_in = enable();
    sign_in.arguments.ssh = Some(SshChoice::KeyAndCode);
    go(&fixture, &fixture.unattended(), &sign_in, Confirmed::Yes)
        .await
        .unwrap();
    assert!(
        fixture
            .read(ssh::FILE)
            .contains("AuthenticationMethods publickey,keyboard-interactive\n")
    );
}

#[tokio::test]
async fn files_that_were_edited_by_hand_are_said_to_be_and_no_answer_is_no_confirmation() {
    let fixture = fixture();
    fixture.write("/edited", "");
    let failure = go(&fixture, &fixture.unattended(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("edited by hand"), "{failure}");
    fs::remove_file(fixture.host.path("/edited")).unwrap();
    let unconfirmed = sign_in(Some(PamChoice::Enable), false);
    let failure = go(
        &fixture,
        &fixture.unattended(),
        &unconfirmed,
        Confirmed::Yes,
    )
    .await
    .unwrap_err();
    assert!(failure.to_string().contains("--pam-confirmed"), "{failure}");
    let early = unconfirmed.check(&fixture.host, &fixture.unattended(), &fixture.report());
    assert_eq!(early.unwrap_err().exit_code(), 2);
    let known = enable().check(&fixture.host, &fixture.unattended(), &fixture.report());
    known.unwrap();
}

#[tokio::test]
async fn a_file_of_the_ssh_server_that_is_not_ours_stays() {
    let fixture = fixture();
    let off = fixture.read(COMMON_AUTH);
    fixture.write(ssh::FILE, "# An administrator's own.\n");
    let failure = go(&fixture, &fixture.unattended(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("--ssh keep"), "{failure}");
    assert_eq!(fixture.read(ssh::FILE), "# An administrator's own.\n");
    assert_eq!(fixture.read(COMMON_AUTH), off);
}

/// What another person does while one tries whether sign-in works.
struct Meanwhile<F>(F);

impl<F: FnMut()> Confirmation for Meanwhile<F> {
    async fn wait(&mut self, _: Instant) -> Confirmed {
        (self.0)();
        Confirmed::Yes
    }
}

async fn ended_by_yes_after(fixture: &Fixture, meanwhile: impl FnMut()) -> Result<(), Failure> {
    let questions = fixture.answers(&["1", "y"]);
    let sign_in = self::sign_in(None, false);
    let person = || Ok(Meanwhile(meanwhile));
    run(
        &fixture.host,
        &questions,
        person,
        &sign_in,
        &mut fixture.report(),
    )
    .await
}

#[tokio::test]
async fn a_yes_after_it_was_taken_back_is_too_late() {
    let fixture = fixture();
    let off = fixture.read(COMMON_AUTH);
    let taken_back = || take_back(&fixture.screen, &fixture.host).unwrap();
    let failure = ended_by_yes_after(&fixture, taken_back).await.unwrap_err();
    assert!(failure.to_string().contains("too late"), "{failure}");
    assert_eq!(fixture.read(COMMON_AUTH), off);
    assert!(!fixture.host.has(ssh::FILE));
}

#[tokio::test]
async fn the_way_back_of_another_run_is_left_to_it() {
    let fixture = fixture();
    let another = || {
        take_back(&fixture.screen, &fixture.host).unwrap();
        let timeout = Duration::from_mins(10);
        WayBack::prepare(&fixture.host, true, false, timeout).unwrap();
    };
    let failure = ended_by_yes_after(&fixture, another).await.unwrap_err();
    assert!(failure.to_string().contains("too late"), "{failure}");
    assert!(WayBack::is_there(&fixture.host));
    let second = WayBack::prepare(&fixture.host, true, false, Duration::from_mins(10));
    assert!(second.is_err());
}

#[tokio::test]
async fn nothing_is_changed_any_more_once_it_was_taken_back() {
    let fixture = fixture();
    // The timer was faster than the program that switches PAM on.
    let script = format!("rm -f '{}/var/lib/secinfo-setup/ready'", fixture.root());
    fixture.program(UPDATE, &format!("{UPDATE_SCRIPT}\n{script}"));
    let failure = go(&fixture, &fixture.unattended(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("taken back"), "{failure}");
    assert!(!fixture.host.has(ssh::FILE));
}

#[tokio::test]
async fn a_crash_anywhere_leaves_a_way_back_that_the_timer_goes() {
    let mut number = 1;
    loop {
        let fixture = fixture();
        let off = fixture.read(COMMON_AUTH);
        let former = "# Written by secinfo setup; secinfo setup --pam disable removes it.\n";
        fixture.write(ssh::FILE, former);
        fixture.host.faults.crash_at(number);
        let ended = go(&fixture, &fixture.unattended(), &enable(), Confirmed::Yes).await;
        fixture.host.faults.crash_at(usize::MAX);
        let is_changed = || fixture.read(COMMON_AUTH) != off || fixture.read(ssh::FILE) != former;
        if ended.is_ok() {
            assert!(is_changed() && number > 20, "{number}");
            break;
        }
        if is_changed() {
            // Unless the confirmed end was reached, in which case the timer is stopped on purpose.
            assert!(
                WayBack::is_there(&fixture.host),
                "crash before change {number}"
            );
            assert_eq!(
                fixture.noted("systemd-run").len(),
                1,
                "crash before change {number}"
            );
        }
        if WayBack::is_there(&fixture.host) {
            take_back(&fixture.screen, &fixture.host).unwrap();
        }
        assert!(!is_changed(), "crash before change {number}");
        number += 1;
    }
}

#[tokio::test]
async fn what_cannot_be_taken_back_by_the_program_is_by_its_files() {
    let fixture = fixture();
    let off = fixture.read(COMMON_AUTH);
    let questions = fixture.answers(&["1", "y"]);
    fixture.program(
        UPDATE,
        "test $1 = --enable && cp \"$root/on\" \"$root/etc/pam.d/common-auth\"",
    );
    go(&fixture, &questions, &sign_in(None, false), Confirmed::No)
        .await
        .unwrap_err();
    assert_eq!(fixture.read(COMMON_AUTH), off);
    assert!(
        take_back(&fixture.screen, &fixture.host).is_err(),
        "nothing is left"
    );
}
