//! What is no whole backup, or does not belong onto this host, is not restored.

use super::*;

#[tokio::test]
async fn what_is_no_whole_backup_changes_nothing_and_is_said_plainly() {
    let old = TestHost::start().await;
    let _ = enrolled(&old, ALICE).await;
    let (backup, _) = back_up(&old, "backup.age");
    let sealed = fs::read(&backup).unwrap();
    let mut new = TestHost::start().await;
    let good = file(&new, "passphrase", PASSPHRASE);
    let wrong = file(&new, "wrong", "correct horse battery stable\n");
    let root = new.client(ROOT).await;
    let before = root.events().await;

    let refused = |host: &TestHost, backup: &Path, passphrase: &Path| {
        let words = [
            "restore",
            text(backup),
            "--passphrase-file",
            text(passphrase),
        ];
        host.secinfo(ROOT, &words, "")
    };
    let found = refused(&new, &backup, &wrong);
    assert_eq!(found.code, 1, "{found:?}");
    assert!(
        found.stderr.contains("passphrase does not open"),
        "{found:?}"
    );

    let damaged = new.directory().join("damaged");
    let last = sealed.len() - 1;
    let changed = |at: usize| {
        let mut bytes = sealed.clone();
        bytes[at] ^= 1;
        bytes
    };
    // The second line has the parameters of the passphrase, and the third the encrypted file key.
    let second = sealed.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let third = second
        + sealed[second..]
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap()
        + 1;
    for bytes in [
        changed(last).as_slice(),
        &changed(second + 12),
        &changed(third),
        &sealed[..last],
        &sealed[..400],
        b"",
        b"{}",
    ] {
        fs::write(&damaged, bytes).unwrap();
        let found = refused(&new, &damaged, &good);
        assert_eq!(found.code, 1, "{found:?}");
        let words = [
            "backup",
            "--check",
            text(&damaged),
            "--passphrase-file",
            text(&good),
        ];
        let found = new.secinfo(ROOT, &words, "");
        assert_eq!(found.code, 6, "{found:?}");
    }

    let stream = stream_of(&old.client(ROOT).await).await;
    for length in [0, 17, stream.len() / 2, stream.len() - 1] {
        let refusal = send(&root, &stream[..length]).await.unwrap_err();
        assert_eq!(refusal.short(), "InvalidBackup", "{refusal}");
        assert!(leftovers(&new).is_empty());
    }
    // An unencrypted file is refused both ways.
    let plain = file(&new, "plain", "");
    let plain = fs::File::options()
        .read(true)
        .write(true)
        .open(plain)
        .unwrap();
    let refusal = root
        .refused(ROOT_PATH, "Backups", "Backup", &Fd::from(&plain))
        .await;
    assert_eq!(refusal.short(), "InvalidArgument");

    assert_eq!(root.events().await, before);
    restore(&mut new, &backup).await.success();
    assert!(root.events().await.len() > before.len());
}

#[tokio::test]
async fn a_host_that_has_users_is_not_restored_onto() {
    let host = TestHost::start().await;
    let _ = enrolled(&host, ALICE).await;
    let (backup, _) = back_up(&host, "backup.age");
    let root = host.client(ROOT).await;
    let before = root.events().await;
    let passphrase = host.directory().join("passphrase");
    let words = [
        "restore",
        text(&backup),
        "--passphrase-file",
        text(&passphrase),
    ];
    let refused = host.secinfo(ROOT, &words, "");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("empty host only"), "{refused:?}");
    // The message names the directory, so that it can be moved.
    assert!(refused.stderr.contains("/var/lib/secinfo"), "{refused:?}");
    assert_eq!(root.events().await, before);
    assert!(leftovers(&host).is_empty());

    let refused = host.secinfo(ALICE, &words, "");
    assert_eq!(refused.code, 5, "{refused:?}");
    let refused = host.secinfo(ALICE, &["backup", "/tmp/never", "--passphrase"], "");
    assert_eq!(refused.code, 5, "{refused:?}");
}
