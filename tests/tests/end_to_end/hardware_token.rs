//! Hardware tokens: imported by an administrator, activated, resynchronized.

use secinfo_tests::{
    ALICE, BOB, Client, Codes, ROOT, Refusal, Setup, Terminal, TestHost, binary, hotp,
};
use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use zbus::{ObjectPath, OwnedObjectPath, Variant};

/// `12345678901234567890` in base32: the key of the test vectors of RFC 4226.
const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// RFC 6030 figure 5: that key in clear text; figure 6: encrypted with a pre-shared key; figure 7: with a
/// passphrase.
const PLAIN: &str =
    include_str!("../../../daemon/secinfod/src/methods/hardware_token/import/rfc6030/figure-5.xml");
const ENCRYPTED: &str =
    include_str!("../../../daemon/secinfod/src/methods/hardware_token/import/rfc6030/figure-6.xml");
const UNDER_PASSPHRASE: &str =
    include_str!("../../../daemon/secinfod/src/methods/hardware_token/import/rfc6030/figure-7.xml");

fn file(host: &TestHost, name: &str, content: &str) -> PathBuf {
    let path = host.directory().join(name);
    fs::write(&path, content).unwrap();
    path
}

/// Imports tokens as a table: `C…` are counter-based, `T…` time-based.
fn import(host: &TestHost, serials: &[&str]) {
    let mut table = "serial number,secret key,time interval,manufacturer,model\n".to_owned();
    for serial in serials {
        let interval = if serial.starts_with('C') { 0 } else { 30 };
        writeln!(table, "{serial},{KEY},{interval},Acme,One").unwrap();
    }
    let path = file(host, "tokens.csv", &table);
    let imported = host
        .secinfo(
            ROOT,
            &[
                "--json",
                "tokens",
                "import",
                path.to_str().unwrap(),
                "--yes",
            ],
            "",
        )
        .success()
        .json();
    assert_eq!(imported["imported"], serials.len());
}

async fn start(client: &Client, serial: &str) -> Result<OwnedObjectPath, Refusal> {
    let options = HashMap::from([("serial", Variant::from(serial.to_owned()))]);
    let started = client.start_enrollment("hardware-token", options).await;
    started.map(|(path, _)| path)
}

/// Activates a counter-based token with its first code.
async fn activate(client: &Client, serial: &str) -> String {
    let session = start(client, serial).await.unwrap();
    let code = &hotp(KEY, 6, 0, 1)[0];
    let enrolled = client.finish_enrollment(&session, code).await;
    enrolled.unwrap().method.to_string()
}

fn counted(counter: u64) -> String {
    hotp(KEY, 6, counter, 1).remove(0)
}

#[tokio::test]
async fn a_token_of_a_csv_table_is_activated_with_the_command_and_verifies() {
    let host = TestHost::start().await;
    import(&host, &["C1", "T1"]);
    let listed = host.secinfo(ROOT, &["--json", "tokens", "list"], "");
    let tokens = listed.success().json();
    let modes: Vec<_> = tokens
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["mode"])
        .collect();
    assert_eq!(modes, ["hotp", "totp"]);

    let activated = host
        .secinfo(
            ALICE,
            &[
                "--json",
                "add",
                "hardware-token",
                "--serial",
                "C1",
                "--label",
                "Key ring",
            ],
            &format!("{}\n", counted(0)),
        )
        .success()
        .json();
    assert_eq!(activated["method"]["kind"], "hardware-token");
    assert_eq!(activated["became_default"], true, "the first method");
    host.secinfo(
        ALICE,
        &["verify", "--method", "Key ring"],
        &format!("{}\n", counted(1)),
    )
    .success();

    let clock = Codes::new(KEY);
    host.secinfo(
        BOB,
        &["add", "hardware-token", "--serial", "T1"],
        &format!("{}\n", clock.at(-1)),
    )
    .success();
    host.secinfo(
        BOB,
        &["verify", "--method", "1"],
        &format!("{}\n", clock.at(1)),
    )
    .success();
}

#[tokio::test]
async fn a_token_that_lay_in_a_drawer_is_activated_by_two_consecutive_codes() {
    let host = TestHost::start().await;
    import(&host, &["C1", "T1"]);
    let activated = host.secinfo(
        ALICE,
        &["add", "hardware-token", "--serial", "C1"],
        &format!("{}\n{}\n", counted(50), counted(51)),
    );
    let said = activated.success().stderr;
    let said: Vec<_> = said.split_whitespace().collect();
    let said = said.join(" ");
    assert!(said.contains("enter the code that it shows next"), "{said}");
    let alice = host.client(ALICE).await;
    let token = alice.default_of(ALICE).await;
    let used = alice.verify(ALICE, &token, &counted(51)).await.unwrap_err();
    assert_eq!(used.short(), "CodeAlreadyUsed");
    alice.verify(ALICE, &token, &counted(52)).await.unwrap();

    // Its clock is eight steps ahead: what it shows next is good once it shows it.
    let clock = Codes::new(KEY);
    host.secinfo(
        BOB,
        &["add", "hardware-token", "--serial", "T1"],
        &format!("{}\n{}\n", clock.at(8), clock.at(9)),
    )
    .success();
    let bob = host.client(BOB).await;
    let token = bob.default_of(BOB).await;
    let used = bob.verify(BOB, &token, &clock.at(9)).await.unwrap_err();
    assert_eq!(used.short(), "CodeAlreadyUsed");
    bob.verify(BOB, &token, &clock.at(10)).await.unwrap();
}

#[tokio::test]
async fn an_activation_takes_no_other_pair_and_counts_each_code_of_it() {
    let setup = Setup::new().more("[policy.throttle]\nfree = 10\nlock_after = 30\n");
    let host = TestHost::with(setup).await;
    import(&host, &["C1", "T1"]);
    let alice = host.client(ALICE).await;
    let clock = Codes::new(KEY);
    let pairs = [
        ("C1", [counted(50), counted(52)], "not consecutive"),
        ("C1", [counted(51), counted(50)], "the wrong way round"),
        ("C1", [counted(50), counted(50)], "twice the same"),
        ("C1", [counted(300), counted(301)], "too far ahead"),
        ("T1", [clock.at(-9), clock.at(-8)], "shown before"),
    ];
    let wrong_codes = 2 * pairs.len();
    for (serial, codes, why) in pairs {
        let session = start(&alice, serial).await.unwrap();
        for code in codes {
            let refused = alice.finish_enrollment(&session, &code).await.unwrap_err();
            assert_eq!(refused.short(), "WrongCode", "{serial}: {why}");
        }
    }
    let events = host.client(ROOT).await.events().await;
    let counted = |kind| events.iter().filter(|event| event["type"] == kind).count();
    assert_eq!(counted("activation-failed"), wrong_codes);
    assert_eq!(counted("method-enrolled"), 0);
}

#[tokio::test]
async fn a_token_that_its_user_deleted_comes_back_without_the_codes_that_were_used() {
    let setup = Setup::new().more("[policy.throttle]\nfree = 9\n");
    let host = TestHost::with(setup).await;
    import(&host, &["C1", "T1"]);
    let (alice, bob) = (host.client(ALICE).await, host.client(BOB).await);
    let counted_token = activate(&alice, "C1").await;
    alice
        .verify(ALICE, &counted_token, &counted(5))
        .await
        .unwrap();
    let session = start(&alice, "T1").await.unwrap();
    let shown = Codes::new(KEY).at(0);
    let enrolled = alice.finish_enrollment(&session, &shown).await;
    let timed_token = enrolled.unwrap().method;
    for token in [timed_token.as_str(), &counted_token] {
        let (deleted, _): (bool, u64) = alice.call(token, "Method", "Delete", &()).await.unwrap();
        assert!(deleted);
    }

    // The same secret under another number, too.
    import(&host, &["C1", "C2", "T1"]);
    for serial in ["C1", "C2"] {
        let session = start(&bob, serial).await.unwrap();
        let refused = bob.finish_enrollment(&session, &counted(3)).await;
        assert_eq!(refused.unwrap_err().short(), "WrongCode", "{serial}");
    }
    let session = start(&bob, "T1").await.unwrap();
    let used = bob.finish_enrollment(&session, &shown).await.unwrap_err();
    assert_eq!(used.short(), "CodeAlreadyUsed", "{used}");
    let next = Codes::new(KEY).at(1);
    bob.finish_enrollment(&session, &next).await.unwrap();
    let session = start(&bob, "C1").await.unwrap();
    bob.finish_enrollment(&session, &counted(6)).await.unwrap();
}

#[tokio::test]
async fn pskc_files_are_imported_in_the_clear_and_under_a_pre_shared_key() {
    for (content, key) in [
        (PLAIN, None),
        (ENCRYPTED, Some("12345678901234567890123456789012")),
    ] {
        let host = TestHost::start().await;
        let path = file(&host, "tokens.pskc", content);
        let mut arguments = vec![
            "--json",
            "tokens",
            "import",
            path.to_str().unwrap(),
            "--yes",
        ];
        let key = key.map(|key| file(&host, "key", key));
        if let Some(key) = &key {
            arguments.extend(["--key-file", key.to_str().unwrap()]);
        }
        let imported = host.secinfo(ROOT, &arguments, "");
        assert!(imported.stdout.contains("\"imported\":1"), "{imported:?}");
        let alice = host.client(ALICE).await;
        let session = start(&alice, "987654321").await.unwrap();
        let code = &hotp(KEY, 8, 0, 1)[0];
        alice.finish_enrollment(&session, code).await.unwrap();
    }
}

#[tokio::test]
async fn tokens_come_through_standard_input_behind_what_protects_them() {
    for (content, file, secret) in [
        (PLAIN, None, ""),
        (UNDER_PASSPHRASE, Some("--passphrase-file"), "qwerty\n"),
        (
            ENCRYPTED,
            Some("--key-file"),
            "12345678901234567890123456789012\n",
        ),
    ] {
        let host = TestHost::start().await;
        let mut words = vec![
            "--json", "tokens", "import", "--format", "pskc", "--yes", "-",
        ];
        if let Some(file) = file {
            words.extend([file, "-"]);
        }
        let imported = host.secinfo(ROOT, &words, &format!("{secret}{content}"));
        assert!(imported.stdout.contains("\"imported\":1"), "{imported:?}");
    }
}

#[tokio::test]
async fn the_passphrase_of_a_pskc_file_is_asked_for_and_not_shown() {
    let host = TestHost::start().await;
    let path = file(&host, "tokens.pskc", UNDER_PASSPHRASE);
    let path = path.to_str().unwrap();
    let secinfo = binary("secinfo");
    let words = [secinfo.to_str().unwrap(), "tokens", "import", path, "--yes"];
    let environment = [("SECINFO_BUS_ADDRESS", host.bus().address().into())];
    let answered = |name: &str, passphrase: &str| {
        let socket = host.directory().join(name);
        let terminal = Terminal::start(socket, (100, 24), &words, &environment);
        terminal.wait_for("Passphrase of the file:");
        terminal.type_line(passphrase);
        let screen = terminal.wait_for("ended");
        assert!(!screen.contains(passphrase), "{screen}");
        screen
    };
    let wrong = answered("wrong", "asdfgh");
    assert!(wrong.contains("the passphrase is wrong"), "{wrong}");
    assert!(wrong.contains("ended 1"), "{wrong}");
    let right = answered("right", "qwerty");
    assert!(right.contains("Imported tokens: 1."), "{right}");

    // Without a terminal it comes from a file, and never from the command line.
    let none = host.secinfo(ROOT, &words[1..], "");
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.stderr.contains("--passphrase-file FILE"), "{none:?}");
    host.secinfo(ROOT, &["tokens", "remove", "987654321"], "")
        .success();
    let passphrase = file(&host, "passphrase", "qwerty\n");
    let from_file = ["--passphrase-file", passphrase.to_str().unwrap()];
    let imported = host.secinfo(ROOT, &[&words[1..], &from_file].concat(), "");
    assert!(imported.success().stdout.contains("Imported tokens: 1."));
}

#[tokio::test]
async fn a_file_of_tokens_that_is_too_large_is_not_read_to_its_end() {
    let host = TestHost::start().await;
    let path = file(&host, "tokens.csv", "");
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let words = ["tokens", "import", path.to_str().unwrap(), "--yes"];
    let refused = host.secinfo(ROOT, &words, "");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("larger than 4 MiB"), "{refused:?}");
}

#[tokio::test]
async fn only_an_administrator_imports_lists_and_removes_tokens() {
    let host = TestHost::start().await;
    import(&host, &["C1"]);
    let path = host.directory().join("tokens.csv");
    let path = path.to_str().unwrap();
    for arguments in [
        &["tokens", "import", path] as &[&str],
        &["tokens", "list"],
        &["tokens", "remove", "C1"],
    ] {
        let refused = host.secinfo(ALICE, arguments, "");
        assert_eq!(refused.code, 5, "{refused:?}");
    }
    host.secinfo(ROOT, &["tokens", "remove", "C1"], "")
        .success();
    let alice = host.client(ALICE).await;
    assert_eq!(
        start(&alice, "C1").await.unwrap_err().short(),
        "TokenUnknown"
    );
}

#[tokio::test]
async fn a_counter_based_token_may_be_ahead_but_never_goes_back() {
    let host = TestHost::start().await;
    import(&host, &["C1"]);
    let alice = host.client(ALICE).await;
    let token = activate(&alice, "C1").await;
    // The next counter is 1, and ten more may have been skipped: 1 to 11.
    alice.verify(ALICE, &token, &counted(11)).await.unwrap();
    for (counter, why) in [(11, "again"), (5, "one before"), (23, "beyond the window")] {
        let refusal = alice.verify(ALICE, &token, &counted(counter)).await;
        let refusal = refusal.unwrap_err();
        assert!(
            ["WrongCode", "CodeAlreadyUsed"].contains(&refusal.short()),
            "{why}: {refusal}"
        );
    }
}

#[tokio::test]
async fn a_token_far_ahead_is_resynchronized_only_by_two_consecutive_codes() {
    let setup = Setup::new().more("[policy.throttle]\nfree = 10\nlock_after = 20\n");
    let host = TestHost::with(setup).await;
    import(&host, &["C1"]);
    let alice = host.client(ALICE).await;
    let token = activate(&alice, "C1").await;
    let resynchronize = async |first: u64, second: u64| {
        let codes = (counted(first), counted(second));
        alice
            .call::<_, ()>(&token, "Method", "Resynchronize", &codes)
            .await
    };
    for (first, second) in [(50, 52), (51, 50), (50, 50), (300, 301)] {
        let refusal = resynchronize(first, second).await.unwrap_err();
        assert_eq!(refusal.short(), "WrongCode", "{first}, {second}");
    }
    let far = alice.verify(ALICE, &token, &counted(50)).await.unwrap_err();
    assert_eq!(far.short(), "WrongCode");

    let finished = host.secinfo(
        ALICE,
        &["resync", "1"],
        &format!("{}\n{}\n", counted(50), counted(51)),
    );
    finished.success();
    let used = alice.verify(ALICE, &token, &counted(51)).await.unwrap_err();
    assert!(
        ["WrongCode", "CodeAlreadyUsed"].contains(&used.short()),
        "{used}"
    );
    alice.verify(ALICE, &token, &counted(52)).await.unwrap();
}

#[tokio::test]
async fn guessed_serial_numbers_count_as_wrong_codes() {
    let host = TestHost::start().await;
    import(&host, &["C1"]);
    let alice = host.client(ALICE).await;
    let mut refusals = Vec::new();
    for number in 0..50 {
        let refused = start(&alice, &format!("C{}", 100 + number)).await;
        refusals.push(refused.err().unwrap().short().to_owned());
    }
    assert_eq!(refusals[..3], ["TokenUnknown"; 3]);
    assert!(refusals.contains(&"TooSoon".to_owned()), "{refusals:?}");
}

#[tokio::test]
async fn wrong_pairs_of_codes_count_as_wrong_codes() {
    let host = TestHost::start().await;
    import(&host, &["C1"]);
    let alice = host.client(ALICE).await;
    let token = activate(&alice, "C1").await;
    let mut refusals = Vec::new();
    for number in 0..50 {
        let codes = (counted(300 + number), counted(400 + number));
        let refused = alice
            .refused(&token, "Method", "Resynchronize", &codes)
            .await;
        refusals.push(refused.short().to_owned());
    }
    assert_eq!(refusals[..3], ["WrongCode"; 3]);
    assert!(refusals.contains(&"TooSoon".to_owned()), "{refusals:?}");
    let events = host.client(ROOT).await.events().await;
    let failed = events
        .iter()
        .filter(|event| event["type"] == "verification-failed");
    assert!((3..20).contains(&failed.count()));
}

#[tokio::test]
async fn one_token_is_never_activated_twice() {
    let host = TestHost::start().await;
    import(&host, &["C1"]);
    let (alice, bob) = (host.client(ALICE).await, host.client(BOB).await);
    // Both start while it is free, and both have its code.
    let sessions = (
        start(&alice, "C1").await.unwrap(),
        start(&bob, "C1").await.unwrap(),
    );
    let code = counted(0);
    let outcomes = tokio::join!(
        alice.finish_enrollment(&sessions.0, &code),
        bob.finish_enrollment(&sessions.1, &code),
    );
    let activated = [outcomes.0.is_ok(), outcomes.1.is_ok()];
    assert_eq!(
        activated.iter().filter(|done| **done).count(),
        1,
        "{outcomes:?}"
    );
    let refusal = start(&alice, "C1").await.unwrap_err();
    assert!(
        ["TokenUnknown", "FreshProofNeeded"].contains(&refusal.short()),
        "{refusal}"
    );
    let refusal = start(&host.client(3).await, "C1").await.unwrap_err();
    assert_eq!(refusal.short(), "TokenUnknown");

    // Nor after it has been imported again.
    let path = host.directory().join("tokens.csv");
    let again = host.secinfo(
        ROOT,
        &[
            "--json",
            "tokens",
            "import",
            path.to_str().unwrap(),
            "--yes",
        ],
        "",
    );
    assert!(again.stdout.contains("\"imported\":0"), "{again:?}");
    assert_eq!(again.code, 1);
}

#[tokio::test]
async fn a_token_becomes_the_default_only_when_there_is_no_other() {
    let host = TestHost::with(Setup::with_drift()).await;
    import(&host, &["C1"]);
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    let token = activate(&alice, "C1").await;
    assert_eq!(alice.default_of(ALICE).await, app.path);
    let chosen = ObjectPath::try_from(token.as_str()).unwrap();
    alice
        .call::<_, ()>(
            &secinfo_tests::user_path(ALICE),
            "User",
            "SetDefault",
            &chosen,
        )
        .await
        .unwrap();
    assert_eq!(alice.default_of(ALICE).await, token);
    let (deleted, _): (bool, u64) = alice.call(&token, "Method", "Delete", &()).await.unwrap();
    assert!(deleted);
    assert_eq!(alice.default_of(ALICE).await, app.path);
    let reasons: Vec<_> = host
        .client(ROOT)
        .await
        .events()
        .await
        .iter()
        .filter(|event| event["type"] == "default-changed")
        .map(|event| event["data"]["reason"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(reasons, ["first", "chosen", "fallback"]);
}
