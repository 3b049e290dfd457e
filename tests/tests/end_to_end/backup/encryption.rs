//! Backups are encrypted to recipients or under a passphrase.

use super::*;

#[tokio::test]
async fn a_backup_is_encrypted_to_recipients_whose_key_need_not_be_there() {
    let old = TestHost::start().await;
    let _ = enrolled(&old, ALICE).await;
    let key = file(&old, "key", KEY);
    let recipient = KEY
        .lines()
        .find_map(|line| line.strip_prefix("# public key: "))
        .unwrap();
    let list = file(&old, "recipients", format!("# the safe\n{recipient}\n"));
    let path = old.directory().join("backup.age");
    let words = ["backup", text(&path), "--recipients-file", text(&list)];
    old.secinfo(ROOT, &words, "").success();
    let sealed = fs::read(&path).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n-> X25519 "));
    // Nothing of it is readable.
    assert!(!sealed.windows(7).any(|bytes| bytes == b"secinfo"));

    let check = ["backup", "--check", text(&path)];
    let without = old.secinfo(ROOT, &check, "");
    assert_eq!(without.code, 2, "{without:?}");
    assert!(without.stderr.contains("--identity"), "{without:?}");
    let with = [check.as_slice(), &["--identity", text(&key)]].concat();
    let checked = old.secinfo(ROOT, &with, "").success();
    assert!(checked.stdout.contains("verifies"), "{checked:?}");

    // Another implementation of age opens it, and what that encrypts is a valid backup.
    let open = ["--decrypt", "--identity", text(&key), text(&path)];
    let plain = age(&open, Stdio::null());
    assert!(plain.starts_with(b"secinfo backup "));
    let plain = file(&old, "plain", plain);
    let again = fs::File::open(plain).unwrap();
    let again = age(&["--recipient", recipient], again.into());
    let again = file(&old, "again.age", again);
    let check = ["backup", "--check", text(&again), "--identity", text(&key)];
    old.secinfo(ROOT, &check, "").success();

    // An existing file is replaced only on request.
    let again = old.secinfo(ROOT, &words, "");
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.stderr.contains("--force"), "{again:?}");
    assert_eq!(fs::read(&path).unwrap(), sealed);
    let forced = [words.as_slice(), &["--force"]].concat();
    old.secinfo(ROOT, &forced, "").success();
    assert_ne!(fs::read(&path).unwrap(), sealed);

    // Through pipes to and from another program.
    let command = |words: &[&str], input: Stdio| {
        Command::new(binary("secinfo"))
            .args(words)
            .env("SECINFO_BUS_ADDRESS", old.bus().address())
            .stdin(input)
            .output()
            .unwrap()
    };
    let piped = command(&["backup", "-", "--recipient", recipient], Stdio::null());
    assert!(
        piped.stdout.starts_with(b"age-encryption.org/v1\n"),
        "{piped:?}"
    );
    fs::write(&path, &piped.stdout).unwrap();
    let input = fs::File::open(&path).unwrap();
    let checked = command(
        &["backup", "--check", "-", "--identity", text(&key)],
        input.into(),
    );
    assert!(checked.status.success(), "{checked:?}");
}

#[tokio::test]
async fn a_passphrase_is_asked_for_twice_on_the_terminal_and_never_shown() {
    let host = TestHost::start().await;
    let _ = enrolled(&host, ALICE).await;
    let path = host.directory().join("backup.age");
    let secinfo = binary("secinfo");
    let environment = [("SECINFO_BUS_ADDRESS", host.bus().address().into())];
    let start = |name: &str, words: &[&str]| {
        let words = [&[text(&secinfo)], words].concat();
        Terminal::start(host.directory().join(name), (110, 40), &words, &environment)
    };
    let phrase = "a phrase of several words";
    let words = ["backup", text(&path), "--passphrase"];
    let terminal = start("different", &words);
    terminal.wait_for("New passphrase");
    terminal.type_line(phrase);
    terminal.wait_for("The same again");
    terminal.type_line("another phrase of words");
    let screen = terminal.wait_for("ended");
    assert!(screen.contains("not the same"), "{screen}");
    assert!(!path.exists());

    let terminal = start("same", &words);
    terminal.wait_for("New passphrase");
    terminal.type_line(phrase);
    terminal.wait_for("The same again");
    terminal.type_line(phrase);
    let screen = terminal.wait_for("ended");
    assert!(screen.contains("ended 0"), "{screen}");
    assert!(!screen.contains("several"), "{screen}");

    let terminal = start("check", &["backup", "--check", text(&path)]);
    terminal.wait_for("Passphrase of the backup");
    terminal.type_line(phrase);
    let screen = terminal.wait_for("ended");
    assert!(
        screen.contains("ended 0") && screen.contains("verifies"),
        "{screen}"
    );
}
