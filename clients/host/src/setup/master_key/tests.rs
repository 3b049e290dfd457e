//! Scripts play systemd and the daemon: sealing puts other letters for those of the key, and the daemon
//! is well if what it finds is the key that the vault was made with.

use super::super::config::CONFIG;
use super::super::report::State;
use super::super::scene::{Puppet, Scene, WELL};
use super::*;

const KEY: &[u8; 32] = b"the key of the vault, 32 bytes..";
const FILE: &str = "/var/lib/secinfo/master.key";
const ASIDE: &str = "/var/lib/secinfo/master.key.sealed";

/// Sealing as systemd-creds does it, with a beginning that says with what.
const CREDS: &str = r#"
case "$1" in
has-tpm2) test -e "$root/dev/tpmrm0" ;;
encrypt)
    test "$3" = --with-key=host && printf 'Whxqht+dQJax1aZeCGLx' || printf 'k6iUCUh0RJCQyvL8k8q1'
    tr a-z n-za-m ;;
decrypt) tail -c 32 "$3" | tr a-z n-za-m ;;
esac"#;

/// What the daemon does at its start: the credential if its unit has it, else the key file, which is
/// made where there is none. It is well only with the key of the vault.
const SYSTEMCTL: &str = r#"
state="$root/var/lib/secinfo"; sealed="$root/etc/credstore.encrypted/secinfo.master-key"
case "$1" in
cat) cat "$root/unit" ;;
restart)
    rm -f "$root/daemon-is-well"
    if grep -q LoadCredential "$root/unit" && ! test -e "$root/broken" && test -e "$sealed"
    then "$root/programs/systemd-creds" decrypt --name=master-key "$sealed" - > "$root/used" || exit 1
    else
        test -e "$state/master.key" || printf 'another key, also of 32 bytes...' > "$state/master.key"
        cp "$state/master.key" "$root/used"
    fi
    cmp -s "$root/used" "$root/vault" || exit 1
    touch "$root/daemon-is-well" ;;
esac"#;

fn scene() -> Scene {
    let scene = Scene::new();
    scene.program("systemd-creds", CREDS);
    scene.program("systemctl", SYSTEMCTL);
    scene.write(
        "/unit",
        "[Service]\nLoadCredentialEncrypted=master-key:secinfo.master-key\n",
    );
    scene.write("/vault", KEY);
    scene.write(FILE, KEY);
    scene.write(WELL, "");
    scene.write(CONFIG, "[daemon]\n");
    scene
}

fn wish(choice: MasterKeyChoice) -> Wish<'static> {
    Wish {
        choice: Some(choice),
        pcrs: None,
        copy: None,
    }
}

async fn seal(scene: &Scene, choice: MasterKeyChoice) -> Result<(State, String), Failure> {
    let mut report = scene.report();
    let questions = scene.nobody();
    run(
        &scene.host,
        &Puppet { scene },
        &questions,
        &wish(choice),
        &mut report,
    )
    .await?;
    let entry = report.entries.pop().unwrap();
    Ok((entry.state, entry.what))
}

fn restart(scene: &Scene) -> bool {
    let ran = std::process::Command::new(scene.host.program("systemctl").unwrap())
        .args(["restart", UNIT])
        .output()
        .unwrap();
    ran.status.success() && scene.host.has(WELL)
}

fn is_sealed(scene: &Scene) -> bool {
    !scene.host.has(FILE) && !scene.host.has(ASIDE) && scene.host.has(CREDENTIAL)
}

#[tokio::test]
async fn the_key_is_sealed_once_and_the_second_run_says_so() {
    let scene = scene();
    let (state, what) = seal(&scene, MasterKeyChoice::Host).await.unwrap();
    assert_eq!(state, State::Done);
    assert!(what.contains("sealed to the key of this host"), "{what}");
    assert!(is_sealed(&scene) && restart(&scene));
    assert_eq!(scene.host.mode(CREDENTIAL), Some(0o600));
    scene.host.faults.crash_at(usize::MAX);
    for choice in [MasterKeyChoice::Host, MasterKeyChoice::Keep] {
        let (state, what) = seal(&scene, choice).await.unwrap();
        assert_eq!(state, State::Unchanged, "{what}");
    }
    // Only opening the credential ran a program, once in each run.
    assert_eq!(scene.host.faults.seen(), 2);
    assert!(seal(&scene, MasterKeyChoice::File).await.is_err());
}

#[tokio::test]
async fn a_key_that_is_sealed_to_the_host_is_sealed_anew_to_the_tpm() {
    let scene = scene();
    seal(&scene, MasterKeyChoice::Host).await.unwrap();
    let (state, what) = seal(&scene, MasterKeyChoice::Tpm).await.unwrap();
    assert_eq!(state, State::Done);
    assert!(what.contains("to the TPM"), "{what}");
    assert!(is_sealed(&scene) && restart(&scene) && !scene.host.has(FORMER));
}

#[tokio::test]
async fn a_crash_before_any_change_leaves_a_vault_that_opens_and_a_run_that_ends_it() {
    let mut number = 1;
    loop {
        let scene = scene();
        scene.host.faults.crash_at(number);
        let crashed = seal(&scene, MasterKeyChoice::Host).await.is_err();
        scene.host.faults.crash_at(usize::MAX);
        assert!(restart(&scene), "crash before change {number}");
        seal(&scene, MasterKeyChoice::Host).await.unwrap();
        assert!(is_sealed(&scene) && restart(&scene), "run after {number}");
        if !crashed {
            break;
        }
        number += 1;
    }
    assert!(
        number > 12,
        "{number} changes are too few to be all of them"
    );
}

#[tokio::test]
async fn a_crash_while_everything_is_put_back_leaves_a_vault_that_opens() {
    let mut number = 1;
    loop {
        let scene = scene();
        // The daemon is not given the credential, though its unit says so.
        scene.write("/broken", "");
        scene.host.faults.crash_at(number);
        let failure = seal(&scene, MasterKeyChoice::Host)
            .await
            .unwrap_err()
            .to_string();
        scene.host.faults.crash_at(usize::MAX);
        if failure.contains("the key is where it was") {
            assert!(failure.contains("runs with it again"), "{failure}");
            assert!(scene.host.has(FILE) && !scene.host.has(ASIDE) && !scene.host.has(CREDENTIAL));
            assert!(restart(&scene));
            break;
        }
        // What was broken was the daemon's start: a host that starts normally opens its vault.
        std::fs::remove_file(scene.host.path("/broken")).unwrap();
        assert!(restart(&scene), "crash before change {number}");
        seal(&scene, MasterKeyChoice::Host).await.unwrap();
        assert!(is_sealed(&scene) && restart(&scene), "run after {number}");
        number += 1;
    }
    assert!(
        number > 12,
        "{number} changes are too few to be all of them"
    );
}

#[tokio::test]
async fn a_crash_while_the_key_is_sealed_anew_leaves_a_vault_that_opens() {
    let mut number = 1;
    loop {
        let scene = scene();
        seal(&scene, MasterKeyChoice::Host).await.unwrap();
        scene.host.faults.crash_at(number);
        let crashed = seal(&scene, MasterKeyChoice::Tpm).await.is_err();
        scene.host.faults.crash_at(usize::MAX);
        assert!(restart(&scene), "crash before change {number}");
        seal(&scene, MasterKeyChoice::Tpm).await.unwrap();
        assert!(is_sealed(&scene) && restart(&scene), "run after {number}");
        if !crashed {
            break;
        }
        number += 1;
    }
}

#[tokio::test]
async fn what_does_not_open_again_as_the_key_is_never_put_in_place() {
    let scene = scene();
    scene.program(
        "systemd-creds",
        "test \"$1\" = encrypt && cat || echo other",
    );
    let failure = seal(&scene, MasterKeyChoice::Host).await.unwrap_err();
    assert!(
        failure.to_string().contains("does not open again"),
        "{failure}"
    );
    assert!(scene.host.has(FILE) && restart(&scene));
    assert!(
        scene
            .host
            .names("/etc/credstore.encrypted")
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_unit_that_is_not_given_the_credential_is_refused_before_anything_changes() {
    let scene = scene();
    scene.write("/unit", "[Service]\n");
    let failure = seal(&scene, MasterKeyChoice::Host).await.unwrap_err();
    assert!(failure.to_string().contains("has no line"), "{failure}");
    assert!(scene.host.has(FILE) && !scene.host.has(CREDENTIAL));
}

#[tokio::test]
async fn keys_that_differ_are_left_for_a_person() {
    let scene = scene();
    scene.write(ASIDE, [1; 32]);
    let failure = seal(&scene, MasterKeyChoice::Host).await.unwrap_err();
    assert!(failure.to_string().contains("different keys"), "{failure}");
    scene.write(ASIDE, [1; 31]);
    let failure = seal(&scene, MasterKeyChoice::Host).await.unwrap_err();
    assert!(failure.to_string().contains("31 bytes"), "{failure}");
}

#[tokio::test]
async fn a_link_in_the_place_of_the_key_is_not_followed() {
    let scene = scene();
    scene.write("/etc/shadow", [7; 32]);
    std::fs::remove_file(scene.host.path(FILE)).unwrap();
    std::os::unix::fs::symlink(scene.host.path("/etc/shadow"), scene.host.path(FILE)).unwrap();
    assert!(seal(&scene, MasterKeyChoice::Host).await.is_err());
    std::fs::remove_file(scene.host.path(FILE)).unwrap();
    std::fs::hard_link(scene.host.path("/etc/shadow"), scene.host.path(FILE)).unwrap();
    assert!(scene.host.erase(FILE).is_err());
    assert_eq!(
        std::fs::read(scene.host.path("/etc/shadow")).unwrap(),
        [7; 32]
    );
}

#[tokio::test]
async fn the_person_is_asked_what_to_seal_it_with_and_for_a_copy() {
    let scene = scene();
    scene.write("/dev/tpmrm0", "");
    let mut report = scene.report();
    let copy = "/media/key";
    std::fs::create_dir(scene.host.path("/media")).unwrap();
    let questions = scene.answers(&["2", "relative", copy]);
    let wish = Wish {
        choice: None,
        ..wish(MasterKeyChoice::Keep)
    };
    run(
        &scene.host,
        &Puppet { scene: &scene },
        &questions,
        &wish,
        &mut report,
    )
    .await
    .unwrap();
    assert!(is_sealed(&scene));
    assert_eq!(std::fs::read(scene.host.path(copy)).unwrap(), KEY);
    assert_eq!(scene.host.mode(copy), Some(0o600));
    assert!(
        report
            .left
            .iter()
            .any(|left| left.contains("secinfo backup"))
    );
}

async fn seal_with(scene: &Scene, wish: &Wish<'_>) -> Result<Vec<State>, Failure> {
    let mut report = scene.report();
    let questions = scene.nobody();
    run(
        &scene.host,
        &Puppet { scene },
        &questions,
        wish,
        &mut report,
    )
    .await?;
    Ok(report.entries.iter().map(|entry| entry.state).collect())
}

#[tokio::test]
async fn a_copy_is_written_wherever_the_key_is_and_belongs_to_nobody_else() {
    let scene = scene();
    let copy = "/media/key";
    std::fs::create_dir(scene.host.path("/media")).unwrap();
    let with_copy = |choice| Wish {
        copy: Some(Path::new(copy)),
        ..wish(choice)
    };
    seal(&scene, MasterKeyChoice::Host).await.unwrap();
    // What waits there for a key to be written to it is not used.
    scene.write(copy, "");
    let refusal = seal_with(&scene, &with_copy(MasterKeyChoice::Host)).await;
    assert!(
        refusal
            .unwrap_err()
            .to_string()
            .contains("is there already")
    );
    std::fs::remove_file(scene.host.path(copy)).unwrap();
    std::os::unix::fs::symlink("/nowhere", scene.host.path(copy)).unwrap();
    assert!(scene.host.create(copy, KEY).is_err());
    std::fs::remove_file(scene.host.path(copy)).unwrap();
    for expected in [State::Done, State::Unchanged] {
        let states = seal_with(&scene, &with_copy(MasterKeyChoice::Keep)).await;
        assert_eq!(states.unwrap(), [expected, State::Unchanged]);
        assert_eq!(std::fs::read(scene.host.path(copy)).unwrap(), KEY);
        assert_eq!(scene.host.mode(copy), Some(0o600));
    }
    scene.write(CONFIG, "[daemon]\nmaster_key = \"/etc/key\"\n");
    let refusal = seal_with(&scene, &with_copy(MasterKeyChoice::Keep)).await;
    assert!(
        refusal
            .unwrap_err()
            .to_string()
            .contains("copy it yourself")
    );
}

#[tokio::test]
async fn registers_that_are_named_seal_anew_and_go_with_the_tpm_only() {
    let scene = scene();
    seal(&scene, MasterKeyChoice::Tpm).await.unwrap();
    scene.program(
        "systemd-creds",
        &format!("{}\n{CREDS}", scene.note("systemd-creds")),
    );
    let with_registers = |choice| Wish {
        choice,
        pcrs: Some("7"),
        copy: None,
    };
    for choice in [None, Some(MasterKeyChoice::Tpm)] {
        let states = seal_with(&scene, &with_registers(choice)).await.unwrap();
        assert_eq!(states, [State::Done]);
        let calls = scene.noted("systemd-creds");
        assert!(
            calls.iter().any(|call| call.contains("--tpm2-pcrs=7")),
            "{calls:?}"
        );
    }
    with_registers(None).check().unwrap();
    let mistake = with_registers(Some(MasterKeyChoice::Host)).check();
    assert_eq!(mistake.unwrap_err().exit_code(), 2);
    let relative = Wish {
        copy: Some(Path::new("key")),
        ..wish(MasterKeyChoice::Keep)
    };
    assert!(relative.check().is_err());
}

#[tokio::test]
async fn the_former_credential_is_named_when_the_new_one_does_not_open() {
    let scene = scene();
    seal(&scene, MasterKeyChoice::Host).await.unwrap();
    scene.write(FORMER, "former");
    scene.program("systemd-creds", "echo broken >&2; exit 1");
    let failure = seal(&scene, MasterKeyChoice::Keep).await.unwrap_err();
    assert!(failure.to_string().contains(FORMER), "{failure}");
}

#[tokio::test]
async fn a_key_that_the_configuration_names_stays() {
    let scene = scene();
    scene.write(CONFIG, "[daemon]\nmaster_key = \"/etc/key\"\n");
    let (state, what) = seal(&scene, MasterKeyChoice::Keep).await.unwrap();
    assert_eq!(state, State::Skipped);
    assert!(what.contains("/etc/key"), "{what}");
    assert!(seal(&scene, MasterKeyChoice::Host).await.is_err());
}
