//! Import of methods from other PAM modules, from files that these have written.

use crate::sign_in;
use secinfo_tests::{
    ALICE, ALICE_NAME, BOB, BOB_NAME, Client, Codes, CommandOutput, ROOT, ROOT_PATH, Refusal,
    Setup, TestHost, hotp, pipe_with, response,
};
use secinfo_wire::{Enrolled, ImportReply};
use serde_json::json;
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use zbus::{OwnedObjectPath, Variant};

/// The secret of RFC 4226 appendix D, in hexadecimal and in base32.
const HEX: &str = "3132333435363738393031323334353637383930";
const BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// Creates a home directory of Alice with a file written by `google-authenticator`.
fn home_with_app(host: &TestHost, arguments: &[&str]) -> PathBuf {
    let home = host.directory().join("home");
    fs::create_dir(&home).unwrap();
    let file = home.join(".google_authenticator");
    let made = Command::new("google-authenticator")
        .args(["-f", "-q", "-C", "-s"])
        .arg(&file)
        .args(arguments)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    for path in [&home, &file] {
        chown(path, Some(ALICE), Some(ALICE)).unwrap();
    }
    file
}

fn google(host: &TestHost, uid: u32, file: &Path, input: &str) -> CommandOutput {
    let file = file.display().to_string();
    host.secinfo(
        uid,
        &["--json", "import", "google-authenticator", &file],
        input,
    )
}

fn oath(host: &TestHost, content: &str) -> CommandOutput {
    let file = host.directory().join("users.oath");
    fs::write(&file, content).unwrap();
    fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let file = file.display().to_string();
    let words = ["--json", "import", "oath-users", &file, "--yes"];
    host.secinfo(ROOT, &words, "")
}

/// The number of imported methods, and the lines with problems.
fn told(finished: &CommandOutput) -> (u64, Vec<u64>) {
    let line = finished.stdout.lines().next().unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(line).unwrap();
    let problems = json["problems"].as_array().unwrap();
    let lines = problems
        .iter()
        .map(|problem| problem["line"].as_u64().unwrap());
    (json["imported"].as_u64().unwrap(), lines.collect())
}

async fn described(client: &Client, uid: u32) -> Vec<(String, String)> {
    let mut methods = Vec::new();
    for path in client.methods_of(uid).await {
        let kind = client.property(&path, "Method", "Kind").await.unwrap();
        let label = client.property(&path, "Method", "Label").await.unwrap();
        methods.push((kind, label));
    }
    methods
}

#[tokio::test]
async fn a_user_imports_an_app_and_keeps_using_it() {
    let host = TestHost::with(Setup::with_drift()).await;
    let file = home_with_app(&host, &["-t", "-d", "-u", "-W"]);
    let text = fs::read_to_string(&file).unwrap();
    let mut codes = Codes::new(text.lines().next().unwrap());
    codes.drift = 10;

    let refused = google(&host, ALICE, &file, &format!("{}\n", codes.wrong()));
    assert_eq!(refused.code, 3, "{refused:?}");
    let alice = host.client(ALICE).await;
    assert!(
        alice.methods_of(ALICE).await.is_empty(),
        "it was not proved"
    );

    let imported = google(&host, ALICE, &file, &format!("{}\n", codes.fresh())).success();
    assert_eq!(imported.json()["became_default"], true);
    assert!(!imported.stdout.contains(&codes.key) && !imported.stderr.contains(&codes.key));
    let method = alice.default_of(ALICE).await;
    let used = alice.verify(ALICE, &method, &codes.again()).await;
    assert_eq!(used.unwrap_err().short(), "CodeAlreadyUsed");
    alice.verify(ALICE, &method, &codes.fresh()).await.unwrap();
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        text,
        "the file stays as it is"
    );
}

#[tokio::test]
async fn neither_root_nor_other_users_read_a_file_in_a_home() {
    let host = TestHost::start().await;
    let file = home_with_app(&host, &["-t", "-d", "-u", "-W"]);
    let refused = google(&host, ROOT, &file, "");
    assert_eq!(refused.code, 1);
    let said = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(said.contains("sudo -u USER secinfo import"), "{said}");
    assert!(said.contains("secinfo --user USER import"), "{said}");

    fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let refused = google(&host, BOB, &file, "");
    let said = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(said.contains("belongs to another user"), "{said}");

    let link = file.with_file_name("link");
    symlink(&file, &link).unwrap();
    let refused = google(&host, ALICE, &link, "");
    let said = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(said.contains("a link"), "{said}");
}

/// As with `secret=/var/lib/…/USER user=root` in pam.d.
#[tokio::test]
async fn root_imports_a_file_that_it_keeps_for_a_user() {
    let host = TestHost::with(Setup::with_drift()).await;
    let file = host.directory().join("kept-by-root");
    fs::write(&file, format!("{BASE32}\n\" HOTP_COUNTER 3\n")).unwrap();
    fs::set_permissions(&file, PermissionsExt::from_mode(0o400)).unwrap();
    let path = file.display().to_string();
    let words = ["--json", "import", "google-authenticator", &path];
    let refused = host.secinfo(ALICE, &words, "").json();
    let said = refused["message"].as_str().unwrap();
    assert!(said.contains("ask an administrator"), "{said}");

    let words = [&["--user", ALICE_NAME][..], &words].concat();
    let asked = host.secinfo(ROOT, &words, "");
    assert_eq!(asked.code, 1, "{asked:?}");
    let checked: serde_json::Value =
        serde_json::from_str(asked.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(checked["would_import"], 1);
    assert_eq!(checked["users"][0]["user"], ALICE_NAME);
    assert!(asked.stdout.contains("say --yes"), "{asked:?}");
    let alice = host.client(ALICE).await;
    assert!(alice.methods_of(ALICE).await.is_empty());

    let words = [&words[..], &["--yes"]].concat();
    host.secinfo(ROOT, &words, "").success();
    let expected = (
        "hardware-token".to_owned(),
        "Imported from google-authenticator".to_owned(),
    );
    assert_eq!(described(&alice, ALICE).await, [expected]);
    let method = alice.default_of(ALICE).await;
    let codes = hotp(BASE32, 6, 0, 6);
    assert!(alice.verify(ALICE, &method, &codes[2]).await.is_err());
    alice.verify(ALICE, &method, &codes[3]).await.unwrap();

    let app = "gezd gnbv gy3t qojq gezd gnbv gy3t qoj1\n\" TOTP_AUTH\n";
    fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    fs::write(&file, app).unwrap();
    let bob = BOB.to_string();
    let words = [
        "--user",
        &bob,
        "import",
        "google-authenticator",
        &path,
        "--yes",
    ];
    host.secinfo(ROOT, &words, "").success();
    let bobs = host.client(BOB).await;
    let app = bobs.default_of(BOB).await;
    let codes = Codes::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJL");
    let shown_before = bobs.verify(BOB, &app, &codes.at(-1)).await.unwrap_err();
    assert_eq!(shown_before.short(), "CodeAlreadyUsed");
    bobs.verify(BOB, &app, &codes.at(1)).await.unwrap();
}

#[tokio::test]
async fn unsupported_settings_of_an_app_are_reported() {
    for (arguments, expected) in [
        (&["-c", "-u", "-W"][..], "made by a counter"),
        (&["-t", "-D", "-u", "-W", "-S", "60"], "every 60 seconds"),
    ] {
        let host = TestHost::start().await;
        let file = home_with_app(&host, arguments);
        let refused = google(&host, ALICE, &file, "000000\n");
        let said = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(refused.code == 1 && said.contains(expected), "{said}");
    }
    let setup = Setup::new().more("[policy.authenticator-app]\ndigits = 8\n");
    let host = TestHost::with(setup).await;
    let file = home_with_app(&host, &["-t", "-d", "-u", "-W"]);
    let refused = google(&host, ALICE, &file, "000000\n");
    let said = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(said.contains("codes of 8 digits"), "{said}");
}

#[tokio::test]
async fn a_secret_is_imported_only_for_an_app_and_with_a_valid_length() {
    let host = TestHost::start().await;
    let alice = host.client(ALICE).await;
    let start = async |kind: &'static str, secret: String| {
        let options = HashMap::from([("secret", Variant::from(secret))]);
        alice.start_enrollment(kind, options).await
    };
    for (kind, secret) in [
        ("authenticator-app", String::new()),
        ("authenticator-app", "A".repeat(15)),
        ("authenticator-app", "A".repeat(105)),
        ("authenticator-app", "0".repeat(32)),
        ("hardware-token", BASE32.to_owned()),
        ("text", BASE32.to_owned()),
    ] {
        let refusal = start(kind, secret.clone()).await.err().unwrap();
        assert_eq!(refusal.short(), "InvalidArgument", "{kind} {secret}");
        assert!(secret.is_empty() || !refusal.text.contains(&secret));
    }
    let (_, details) = start("authenticator-app", BASE32.to_owned()).await.unwrap();
    assert!(
        details.key.is_none() && details.uri.is_none(),
        "it says nothing that is known"
    );
}

/// The lines are as liboath writes them.
#[tokio::test]
async fn users_of_pam_oath_continue_with_their_unused_codes() {
    let host = TestHost::start().await;
    let file = format!(
        "HOTP\t{ALICE_NAME}\t-\t{HEX}\t3\t969429\t2026-11-23T05:24:51L\n\
         HOTP/T30\t{BOB_NAME}\t+\t{HEX}\t0\t574852\t2026-11-23T05:24:51L\n\
         HOTP/T60/8 {BOB_NAME} - {}\n",
        "ab".repeat(20)
    );
    let imported = oath(&host, &file).success();
    assert_eq!(told(&imported), (3, vec![]));
    assert!(!imported.stdout.contains(HEX));

    let label = |kind: &str, label: &str| (kind.to_owned(), label.to_owned());
    let alice = host.client(ALICE).await;
    let expected = [label("hardware-token", "Imported from oath-users")];
    assert_eq!(described(&alice, ALICE).await, expected);
    let method = alice.default_of(ALICE).await;
    let codes = hotp(BASE32, 6, 0, 6);
    let used = alice.verify(ALICE, &method, &codes[3]).await.unwrap_err();
    assert_eq!(
        used.short(),
        "CodeAlreadyUsed",
        "the last code that pam_oath accepted"
    );
    assert!(used.text.contains("brought over"), "{used}");
    let root = host.client(ROOT).await;
    let (mut socket, _) = sign_in::start(&root, ALICE_NAME, "sshd", &sign_in::plain()).unwrap();
    let refused = socket.answer(&codes[3]).unwrap();
    let prompt = refused.prompt.unwrap().replace('\n', " ");
    assert!(prompt.contains("brought over from"), "{prompt}");
    let verified = socket.answer(&codes[4]).unwrap();
    assert_eq!(verified.outcome, "verified");
    let used = alice.verify(ALICE, &method, &codes[4]).await.unwrap_err();
    assert!(used.text.contains("used already"), "{used}");

    let bob = host.client(BOB).await;
    let expected = [
        label("authenticator-app", "Imported from oath-users"),
        label("hardware-token", "Imported from oath-users 2"),
    ];
    assert_eq!(described(&bob, BOB).await, expected);
    let app = bob.default_of(BOB).await;
    let codes = Codes::new(BASE32);
    let shown_before = bob.verify(BOB, &app, &codes.at(-1)).await.unwrap_err();
    assert_eq!(shown_before.short(), "CodeAlreadyUsed");
    let said = &shown_before.text;
    assert!(
        said.contains("brought over") && said.contains("Time left: "),
        "{said}"
    );
    bob.verify(BOB, &app, &codes.at(1)).await.unwrap();
}

#[tokio::test]
async fn importing_again_adds_nothing_and_resets_no_counter() {
    let mut host = TestHost::start().await;
    let file = format!("HOTP {ALICE_NAME} - {HEX}\nHOTP/E {ALICE_NAME} + {HEX}\n");
    assert_eq!(told(&oath(&host, &file)), (1, vec![2]), "twice in one file");
    let alice = host.client(ALICE).await;
    let method = alice.default_of(ALICE).await;
    let codes = hotp(BASE32, 6, 0, 6);
    alice.verify(ALICE, &method, &codes[2]).await.unwrap();
    host.restart().await;
    let again = oath(&host, &file);
    assert_eq!((again.code, told(&again)), (1, (0, vec![1, 2])));
    assert_eq!(alice.methods_of(ALICE).await, std::slice::from_ref(&method));
    for used in &codes[..3] {
        assert!(alice.verify(ALICE, &method, used).await.is_err());
    }
}

/// As the help of the command and its last line warn.
#[tokio::test]
async fn importing_again_restores_deleted_methods_with_the_counter_of_the_file() {
    let host = TestHost::start().await;
    let file = format!("HOTP {ALICE_NAME} - {HEX} 0 755224 2026-11-23T05:24:51L\n");
    assert_eq!(told(&oath(&host, &file)), (1, vec![]));
    let alice = host.client(ALICE).await;
    let method = alice.default_of(ALICE).await;
    let codes = hotp(BASE32, 6, 0, 6);
    alice.verify(ALICE, &method, &codes[3]).await.unwrap();
    let (deleted, _): (bool, u64) = alice.call(&method, "Method", "Delete", &()).await.unwrap();
    assert!(deleted);

    let path = host.directory().join("users.oath").display().to_string();
    let again = host.secinfo(ROOT, &["import", "oath-users", &path, "--yes"], "");
    let said: Vec<_> = again
        .success()
        .stdout
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let said = said.join(" ");
    assert!(
        said.starts_with(&format!("Imported methods: 1, for {ALICE_NAME}.")),
        "{said}"
    );
    assert!(
        said.contains("brings back methods that were deleted since"),
        "{said}"
    );
    let method = alice.default_of(ALICE).await;
    alice.verify(ALICE, &method, &codes[3]).await.unwrap();
}

#[tokio::test]
async fn lines_that_cannot_be_imported_are_reported_and_do_not_affect_others() {
    let host = TestHost::start().await;
    let file = format!(
        "# users of this host\nHOTP {ALICE_NAME} 1234 {HEX}\nHOTP no-such-user - {HEX}\n\
         HOTP/E/7 {ALICE_NAME} - {HEX}\nHOTP {ALICE_NAME} - 00\nHOTP/T30 {BOB_NAME} - {HEX}\n"
    );
    let imported = oath(&host, &file);
    assert_eq!((imported.code, told(&imported)), (1, (1, vec![2, 3, 4, 5])));
    for secret in [HEX, "1234"] {
        let problems = imported.stdout.lines().next().unwrap();
        assert!(!problems.contains(secret), "{problems}");
    }
    let root = host.client(ROOT).await;
    assert!(root.methods_of(ALICE).await.is_empty());
    assert_eq!(root.methods_of(BOB).await.len(), 1);
    let events = root.events().await;
    let imported = events
        .iter()
        .filter(|event| event["type"] == "method-imported");
    assert_eq!(imported.count(), 1);
}

#[tokio::test]
async fn a_check_tells_what_an_import_does_and_changes_nothing() {
    let host = TestHost::start().await;
    let file = format!(
        "HOTP {ALICE_NAME} - {HEX}\nHOTP/T30 {BOB_NAME} - {HEX}\nHOTP {BOB_NAME} - {HEX}\n\
         HOTP {ALICE_NAME} - {} # second\nHOTP no-such-user - {HEX}\n",
        "ab".repeat(20)
    );
    let root = host.client(ROOT).await;
    let before = root.events().await.len();
    let import = async |check: bool| -> ImportReply {
        let options = HashMap::from([("check", Variant::from(check))]);
        let body = ("oath-users", pipe_with(file.as_bytes()), options);
        root.call(ROOT_PATH, "Manager", "ImportMethods", &body)
            .await
            .unwrap()
    };
    let told = import(true).await;
    assert_eq!((told.0, told.2.len()), (2, 3), "{told:?}");
    assert!(root.methods_of(ALICE).await.is_empty());
    assert_eq!(root.events().await.len(), before);
    assert_eq!(import(false).await, told);
    assert_eq!(root.methods_of(BOB).await.len(), 1);
    let again = import(true).await;
    assert_eq!((again.0, again.2.len()), (0, 5), "{again:?}");
}

#[tokio::test]
async fn two_imports_of_one_file_at_once_add_each_method_once() {
    let host = TestHost::start().await;
    let users = [ALICE_NAME, BOB_NAME, "sys", "sync", "games"];
    let file = users.map(|user| format!("HOTP {user} - {HEX}\n")).concat();
    let (one, other) = (host.client(ROOT).await, host.client(ROOT).await);
    let none: HashMap<&str, Variant<'_>> = HashMap::new();
    let import = async |client: &Client| -> ImportReply {
        let body = ("oath-users", pipe_with(file.as_bytes()), &none);
        client
            .call(ROOT_PATH, "Manager", "ImportMethods", &body)
            .await
            .unwrap()
    };
    let both = tokio::join!(import(&one), import(&other));
    assert_eq!(both.0.0 + both.1.0, 5, "{both:?}");
    assert_eq!(both.0.1.len() + both.1.1.len(), 5);
    assert_eq!(both.0.2.len() + both.1.2.len(), 5);
    assert_eq!(one.methods_of(ALICE).await.len(), 1);
}

#[tokio::test]
async fn keys_of_pam_u2f_work_as_they_were_bound_and_with_their_pin() {
    let host = TestHost::start().await;
    // What pamu2fcfg writes of a key that a client without a browser has registered.
    let rp_id = "pam://old-name";
    let mut key = secinfo_test_key::Browser::new(&format!("secinfo://{rp_id}"));
    let made = key.create(
        &json!({
            "rp": {"id": rp_id, "name": rp_id},
            "user": {"id": "AAAA", "name": ALICE_NAME},
            "challenge": "AAAA",
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        })
        .to_string(),
    );
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let decoded = |text: &serde_json::Value| {
        let text = text.as_str().unwrap();
        data_encoding::BASE64URL_NOPAD
            .decode(text.as_bytes())
            .unwrap()
    };
    let handle = data_encoding::BASE64.encode(&decoded(&made["id"]));
    let public = decoded(&made["response"]["publicKey"]);
    let point = data_encoding::BASE64.encode(&public[public.len() - 64..]);
    let resident = "*,AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,eddsa,+presence+pin";
    let file = format!("{ALICE_NAME}:{handle},{point},es256,+presence\n{BOB_NAME}:{resident}\n");
    let path = host.directory().join("u2f_mappings");
    fs::write(&path, file).unwrap();
    let file = path.display().to_string();
    let import = [
        "--json",
        "import",
        "u2f-mappings",
        &file,
        "--origin",
        rp_id,
        "--yes",
    ];
    let imported = host.secinfo(ROOT, &import, "");
    assert_eq!((imported.code, told(&imported)), (1, (1, vec![2])));
    assert!(imported.stdout.contains("add the key anew"), "{imported:?}");
    let again = host.secinfo(ROOT, &import, "");
    assert_eq!((again.code, told(&again)), (1, (0, vec![1, 2])));

    let mut verify = host.start_secinfo(ALICE, &["--json", "verify", "--exchange"]);
    let request = verify.json_line()["request_options"][0].to_string();
    verify.write(&format!("{}\n", key.get(&request)));
    assert_eq!(verify.finish().success().json()["strength"], "strong");
    key.key.flags.verified = Some(false);
    let mut verify = host.start_secinfo(ALICE, &["--json", "verify", "--exchange"]);
    let request = verify.json_line()["request_options"][0].to_string();
    verify.write(&format!("{}\n", key.get(&request)));
    let refused = verify.finish();
    assert_eq!(refused.json()["error"], "UserVerificationMissing");

    let symbolic = path.with_file_name("link");
    symlink(&path, &symbolic).unwrap();
    let symbolic = symbolic.display().to_string();
    let refused = host.secinfo(ROOT, &["--json", "import", "u2f-mappings", &symbolic], "");
    assert!(
        refused.json()["message"]
            .as_str()
            .unwrap()
            .contains("a link")
    );
}

#[tokio::test]
async fn an_import_has_its_limits_and_is_for_administrators() {
    let host = TestHost::start().await;
    let alice = host.client(ALICE).await;
    let root = host.client(ROOT).await;
    let refused = async |client: &Client, format: &str, content: &[u8]| {
        let none: HashMap<&str, Variant<'_>> = HashMap::new();
        let body = (format, pipe_with(content), none);
        let refusal = client.refused(ROOT_PATH, "Manager", "ImportMethods", &body);
        refusal.await.short().to_owned()
    };
    let line = format!("HOTP {ALICE_NAME} - {HEX}\n");
    assert_eq!(
        refused(&alice, "oath-users", line.as_bytes()).await,
        "NotAuthorized"
    );
    assert_eq!(
        refused(&root, "csv", line.as_bytes()).await,
        "InvalidArgument"
    );
    let large = vec![b'#'; (1 << 20) + 1];
    for format in ["oath-users", "u2f-mappings"] {
        assert_eq!(refused(&root, format, &large).await, "InvalidArgument");
    }
    assert!(root.methods_of(ALICE).await.is_empty());
}

/// Old versions created secrets of 80 bits.
#[tokio::test]
async fn an_old_short_secret_is_imported_once_and_its_codes_are_accepted() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let secret = "GEZDGNBVGY3TQOJQ";
    let start = async || {
        let options = HashMap::from([("secret", Variant::from(secret))]);
        alice.start_enrollment("authenticator-app", options).await
    };
    let (one, _) = start().await.unwrap();
    let (other, _) = start().await.unwrap();
    let mut codes = Codes::new(secret);
    codes.drift = 10;
    let code = codes.fresh();
    let submit = async |enrollment: &OwnedObjectPath| -> Result<Enrolled, Refusal> {
        alice
            .call(
                enrollment.as_str(),
                "Enrollment",
                "Submit",
                &response(&code),
            )
            .await
    };
    submit(&one).await.unwrap();
    // The first code completed the enrollment.
    assert_eq!(submit(&other).await.unwrap_err().short(), "InvalidArgument");
    let twice = start().await.err().unwrap();
    assert_eq!(twice.short(), "InvalidArgument");
    assert_eq!(alice.methods_of(ALICE).await.len(), 1);
    let method = alice.default_of(ALICE).await;
    alice.verify(ALICE, &method, &codes.fresh()).await.unwrap();
}

#[tokio::test]
async fn simultaneous_submits_of_one_secret_give_one_method() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let mut enrollments = Vec::new();
    for _ in 0..5 {
        let options = HashMap::from([("secret", Variant::from(secret))]);
        let started = alice.start_enrollment("authenticator-app", options).await;
        enrollments.push(started.unwrap().0);
    }
    let mut codes = Codes::new(secret);
    codes.drift = 10;
    let code = response(&codes.fresh());
    let submitted = enrollments.iter().map(|enrollment| {
        alice.call::<_, Enrolled>(enrollment.as_str(), "Enrollment", "Submit", &code)
    });
    let outcomes = futures_util::future::join_all(submitted).await;
    let added = outcomes.iter().filter(|outcome| outcome.is_ok());
    assert_eq!(added.count(), 1, "{outcomes:?}");
    assert_eq!(alice.methods_of(ALICE).await.len(), 1);
}

#[tokio::test]
async fn a_token_that_a_file_names_for_a_user_is_activated_by_that_user_alone() {
    let host = TestHost::start().await;
    let table = host.directory().join("tokens.csv");
    let rows = format!(
        "upn;serial number;secret key;time interval;manufacturer;model\n\
         {ALICE_NAME};'0012;{BASE32};0;Acme;One\n;0013;{BASE32};0;Acme;One\nno-such-user;0014;{BASE32};0;Acme;One\n"
    );
    fs::write(&table, rows).unwrap();
    let table = table.display().to_string();
    let words = ["--json", "tokens", "import", &table];
    let asked = host.secinfo(ROOT, &words, "");
    assert_eq!(asked.code, 1, "{asked:?}");
    let checked: serde_json::Value =
        serde_json::from_str(asked.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(checked["would_import"], 2);
    assert_eq!(
        checked["users"],
        serde_json::json!([{"user": ALICE_NAME, "count": 1}])
    );
    assert!(asked.stdout.contains("say --yes"), "{asked:?}");
    let listed = host.secinfo(ROOT, &["--json", "tokens", "list"], "");
    assert_eq!(listed.success().stdout.trim(), "[]");

    let imported = host.secinfo(ROOT, &[&words[..], &["--yes"]].concat(), "");
    assert_eq!((imported.code, told(&imported)), (1, (2, vec![0])));
    let start = async |client: &Client, serial: &'static str| {
        let options = HashMap::from([("serial", Variant::from(serial))]);
        client.start_enrollment("hardware-token", options).await
    };
    let bob = host.client(BOB).await;
    let refused = start(&bob, "0012").await.err().unwrap();
    assert_eq!(refused.short(), "TokenUnknown");
    start(&bob, "0013").await.unwrap();
    let alice = host.client(ALICE).await;
    let (session, _) = start(&alice, "0012").await.unwrap();
    let code = &hotp(BASE32, 6, 0, 1)[0];
    alice.finish_enrollment(&session, code).await.unwrap();
}

/// Writes an export into a home of Alice's.
fn export_of_alice(host: &TestHost, content: &str) -> String {
    let home = host.directory().join("home");
    fs::create_dir(&home).unwrap();
    let file = home.join("export");
    fs::write(&file, content).unwrap();
    for path in [&home, &file] {
        chown(path, Some(ALICE), Some(ALICE)).unwrap();
    }
    fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    file.display().to_string()
}

#[tokio::test]
async fn a_user_imports_one_entry_of_the_export_of_an_app() {
    let host = TestHost::with(Setup::with_drift()).await;
    let file = export_of_alice(
        &host,
        &format!(
            "otpauth://totp/Mail:alice?secret={}\notpauth://totp/Host:alice?secret={BASE32}\n",
            "A".repeat(32)
        ),
    );
    let words = ["--json", "import", "app-export", &file];
    let refused = host.secinfo(ALICE, &words, "").json();
    let said = refused["message"].as_str().unwrap();
    assert!(said.contains("Mail (alice), Host (alice)"), "{said}");

    let mut codes = Codes::new(BASE32);
    let words = [&words[..], &["--entry", "host"]].concat();
    let wrong = host.secinfo(ALICE, &words, &format!("{}\n", codes.wrong()));
    assert_eq!(wrong.code, 3, "{wrong:?}");
    let imported = host
        .secinfo(ALICE, &words, &format!("{}\n", codes.fresh()))
        .success();
    assert!(!imported.stdout.contains(BASE32) && !imported.stderr.contains(BASE32));
    let alice = host.client(ALICE).await;
    assert_eq!(alice.methods_of(ALICE).await.len(), 1);
}

#[tokio::test]
async fn root_imports_the_export_of_a_server_for_its_users() {
    let host = TestHost::start().await;
    let file = host.directory().join("tokens.ldif");
    let key = data_encoding::BASE64.encode(b"12345678901234567890");
    let entry = |id: &str, kind: &str, owner: &str| {
        format!(
            "dn: ipatokenuniqueid={id}\nobjectClass: {kind}\nipatokenUniqueID: {id}\n\
             ipatokenOwner: uid={owner},cn=users\nipatokenOTPkey:: {key}\nipatokenHOTPcounter: 2\n\n"
        )
    };
    let content = [
        entry("t1", "ipatokenhotp", ALICE_NAME),
        entry("t2", "ipatokentotp", BOB_NAME),
        entry("t3", "ipatokenradius", BOB_NAME),
    ];
    fs::write(&file, content.concat()).unwrap();
    fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let file = file.display().to_string();
    let words = ["--json", "import", "app-export", "--users", "--yes", &file];
    let imported = host.secinfo(ROOT, &words, "");
    assert_eq!((imported.code, told(&imported)), (1, (2, vec![])));
    assert!(imported.stderr.contains("Left out: t3"), "{imported:?}");
    let alice = host.client(ALICE).await;
    let method = alice.default_of(ALICE).await;
    let codes = hotp(BASE32, 6, 0, 3);
    assert!(alice.verify(ALICE, &method, &codes[1]).await.is_err());
    alice.verify(ALICE, &method, &codes[2]).await.unwrap();
    let bob = host.client(BOB).await;
    let expected = (
        "authenticator-app".to_owned(),
        "Imported from an export".to_owned(),
    );
    assert_eq!(described(&bob, BOB).await, [expected]);
}
