//! After typical use, nothing that the daemon writes anywhere contains a secret or a name in clear
//! text.

mod needles;
mod providers;
mod reset;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use futures_util::StreamExt;
use needles::Secrets;
use providers::Providers;
use rustix::process::Signal;
use secinfo_tests::{
    ALICE, CHANNEL_ACCOUNT, Client, Codes, IgnoredReply, ROOT, ROOT_PATH, STRANGER, Setup,
    SmtpServer, TestHost, TwilioServer, hotp, pipe_with, response, user_path,
};
use secinfo_wire::ImportReply;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use zbus::{Message, MessageStream};

/// Unique names and labels that can be searched for.
const USER: &str = "zebulon-quux";
const LABEL: &str = "Xylophon-Telefon";
const NEW_LABEL: &str = "Wachtelkoenig-Telefon";
const SERIAL: &str = "SN-KRAKATAU-7";
const TOKEN_KEY: &str = "KVKVKVKVKVKVKVKVKVKVKVKVKVKVKVKV";
const IMPORTED_KEY: &str = "NRSXG43PNYQGC3TEEBWW64TFEBSGC5DB";
const MOBILE: &str = "+4915171829304";
const ADDRESS: &str = "zauberlehrling.quux@example.org";

/// Looks at what every account can see of a process.
fn expect_hidden(secrets: &Secrets, pid: u32) {
    for part in ["cmdline", "environ"] {
        let seen = fs::read(format!("/proc/{pid}/{part}")).unwrap();
        let found = secrets.found_in(&seen);
        assert_eq!(found, BTreeSet::new(), "{part} of process {pid}");
    }
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Monitors the whole bus, which only its administrator can do.
async fn monitor_bus(host: &TestHost) -> Arc<Mutex<Vec<Message>>> {
    let monitor = host.client(ROOT).await.connection;
    let messages = MessageStream::from(&monitor);
    zbus::fdo::MonitoringProxy::new(&monitor)
        .await
        .unwrap()
        .become_monitor(&[], 0)
        .await
        .unwrap();
    let overheard = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&overheard);
    tokio::spawn(async move {
        let mut messages = messages;
        while let Some(Ok(message)) = messages.next().await {
            keep.lock().unwrap().push(message);
        }
        drop(monitor);
    });
    overheard
}

/// Enrols a destination and proves it, with a wrong code in between.
async fn enroll_and_prove(
    providers: &Providers,
    secrets: &mut Secrets,
    [alice, root]: [&Client; 2],
    [kind, destination, purpose]: [&str; 3],
) {
    let (path, _) = alice
        .start_destination(kind, destination, None)
        .await
        .unwrap();
    let path = path.as_str();
    let code = providers.send(alice, path, "Enrollment", kind).await;
    secrets.codes.insert(code.clone());
    let enrolled = alice.finish_enrollment(path, &code).await;
    let method = enrolled.unwrap().method;

    let method = zbus::ObjectPath::try_from(method.as_str()).unwrap();
    let options = std::collections::HashMap::from([("method", zbus::Variant::from(method))]);
    let body = (ALICE, purpose, "sshd", options);
    let (path, _): (zbus::OwnedObjectPath, IgnoredReply) = root
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await
        .unwrap();
    let path = path.as_str();
    let code = providers.send(root, path, "Verification", kind).await;
    secrets.codes.insert(code.clone());
    let wrong = code.chars().rev().collect::<String>();
    if wrong != code {
        secrets.codes.insert(wrong.clone());
        root.refused(path, "Verification", "Submit", &response(&wrong))
            .await;
    }
    let _: IgnoredReply = root
        .call(path, "Verification", "Submit", &response(&code))
        .await
        .unwrap();
}

/// Does everything that a user and an administrator can do, and returns the texts that must not be
/// found afterwards.
async fn typical_use(
    host: &TestHost,
    providers: &Providers,
    alice: &Client,
    root: &Client,
) -> Secrets {
    let mut secrets = Secrets::default();
    secrets.add("the user's name", USER);
    secrets.add("a label", LABEL);
    secrets.add("a label", NEW_LABEL);
    secrets.add("a serial number", SERIAL);
    secrets.add_key(TOKEN_KEY);

    let mut app = alice.enroll_app(LABEL, 10).await;
    secrets.add_key(&app.codes.key);
    secrets.codes.insert(app.codes.again());
    alice.prove(&mut app).await;
    secrets.codes.insert(app.codes.again());
    let wrong = app.codes.wrong();
    secrets.codes.insert(app.codes.again());
    for code in [app.codes.again(), wrong] {
        alice.verify(ALICE, &app.path, &code).await.unwrap_err();
    }

    let issued = alice
        .call(&user_path(ALICE), "User", "IssueRecoveryCodes", &())
        .await;
    let codes: Vec<String> = issued.unwrap();
    for code in &codes {
        secrets.add_written("a recovery code", code);
    }
    let recovery = alice.methods_of(ALICE).await.pop().unwrap();
    alice.verify(ALICE, &recovery, &codes[3]).await.unwrap();
    let rename = alice.call(&app.path, "Method", "Rename", &NEW_LABEL).await;
    let () = rename.unwrap();

    let body = (3600_u64, false, 0_u64);
    let issued = root
        .call(&user_path(ALICE), "User", "IssueAccessPass", &body)
        .await;
    let (pass, _): (String, u64) = issued.unwrap();
    secrets.add_written("an access pass", &pass);

    let table = format!(
        "serial number,secret key,time interval,manufacturer,model\n{SERIAL},{TOKEN_KEY},0,Acme,One\n"
    );
    let none = std::collections::HashMap::<&str, zbus::Variant<'_>>::new();
    let body = ("csv", pipe_with(table.as_bytes()), none);
    let imported = root.call(ROOT_PATH, "Tokens", "ImportTokens", &body).await;
    let (count, ..): ImportReply = imported.unwrap();
    assert_eq!(count, 1);
    let options = std::collections::HashMap::from([("serial", SERIAL.into())]);
    let (session, _) = alice
        .start_enrollment("hardware-token", options)
        .await
        .unwrap();
    let code = hotp(TOKEN_KEY, 6, 0, 1).remove(0);
    alice.finish_enrollment(&session, &code).await.unwrap();

    // A valid line, the same again, and an invalid one.
    secrets.add_key(IMPORTED_KEY);
    let hex = HEXLOWER.encode(&BASE32_NOPAD.decode(IMPORTED_KEY.as_bytes()).unwrap());
    let lines = format!("HOTP {USER} - {hex}\nHOTP {USER} - {hex}\nHOTP {USER} 1 {hex}\n");
    let none = std::collections::HashMap::<&str, zbus::Variant<'_>>::new();
    let body = ("oath-users", pipe_with(lines.as_bytes()), none);
    let imported = root
        .call(ROOT_PATH, "Manager", "ImportMethods", &body)
        .await;
    let (count, _, problems): ImportReply = imported.unwrap();
    assert_eq!((count, problems.len()), (1, 2));
    for problem in &problems {
        assert!(!problem.message.contains(&hex), "{problem:?}");
    }

    secrets.add("a phone number", &MOBILE[1..]);
    secrets.add("a phone number", &MOBILE[3..]);
    secrets.add("an address", ADDRESS);
    Providers::add_to(&mut secrets);
    for sent in [
        ["text", MOBILE, "sign-in"],
        ["email", ADDRESS, "password-reset"],
    ] {
        enroll_and_prove(providers, &mut secrets, [alice, root], sent).await;
    }
    let none = std::collections::HashMap::<&str, zbus::Variant<'_>>::new();
    let body = ("text", MOBILE, none);
    let _: IgnoredReply = root
        .call(ROOT_PATH, "Channels", "TestChannel", &body)
        .await
        .unwrap();

    // A second app with the command, which reads codes from standard input.
    let mut command = host.start_secinfo(ALICE, &["--json", "add", "authenticator-app"]);
    let proof = app.codes.fresh();
    secrets.codes.insert(proof.clone());
    command.write(&format!("{proof}\n"));
    let line = command.json_line();
    let mut second = Codes::new(line["enrollment"]["key"].as_str().unwrap());
    (second.digits, second.drift) = (8, 10);
    secrets.add_key(&second.key);
    expect_hidden(&secrets, command.pid());
    let code = second.fresh();
    secrets.codes.insert(code.clone());
    command.write(&format!("{code}\n"));
    command.finish().success();
    reset::reset(host, providers, &mut secrets, alice, &mut second).await;
    secrets
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_code_answer_password_label_or_name_is_in_files_logs_arguments_or_replies_to_others()
 {
    let providers = Providers {
        twilio: TwilioServer::start(),
        smtp: SmtpServer::start(),
    };
    // Eight digits, because six would be found by chance.
    let setup = Setup::new()
        .more("[policy.authenticator-app]\ndigits = 8\ndrift = 10\n")
        .more("[policy.codes]\ndigits = 8\n[policy.throttle]\nfree = 9\n")
        .more("[policy.reset]\nenabled = true\n")
        .providers(&providers.twilio, &providers.smtp)
        .environment("SECINFO_LOG", "trace")
        .environment("RUST_BACKTRACE", "1");
    let mut host = TestHost::without_daemon(setup.clone()).await;
    host.install_providers(&providers.twilio, &providers.smtp);
    let accounts = host.directory().join("passwd");
    let account = format!("{USER}:x:{ALICE}:{ALICE}::/nonexistent:/bin/false");
    let nobody = format!("nobody:x:{STRANGER}:{STRANGER}::/nonexistent:/bin/false");
    let channels = format!("{CHANNEL_ACCOUNT}:x:5:5::/nonexistent:/bin/false");
    let text = format!("root:x:0:0::/root:/bin/sh\n{account}\n{nobody}\n{channels}\n");
    fs::write(&accounts, text).unwrap();
    let script = format!(
        "mount --bind {} /etc/passwd && exec \"$@\"",
        accounts.display()
    );
    host.set_up(setup.wrapper(&["unshare", "--mount", "sh", "-c", &script, "sh"]));
    host.start_daemon().await;

    let overheard = monitor_bus(&host).await;
    let alice = host.client(ALICE).await;
    let root = host.client(ROOT).await;
    let stranger = host.client(STRANGER).await;
    let name: String = alice
        .property(&user_path(ALICE), "User", "Name")
        .await
        .unwrap();
    assert_eq!(name, USER);
    let secrets = typical_use(&host, &providers, &alice, &root).await;

    let _: IgnoredReply = stranger
        .call(ROOT_PATH, "Manager", "GetStatus", &())
        .await
        .unwrap();
    stranger
        .refused(&user_path(ALICE), "User", "Unlock", &())
        .await;
    let pid = host.daemon().pid();
    let hosts: Vec<_> = ["text", "call", "email"]
        .map(|name| host.process_of_channel(name).unwrap().pid)
        .into();
    for pid in hosts.into_iter().chain([pid]) {
        expect_hidden(&secrets, pid);
    }
    // The events as auditors read them, because stored ones may be compressed.
    for event in root.events().await {
        let text = serde_json::to_vec(&event).unwrap();
        assert_eq!(secrets.found_in(&text), BTreeSet::new(), "{event}");
    }
    host.restart().await;
    assert!(host.stop().success());
    for file in files(&host.state_directory()) {
        let bytes = fs::read(&file).unwrap();
        assert_eq!(
            secrets.found_in(&bytes),
            BTreeSet::new(),
            "{}",
            file.display()
        );
    }
    let log = host.log();
    for line in log.lines() {
        assert_eq!(secrets.found_in(line.as_bytes()), BTreeSet::new(), "{line}");
    }
    // Lines may break within a text.
    assert_eq!(secrets.found_in(log.as_bytes()), BTreeSet::new());
    assert!(log.contains(" DEBUG "), "it said all that it says: {log}");

    // The monitor gets messages in order: once it has this one, it has all before it.
    let emitted = alice
        .connection
        .emit_signal(None::<&str>, "/", "org.example.End", "End", &());
    emitted.await.unwrap();
    let ended = |message: &Message| {
        let header = message.header();
        header
            .member()
            .is_some_and(|member| member.as_str() == "End")
    };
    while !overheard.lock().unwrap().iter().any(ended) {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }

    // Messages that the daemon sent to connections of other users, or broadcast.
    let messages = overheard.lock().unwrap();
    let name = stranger.name();
    let mut to_stranger = 0;
    for message in messages.iter() {
        let header = message.header();
        let to = header.destination().map(ToString::to_string);
        if to.as_ref().is_none_or(|to| *to == name) && !ended(message) {
            to_stranger += usize::from(to.is_some());
            let bytes = message.data().bytes();
            assert_eq!(secrets.found_in(bytes), BTreeSet::new(), "{message:?}");
        }
    }
    assert!(to_stranger >= 2, "the monitor heard what was sent");
    // The search itself works.
    let to_alice = messages.iter().any(|message| {
        let found = secrets.found_in(message.data().bytes());
        [
            "a key in groups",
            "a recovery code",
            "a label",
            "the user's name",
        ]
        .iter()
        .any(|what| found.contains(what))
    });
    assert!(to_alice, "alice was told her own");
    for what in ["a phone number", "an address", "a code", "an answer"] {
        let is_in = |message: &Message| secrets.found_in(message.data().bytes()).contains(what);
        assert!(messages.iter().any(is_in), "nobody ever said {what}");
    }
}

#[tokio::test]
async fn a_daemon_that_crashes_leaves_no_core_dump() {
    let setup = Setup::new().wrapper(&["prlimit", "--core=unlimited:unlimited"]);
    let mut host = TestHost::with(setup).await;
    let limits = fs::read_to_string(format!("/proc/{}/limits", host.daemon().pid())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<_> = core.unwrap().split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{limits}");
    host.daemon().signal(Signal::ABORT);
    let status = host.daemon().wait_ended();
    assert!(
        status.signal().is_some() && !status.core_dumped(),
        "{status}"
    );
}

#[tokio::test]
async fn only_the_daemon_can_access_the_state_directory_and_its_key() {
    use std::os::unix::fs::PermissionsExt;
    let host = TestHost::with(Setup::with_drift()).await;
    host.client(ALICE).await.enroll_app("Phone", 10).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o077;
    let open: Vec<_> = files(&host.state_directory())
        .into_iter()
        .filter(|file| mode(file) != 0)
        .collect();
    assert_eq!(mode(&host.state_directory()), 0);
    assert!(open.is_empty(), "others can read {open:?}");
}
