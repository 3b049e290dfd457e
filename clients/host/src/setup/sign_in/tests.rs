use super::super::report::State;
use super::super::scene::Scene;
use super::*;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A host on which doctor has nothing to say once our line is there.
const GOOD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../cli/tests/doctor/base");
const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";
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

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
            fs::set_permissions(&target, Permissions::from_mode(0o644)).unwrap();
        }
    }
    fs::set_permissions(to, Permissions::from_mode(0o755)).unwrap();
}

fn scene() -> Scene {
    let scene = Scene::new();
    copy(Path::new(GOOD), &scene.host.path("/"));
    let codes = "/etc/secinfo/break-glass";
    for name in scene.host.names(codes).unwrap() {
        let file = scene.host.path(&format!("{codes}/{name}"));
        fs::set_permissions(file, Permissions::from_mode(0o640)).unwrap();
    }
    std::os::unix::fs::symlink("usr/lib", scene.host.path("/lib")).unwrap();
    // What doctor reads in a libpam.
    let libpam = "\0/etc/pam.d/%s\0/usr/lib/pam.d/%s\0@include\0/lib/x86_64-linux-gnu/security/\0";
    scene.write(&format!("{LIBRARIES}/libpam.so.0"), libpam);
    for module in [
        "unix",
        "deny",
        "permit",
        "secinfo",
        "cap",
        "rootok",
        "nologin",
        "limits",
        "env",
        "group",
        "keyinit",
        "selinux",
        "systemd",
        "lastlog",
        "faildelay",
        "sss",
        "succeed_if",
    ] {
        let file = format!("{LIBRARIES}/security/pam_{module}.so");
        scene.write(&file, "");
        fs::set_permissions(scene.host.path(&file), Permissions::from_mode(0o644)).unwrap();
    }
    let on = scene.read(COMMON_AUTH);
    assert!(on.contains(LINE));
    scene.write("/on", &on);
    scene.write(COMMON_AUTH, on.replace(LINE, ""));
    scene.write(PROFILE, "");
    scene.write(
        "/etc/ssh/sshd_config",
        "UsePAM yes\nInclude /etc/ssh/sshd_config.d/*.conf\n",
    );
    scene.write("/etc/ssh/sshd_config.d/zz.conf", "");
    scene.write("/sshd", "usepam yes\nkbdinteractiveauthentication no\npasswordauthentication yes\nlogingracetime 120\n");
    scene.write("/usr/lib/systemd/system/ssh.service", "");
    scene.program(UPDATE, UPDATE_SCRIPT);
    scene.program("sshd", SSHD);
    scene.program("secinfo", "exit 0");
    for name in ["systemctl", "systemd-run"] {
        scene.program(name, &scene.note(name));
    }
    scene
}

fn wish(pam: Option<PamChoice>, confirmed: bool) -> Wish<'static> {
    Wish {
        pam,
        ssh: None,
        confirmed,
        timeout: Duration::from_mins(10),
        person: None,
        address: None,
    }
}

async fn go(
    scene: &Scene,
    questions: &Questions<'_>,
    wish: &Wish<'_>,
    answer: Confirmed,
) -> Result<(State, String), Failure> {
    let mut report = scene.report();
    let seen = scene.host.path(COMMON_AUTH).to_str().unwrap().to_owned();
    let person = || Ok(Person(answer, Some(seen)));
    run(&scene.host, questions, person, wish, &mut report).await?;
    let entry = report.entries.pop().unwrap();
    Ok((entry.state, entry.what))
}

fn enable() -> Wish<'static> {
    wish(Some(PamChoice::Enable), true)
}

#[tokio::test]
async fn it_is_switched_on_once_and_off_again() {
    let scene = scene();
    let off = scene.read(COMMON_AUTH);
    let (state, _) = go(&scene, &scene.nobody(), &enable(), Confirmed::Gone)
        .await
        .unwrap();
    assert_eq!(state, State::Done);
    assert_eq!(scene.read(COMMON_AUTH), scene.read("/on"));
    assert_eq!(
        scene.read(ssh::FILE).lines().skip(1).collect::<Vec<_>>(),
        [
            "UsePAM yes",
            "KbdInteractiveAuthentication yes",
            "LoginGraceTime 300"
        ]
    );
    let calls = scene.noted("systemctl");
    assert!(
        calls.contains(&"try-reload-or-restart ssh.service".to_owned()),
        "{calls:?}"
    );
    assert_eq!(calls.last().unwrap(), STOPPED);
    let timer = scene.noted("systemd-run");
    assert!(
        timer[0].contains("--on-active=615s")
            && timer[0].ends_with("/programs/secinfo setup --take-back"),
        "{timer:?}"
    );
    assert!(!WayBack::is_there(&scene.host));

    let (state, _) = go(&scene, &scene.nobody(), &enable(), Confirmed::Gone)
        .await
        .unwrap();
    assert_eq!(state, State::Unchanged);
    assert!(scene.noted("systemctl").is_empty() && scene.noted("systemd-run").is_empty());

    let disable = wish(Some(PamChoice::Disable), false);
    for expected in [State::Done, State::Unchanged] {
        let (state, _) = go(&scene, &scene.nobody(), &disable, Confirmed::Gone)
            .await
            .unwrap();
        assert_eq!(state, expected);
    }
    assert_eq!(scene.read(COMMON_AUTH), off);
    assert!(!scene.host.has(ssh::FILE));
}

#[tokio::test]
async fn whatever_is_not_a_yes_takes_it_back() {
    for answer in [
        Confirmed::No,
        Confirmed::Late,
        Confirmed::Interrupted,
        Confirmed::Gone,
    ] {
        let scene = scene();
        let off = scene.read(COMMON_AUTH);
        let questions = scene.answers(&["1", "y"]);
        let failure = go(&scene, &questions, &wish(None, false), answer)
            .await
            .unwrap_err();
        let failure = failure.to_string();
        assert!(failure.starts_with(answer.words()), "{failure}");
        assert_eq!(scene.read(COMMON_AUTH), off);
        assert!(!scene.host.has(ssh::FILE) && !WayBack::is_there(&scene.host));
        assert_eq!(
            scene.noted("systemctl").last().unwrap(),
            "stop secinfo-setup-take-back.timer"
        );
    }
}

#[tokio::test]
async fn a_yes_keeps_it_and_a_no_before_changes_nothing() {
    let scene = scene();
    let questions = scene.answers(&["1", "n"]);
    let (state, _) = go(&scene, &questions, &wish(None, false), Confirmed::Yes)
        .await
        .unwrap();
    assert_eq!(state, State::Skipped);
    assert!(scene.noted("systemd-run").is_empty());
    let questions = scene.answers(&["2", "y"]);
    let (state, _) = go(&scene, &questions, &wish(None, false), Confirmed::Yes)
        .await
        .unwrap();
    assert_eq!(state, State::Done);
    assert!(
        scene
            .read(ssh::FILE)
            .contains("AuthenticationMethods publickey,keyboard-interactive\n")
    );
}

#[tokio::test]
async fn what_doctor_finds_comes_before_and_after() {
    let scene = scene();
    let config = scene.host.path("/etc/secinfo/config.toml");
    fs::set_permissions(&config, Permissions::from_mode(0o666)).unwrap();
    let failure = go(&scene, &scene.nobody(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("stays as it is"), "{failure}");
    assert!(scene.noted("systemd-run").is_empty());
    fs::set_permissions(&config, Permissions::from_mode(0o644)).unwrap();

    // A profile whose line fails open is found when it is there, and taken back.
    let off = scene.read(COMMON_AUTH);
    scene.write(
        "/on",
        scene
            .read("/on")
            .replace("requisite\t\t\tpam_secinfo", "optional pam_secinfo"),
    );
    let failure = go(&scene, &scene.nobody(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(
        failure
            .to_string()
            .starts_with("sign-in is as it was before, because doctor"),
        "{failure}"
    );
    assert_eq!(scene.read(COMMON_AUTH), off);
}

#[tokio::test]
async fn a_server_that_refuses_or_overrules_is_left_as_it_was() {
    for (content, expected) in [
        ("passwordauthentication yes\nbroken", "\"sshd -t\" failed"),
        ("passwordauthentication yes\nusepam no", "overrules UsePAM"),
    ] {
        let scene = scene();
        let off = scene.read(COMMON_AUTH);
        scene.write("/sshd", content);
        if expected.starts_with("overrules") {
            // Another file comes before ours.
            scene.program(
                "sshd",
                "test $1 = -t || printf 'usepam no\\npasswordauthentication yes\\n'",
            );
        }
        let failure = go(&scene, &scene.nobody(), &enable(), Confirmed::Yes)
            .await
            .unwrap_err();
        assert!(failure.to_string().contains(expected), "{failure}");
        assert_eq!(scene.read(COMMON_AUTH), off);
        assert!(!scene.host.has(ssh::FILE));
    }
}

#[tokio::test]
async fn a_server_that_takes_keys_only_opens_to_passwords_for_nobody_who_did_not_say_so() {
    let scene = scene();
    scene.write(
        "/sshd",
        "usepam yes\nkbdinteractiveauthentication no\npasswordauthentication no\n",
    );
    let failure = go(&scene, &scene.nobody(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert_eq!(failure.exit_code(), 2, "{failure}");
    assert!(!scene.host.has(ssh::FILE) && scene.noted("systemd-run").is_empty());
    let wish = Wish {
        ssh: Some(SshChoice::KeyAndCode),
        ..enable()
    };
    go(&scene, &scene.nobody(), &wish, Confirmed::Yes)
        .await
        .unwrap();
    assert!(
        scene
            .read(ssh::FILE)
            .contains("AuthenticationMethods publickey,keyboard-interactive\n")
    );
}

#[tokio::test]
async fn files_that_were_edited_by_hand_are_said_to_be_and_nobody_confirms_for_nobody() {
    let scene = scene();
    scene.write("/edited", "");
    let failure = go(&scene, &scene.nobody(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(
        failure.to_string().contains("edited it by hand"),
        "{failure}"
    );
    fs::remove_file(scene.host.path("/edited")).unwrap();
    let unconfirmed = wish(Some(PamChoice::Enable), false);
    let failure = go(&scene, &scene.nobody(), &unconfirmed, Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("--pam-confirmed"), "{failure}");
    let early = unconfirmed.check(&scene.host, &scene.nobody(), &scene.report());
    assert_eq!(early.unwrap_err().exit_code(), 2);
    let known = enable().check(&scene.host, &scene.nobody(), &scene.report());
    known.unwrap();
}

#[tokio::test]
async fn a_file_of_the_ssh_server_that_is_not_ours_stays() {
    let scene = scene();
    let off = scene.read(COMMON_AUTH);
    scene.write(ssh::FILE, "# An administrator's own.\n");
    let failure = go(&scene, &scene.nobody(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("--ssh keep"), "{failure}");
    assert_eq!(scene.read(ssh::FILE), "# An administrator's own.\n");
    assert_eq!(scene.read(COMMON_AUTH), off);
}

/// What somebody else does while a person tries whether sign-in works.
struct Meanwhile<F>(F);

impl<F: FnMut()> Confirmation for Meanwhile<F> {
    async fn wait(&mut self, _: Instant) -> Confirmed {
        (self.0)();
        Confirmed::Yes
    }
}

async fn ended_by_yes_after(scene: &Scene, meanwhile: impl FnMut()) -> Result<(), Failure> {
    let questions = scene.answers(&["1", "y"]);
    let wish = wish(None, false);
    let person = || Ok(Meanwhile(meanwhile));
    run(&scene.host, &questions, person, &wish, &mut scene.report()).await
}

#[tokio::test]
async fn a_yes_after_it_was_taken_back_is_too_late() {
    let scene = scene();
    let off = scene.read(COMMON_AUTH);
    let taken_back = || take_back(&scene.screen, &scene.host).unwrap();
    let failure = ended_by_yes_after(&scene, taken_back).await.unwrap_err();
    assert!(failure.to_string().contains("too late"), "{failure}");
    assert_eq!(scene.read(COMMON_AUTH), off);
    assert!(!scene.host.has(ssh::FILE));
}

#[tokio::test]
async fn the_way_back_of_another_run_is_left_to_it() {
    let scene = scene();
    let another = || {
        take_back(&scene.screen, &scene.host).unwrap();
        let timeout = Duration::from_mins(10);
        WayBack::prepare(&scene.host, true, false, timeout).unwrap();
    };
    let failure = ended_by_yes_after(&scene, another).await.unwrap_err();
    assert!(failure.to_string().contains("too late"), "{failure}");
    assert!(WayBack::is_there(&scene.host));
    let second = WayBack::prepare(&scene.host, true, false, Duration::from_mins(10));
    assert!(second.is_err());
}

#[tokio::test]
async fn nothing_is_changed_any_more_once_it_was_taken_back() {
    let scene = scene();
    // The timer was faster than the program that switches PAM on.
    let script = format!("rm -f '{}/var/lib/secinfo-setup/ready'", scene.root());
    scene.program(UPDATE, &format!("{UPDATE_SCRIPT}\n{script}"));
    let failure = go(&scene, &scene.nobody(), &enable(), Confirmed::Yes)
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("taken back"), "{failure}");
    assert!(!scene.host.has(ssh::FILE));
}

#[tokio::test]
async fn a_crash_anywhere_leaves_a_way_back_that_the_timer_goes() {
    let mut number = 1;
    loop {
        let scene = scene();
        let off = scene.read(COMMON_AUTH);
        let former = "# Written by secinfo setup; secinfo setup --pam disable removes it.\n";
        scene.write(ssh::FILE, former);
        scene.host.faults.crash_at(number);
        let ended = go(&scene, &scene.nobody(), &enable(), Confirmed::Yes).await;
        scene.host.faults.crash_at(usize::MAX);
        let is_changed = || scene.read(COMMON_AUTH) != off || scene.read(ssh::FILE) != former;
        if ended.is_ok() {
            assert!(is_changed() && number > 20, "{number}");
            break;
        }
        if is_changed() {
            // Unless the confirmed end was reached, in which case the timer is stopped on purpose.
            assert!(
                WayBack::is_there(&scene.host),
                "crash before change {number}"
            );
            assert_eq!(
                scene.noted("systemd-run").len(),
                1,
                "crash before change {number}"
            );
        }
        if WayBack::is_there(&scene.host) {
            take_back(&scene.screen, &scene.host).unwrap();
        }
        assert!(!is_changed(), "crash before change {number}");
        number += 1;
    }
}

#[tokio::test]
async fn what_cannot_be_taken_back_by_the_program_is_by_its_files() {
    let scene = scene();
    let off = scene.read(COMMON_AUTH);
    let questions = scene.answers(&["1", "y"]);
    scene.program(
        UPDATE,
        "test $1 = --enable && cp \"$root/on\" \"$root/etc/pam.d/common-auth\"",
    );
    go(&scene, &questions, &wish(None, false), Confirmed::No)
        .await
        .unwrap_err();
    assert_eq!(scene.read(COMMON_AUTH), off);
    assert!(
        take_back(&scene.screen, &scene.host).is_err(),
        "nothing is left"
    );
}
