//! Scripts play systemd and the daemon: sealing puts other letters for those of the key, and the daemon
//! is well if what it finds is the key that the vault was made with.

use super::super::config::CONFIG;
use super::super::fixture::{FakeDaemon, Fixture, WELL};
use super::super::report::State;
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

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.program("systemd-creds", CREDS);
    fixture.program("systemctl", SYSTEMCTL);
    fixture.write(
        "/unit",
        "[Service]\nLoadCredentialEncrypted=master-key:secinfo.master-key\n",
    );
    fixture.write("/vault", KEY);
    fixture.write(FILE, KEY);
    fixture.write(WELL, "");
    fixture.write(CONFIG, "[daemon]\n");
    fixture
}

fn arguments(choice: MasterKeyChoice) -> MasterKeyArguments {
    MasterKeyArguments {
        master_key: Some(choice),
        ..MasterKeyArguments::default()
    }
}

async fn seal(fixture: &Fixture, choice: MasterKeyChoice) -> Result<(State, String), Failure> {
    let mut report = fixture.report();
    let questions = fixture.unattended();
    run(
        &fixture.host,
        &FakeDaemon { fixture },
        &questions,
        &arguments(choice),
        &mut report,
    )
    .await?;
    let entry = report.entries.pop().unwrap();
    Ok((entry.state, entry.what))
}

fn restart(fixture: &Fixture) -> bool {
    let ran = std::process::Command::new(fixture.host.program("systemctl").unwrap())
        .args(["restart", UNIT])
        .output()
        .unwrap();
    ran.status.success() && fixture.host.has(WELL)
}

fn is_sealed(fixture: &Fixture) -> bool {
    !fixture.host.has(FILE) && !fixture.host.has(ASIDE) && fixture.host.has(CREDENTIAL)
}

#[tokio::test]
async fn the_key_is_sealed_once_and_the_second_run_says_so() {
    let fixture = fixture();
    let (state, what) = seal(&fixture, MasterKeyChoice::Host).await.unwrap();
    assert_eq!(state, State::Done);
    assert!(what.contains("sealed to the key of this host"), "{what}");
    assert!(is_sealed(&fixture) && restart(&fixture));
    assert_eq!(fixture.host.mode(CREDENTIAL), Some(0o600));
    fixture.host.faults.crash_at(usize::MAX);
    for choice in [MasterKeyChoice::Host, MasterKeyChoice::Keep] {
        let (state, what) = seal(&fixture, choice).await.unwrap();
        assert_eq!(state, State::Unchanged, "{what}");
    }
    // Only opening the credential ran a program, once in each run.
    assert_eq!(fixture.host.faults.seen(), 2);
    assert!(seal(&fixture, MasterKeyChoice::File).await.is_err());
}

#[tokio::test]
async fn a_key_that_is_sealed_to_the_host_is_sealed_anew_to_the_tpm() {
    let fixture = fixture();
    seal(&fixture, MasterKeyChoice::Host).await.unwrap();
    let (state, what) = seal(&fixture, MasterKeyChoice::Tpm).await.unwrap();
    assert_eq!(state, State::Done);
    assert!(what.contains("to the TPM"), "{what}");
    assert!(is_sealed(&fixture) && restart(&fixture) && !fixture.host.has(FORMER));
}

/// The host starts normally again: its vault opens, and a run seals its key.
async fn expect_recovery(fixture: &Fixture, choice: MasterKeyChoice, number: usize) {
    assert!(restart(fixture), "crash before change {number}");
    seal(fixture, choice).await.unwrap();
    assert!(is_sealed(fixture) && restart(fixture), "run after {number}");
}

/// Seals the key with a crash before each change in turn, on a host that `prepare` made ready. Returns
/// the number of changes.
async fn crash_before_each_change(
    prepare: impl AsyncFn(&Fixture),
    choice: MasterKeyChoice,
) -> usize {
    let mut number = 1;
    loop {
        let fixture = fixture();
        prepare(&fixture).await;
        fixture.host.faults.crash_at(number);
        let crashed = seal(&fixture, choice).await.is_err();
        fixture.host.faults.crash_at(usize::MAX);
        expect_recovery(&fixture, choice, number).await;
        if !crashed {
            return number;
        }
        number += 1;
    }
}

#[tokio::test]
async fn a_crash_before_any_change_leaves_a_vault_that_opens_and_a_run_that_ends_it() {
    let number = crash_before_each_change(async |_| (), MasterKeyChoice::Host).await;
    assert!(
        number > 12,
        "{number} changes are too few to be all of them"
    );
}

#[tokio::test]
async fn a_crash_while_everything_is_put_back_leaves_a_vault_that_opens() {
    let mut number = 1;
    loop {
        let fixture = fixture();
        // The daemon is not given the credential, though its unit says so.
        fixture.write("/broken", "");
        fixture.host.faults.crash_at(number);
        let failure = seal(&fixture, MasterKeyChoice::Host)
            .await
            .unwrap_err()
            .to_string();
        fixture.host.faults.crash_at(usize::MAX);
        if failure.contains("the key is where it was") {
            assert!(failure.contains("runs with it again"), "{failure}");
            assert!(
                fixture.host.has(FILE) && !fixture.host.has(ASIDE) && !fixture.host.has(CREDENTIAL)
            );
            assert!(restart(&fixture));
            break;
        }
        // What was broken was the daemon's start.
        std::fs::remove_file(fixture.host.path("/broken")).unwrap();
        expect_recovery(&fixture, MasterKeyChoice::Host, number).await;
        number += 1;
    }
    assert!(
        number > 12,
        "{number} changes are too few to be all of them"
    );
}

#[tokio::test]
async fn a_crash_while_the_key_is_sealed_anew_leaves_a_vault_that_opens() {
    let to_the_host = async |fixture: &Fixture| {
        seal(fixture, MasterKeyChoice::Host).await.unwrap();
    };
    crash_before_each_change(to_the_host, MasterKeyChoice::Tpm).await;
}

#[tokio::test]
async fn what_does_not_open_again_as_the_key_is_never_put_in_place() {
    let fixture = fixture();
    fixture.program(
        "systemd-creds",
        "test \"$1\" = encrypt && cat || echo other",
    );
    let failure = seal(&fixture, MasterKeyChoice::Host).await.unwrap_err();
    assert!(
        failure.to_string().contains("does not open again"),
        "{failure}"
    );
    assert!(fixture.host.has(FILE) && restart(&fixture));
    assert!(
        fixture
            .host
            .names("/etc/credstore.encrypted")
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_unit_that_is_not_given_the_credential_is_refused_before_anything_changes() {
    let fixture = fixture();
    fixture.write("/unit", "[Service]\n");
    let failure = seal(&fixture, MasterKeyChoice::Host).await.unwrap_err();
    assert!(failure.to_string().contains("has no line"), "{failure}");
    assert!(fixture.host.has(FILE) && !fixture.host.has(CREDENTIAL));
}

#[tokio::test]
async fn keys_that_differ_are_left_for_a_person() {
    let fixture = fixture();
    fixture.write(ASIDE, [1; 32]);
    let failure = seal(&fixture, MasterKeyChoice::Host).await.unwrap_err();
    assert!(failure.to_string().contains("different keys"), "{failure}");
    fixture.write(ASIDE, [1; 31]);
    let failure = seal(&fixture, MasterKeyChoice::Host).await.unwrap_err();
    assert!(failure.to_string().contains("31 bytes"), "{failure}");
}

#[tokio::test]
async fn a_link_in_the_place_of_the_key_is_not_followed() {
    let fixture = fixture();
    fixture.write("/etc/shadow", [7; 32]);
    std::fs::remove_file(fixture.host.path(FILE)).unwrap();
    std::os::unix::fs::symlink(fixture.host.path("/etc/shadow"), fixture.host.path(FILE)).unwrap();
    assert!(seal(&fixture, MasterKeyChoice::Host).await.is_err());
    std::fs::remove_file(fixture.host.path(FILE)).unwrap();
    std::fs::hard_link(fixture.host.path("/etc/shadow"), fixture.host.path(FILE)).unwrap();
    assert!(fixture.host.erase(FILE).is_err());
    assert_eq!(
        std::fs::read(fixture.host.path("/etc/shadow")).unwrap(),
        [7; 32]
    );
}

#[tokio::test]
async fn the_person_is_asked_what_to_seal_it_with_and_for_a_copy() {
    let fixture = fixture();
    fixture.write("/dev/tpmrm0", "");
    let mut report = fixture.report();
    let copy = "/media/key";
    std::fs::create_dir(fixture.host.path("/media")).unwrap();
    let questions = fixture.answers(&["2", "relative", copy]);
    run(
        &fixture.host,
        &FakeDaemon { fixture: &fixture },
        &questions,
        &MasterKeyArguments::default(),
        &mut report,
    )
    .await
    .unwrap();
    assert!(is_sealed(&fixture));
    assert_eq!(std::fs::read(fixture.host.path(copy)).unwrap(), KEY);
    assert_eq!(fixture.host.mode(copy), Some(0o600));
    assert!(
        report
            .left
            .iter()
            .any(|left| left.contains("secinfo backup"))
    );
}

async fn seal_with(
    fixture: &Fixture,
    arguments: &MasterKeyArguments,
) -> Result<Vec<State>, Failure> {
    let mut report = fixture.report();
    let questions = fixture.unattended();
    run(
        &fixture.host,
        &FakeDaemon { fixture },
        &questions,
        arguments,
        &mut report,
    )
    .await?;
    Ok(report.entries.iter().map(|entry| entry.state).collect())
}

#[tokio::test]
async fn a_copy_is_written_wherever_the_key_is_and_only_root_can_read_it() {
    let fixture = fixture();
    let copy = "/media/key";
    std::fs::create_dir(fixture.host.path("/media")).unwrap();
    let with_copy = |choice| MasterKeyArguments {
        key_copy: Some(copy.into()),
        ..arguments(choice)
    };
    seal(&fixture, MasterKeyChoice::Host).await.unwrap();
    // What waits there for a key to be written to it is not used.
    fixture.write(copy, "");
    let refusal = seal_with(&fixture, &with_copy(MasterKeyChoice::Host)).await;
    assert!(
        refusal
            .unwrap_err()
            .to_string()
            .contains("is there already")
    );
    std::fs::remove_file(fixture.host.path(copy)).unwrap();
    std::os::unix::fs::symlink("/nowhere", fixture.host.path(copy)).unwrap();
    assert!(fixture.host.create(copy, KEY).is_err());
    std::fs::remove_file(fixture.host.path(copy)).unwrap();
    for expected in [State::Done, State::Unchanged] {
        let states = seal_with(&fixture, &with_copy(MasterKeyChoice::Keep)).await;
        assert_eq!(states.unwrap(), [expected, State::Unchanged]);
        assert_eq!(std::fs::read(fixture.host.path(copy)).unwrap(), KEY);
        assert_eq!(fixture.host.mode(copy), Some(0o600));
    }
    fixture.write(CONFIG, "[daemon]\nmaster_key = \"/etc/key\"\n");
    let refusal = seal_with(&fixture, &with_copy(MasterKeyChoice::Keep)).await;
    assert!(
        refusal
            .unwrap_err()
            .to_string()
            .contains("copy it yourself")
    );
}

#[tokio::test]
async fn registers_that_are_named_seal_anew_and_go_with_the_tpm_only() {
    let fixture = fixture();
    seal(&fixture, MasterKeyChoice::Tpm).await.unwrap();
    fixture.program(
        "systemd-creds",
        &format!("{}\n{CREDS}", fixture.note("systemd-creds")),
    );
    let with_registers = |choice| MasterKeyArguments {
        master_key: choice,
        tpm_pcrs: Some("7".to_owned()),
        key_copy: None,
    };
    for choice in [None, Some(MasterKeyChoice::Tpm)] {
        let states = seal_with(&fixture, &with_registers(choice)).await.unwrap();
        assert_eq!(states, [State::Done]);
        let calls = fixture.noted("systemd-creds");
        assert!(
            calls.iter().any(|call| call.contains("--tpm2-pcrs=7")),
            "{calls:?}"
        );
    }
    with_registers(None).check().unwrap();
    let mistake = with_registers(Some(MasterKeyChoice::Host)).check();
    assert_eq!(mistake.unwrap_err().exit_code(), 2);
    let relative = MasterKeyArguments {
        key_copy: Some("key".into()),
        ..arguments(MasterKeyChoice::Keep)
    };
    assert!(relative.check().is_err());
}

#[tokio::test]
async fn the_former_credential_is_named_when_the_new_one_does_not_open() {
    let fixture = fixture();
    seal(&fixture, MasterKeyChoice::Host).await.unwrap();
    fixture.write(FORMER, "former");
    fixture.program("systemd-creds", "echo broken >&2; exit 1");
    let failure = seal(&fixture, MasterKeyChoice::Keep).await.unwrap_err();
    assert!(failure.to_string().contains(FORMER), "{failure}");
}

#[tokio::test]
async fn a_key_that_the_configuration_names_stays() {
    let fixture = fixture();
    fixture.write(CONFIG, "[daemon]\nmaster_key = \"/etc/key\"\n");
    let (state, what) = seal(&fixture, MasterKeyChoice::Keep).await.unwrap();
    assert_eq!(state, State::Skipped);
    assert!(what.contains("/etc/key"), "{what}");
    assert!(seal(&fixture, MasterKeyChoice::Host).await.is_err());
}
