//! The journal: each event becomes one entry, which names no user. A socket of the test replaces
//! journald's.

use secinfo_tests::{ALICE, App, Client, ROOT, Setup, TestHost, user_path};
use secinfod::journal::EventType;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::{Duration, Instant};

/// Unique words that can be searched for.
const USER: &str = "zebulon-quux";
const LABEL: &str = "Xylophon-Telefon";
const NEW_LABEL: &str = "Wachtelkoenig-Telefon";

/// How long entries may take to arrive.
const TIMEOUT: Duration = Duration::from_mins(1);

type Fields = HashMap<String, String>;

/// A fake journald.
struct Journald {
    socket: UnixDatagram,
    entries: Vec<Fields>,
    raw: Vec<u8>,
}

impl Journald {
    /// Listens in this directory.
    fn listen(directory: &Path) -> Self {
        fs::create_dir(directory).unwrap();
        let socket = UnixDatagram::bind(directory.join("socket")).unwrap();
        let soon = Duration::from_millis(20);
        socket.set_read_timeout(Some(soon)).unwrap();
        Self {
            socket,
            entries: Vec::new(),
            raw: Vec::new(),
        }
    }

    /// Receives the available entries.
    fn take(&mut self) {
        let mut datagram = vec![0; 1 << 16];
        loop {
            match self.socket.recv(&mut datagram) {
                // An empty datagram only checks that the socket exists.
                Ok(0) => {}
                Ok(length) => {
                    self.raw.extend_from_slice(&datagram[..length]);
                    self.entries.push(fields(&datagram[..length]));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Waits for this number of entries about events, and returns them.
    fn of_events(&mut self, count: usize) -> Vec<Fields> {
        let begun = Instant::now();
        loop {
            self.take();
            let of_events = self.entries.iter();
            let of_events: Vec<_> = of_events
                .filter(|entry| entry.contains_key("SECINFO_EVENT"))
                .cloned()
                .collect();
            if of_events.len() >= count {
                return of_events;
            }
            let there = of_events.len();
            assert!(begun.elapsed() < TIMEOUT, "{there} of {count} came");
        }
    }
}

/// The fields of an entry (<https://systemd.io/JOURNAL_NATIVE_PROTOCOL/>).
fn fields(mut entry: &[u8]) -> Fields {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut fields = Fields::new();
    while !entry.is_empty() {
        let end = entry.iter().position(|byte| *byte == b'\n').unwrap();
        let (line, rest) = (&entry[..end], &entry[end + 1..]);
        if let Some(equals) = line.iter().position(|byte| *byte == b'=') {
            fields.insert(text(&line[..equals]), text(&line[equals + 1..]));
            entry = rest;
        } else {
            let (length, rest) = rest.split_first_chunk::<8>().unwrap();
            let length = usize::try_from(u64::from_le_bytes(*length)).unwrap();
            fields.insert(text(line), text(&rest[..length]));
            entry = &rest[length + 1..];
        }
    }
    fields
}

/// A host whose daemon assumes that systemd has started it, and the fake journal.
async fn under_systemd(setup: Setup) -> (TestHost, Journald) {
    let setup = setup.environment("JOURNAL_STREAM", "8:1234");
    let mut host = TestHost::without_daemon(setup.clone()).await;
    let directory = host.directory().join("journal");
    let journald = Journald::listen(&directory);
    let accounts = host.directory().join("passwd");
    fs::write(
        &accounts,
        format!("root:x:0:0::/root:/bin/sh\n{USER}:x:{ALICE}:{ALICE}::/nonexistent:/bin/false\n"),
    )
    .unwrap();
    let script = format!(
        "mount --bind {} /etc/passwd && mount -t tmpfs tmpfs /run && \
         mkdir -p /run/systemd/journal && mount --bind {} /run/systemd/journal && exec \"$@\"",
        accounts.display(),
        directory.display()
    );
    let words = ["unshare", "--mount", "--propagation", "private"];
    let words = [words.as_slice(), &["sh", "-c", &script, "sh"]].concat();
    host.set_up(setup.wrapper(&words));
    host.start_daemon().await;
    (host, journald)
}

/// Enrols, renames, fails, locks, unlocks, issues, deletes.
async fn typical_use(alice: &Client, root: &Client) {
    let mut app = alice.enroll_app(LABEL, 10).await;
    alice.prove(&mut app).await;
    let rename = alice.call(&app.path, "Method", "Rename", &NEW_LABEL);
    let () = rename.await.unwrap();
    let user = user_path(ALICE);
    let codes = alice.call(&user, "User", "IssueRecoveryCodes", &());
    let _: Vec<String> = codes.await.unwrap();
    let pass = root.call(&user, "User", "IssueAccessPass", &(3600_u64, false, 0_u64));
    let _: (String, u64) = pass.await.unwrap();
    wrong_codes(root, &app, 3).await;
    let () = root.call(&user, "User", "Unlock", &()).await.unwrap();
    let () = root.call(&app.path, "Method", "Delete", &()).await.unwrap();
}

/// Uses this number of wrong codes, each after the waiting time that the previous one caused.
pub(crate) async fn wrong_codes(client: &Client, app: &App, count: u32) {
    for _ in 0..count {
        let wrong = app.codes.wrong();
        loop {
            let refused = client.verify_at(ALICE, "sshd", &app.path, &wrong).await;
            match refused.unwrap_err().short() {
                "TooSoon" => tokio::time::sleep(Duration::from_millis(50)).await,
                // The last one causes the lock.
                "WrongCode" | "MethodLocked" => break,
                other => panic!("{other}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_becomes_one_journal_entry_and_none_names_a_user() {
    let setup = Setup::with_drift().more("[policy.throttle]\nfree = 2\nlock_after = 3\n");
    let (mut host, mut journald) = under_systemd(setup).await;
    let (alice, root) = (host.client(ALICE).await, host.client(ROOT).await);
    typical_use(&alice, &root).await;
    let events = root.events().await;
    let entries = journald.of_events(events.len());
    assert_eq!(entries.len(), events.len());
    for (number, (entry, event)) in entries.iter().zip(&events).enumerate() {
        let name = event["type"].as_str().unwrap();
        let known = EventType::of(name).unwrap();
        let is = |field: &str, value: &str| {
            assert_eq!(
                entry.get(field).map(String::as_str),
                Some(value),
                "{entry:?}"
            );
        };
        is("SECINFO_SEQ", &number.to_string());
        is("SECINFO_EVENT", name);
        is("MESSAGE_ID", known.id);
        is("MESSAGE", known.sentence);
        is("SYSLOG_IDENTIFIER", "secinfod");
        match event["user"].as_str() {
            Some(user) => is("SECINFO_USER", user),
            None => assert!(!entry.contains_key("SECINFO_USER"), "{entry:?}"),
        }
    }
    let of = |name: &str| -> Vec<&Fields> {
        let entries = entries.iter();
        entries
            .filter(|entry| entry["SECINFO_EVENT"] == name)
            .collect()
    };
    let failed = of("verification-failed");
    assert_eq!(failed.len(), 3);
    for entry in failed {
        assert_eq!(entry["SECINFO_KIND"], "authenticator-app");
        assert_eq!(entry["SECINFO_SERVICE"], "sshd");
        assert_eq!(entry["SECINFO_REASON"], "wrong-code");
        assert_eq!(entry["SECINFO_ACTOR"], "root");
        assert_eq!(entry["PRIORITY"], "5");
    }
    assert_eq!(of("locked")[0]["PRIORITY"], "4");
    assert_eq!(of("locked")[0]["SECINFO_KIND"], "authenticator-app");
    // The deleted method still has its kind in the entry.
    assert_eq!(of("method-deleted")[0]["SECINFO_KIND"], "authenticator-app");
    assert_eq!(of("method-deleted")[0]["SECINFO_REASON"], "administrator");

    assert!(host.stop().success());
    journald.take();
    let raw = String::from_utf8_lossy(&journald.raw);
    for secret in [LABEL, NEW_LABEL, USER] {
        assert!(!raw.contains(secret), "{secret} stands in the journal");
    }
    assert_eq!(host.log(), "", "nothing is said twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_journal_blocks_nothing_and_gets_missed_entries_later() {
    let setup = Setup::with_drift().more("[policy.budget]\nchanges = \"60000 in 24h\"\n");
    let (host, mut journald) = under_systemd(setup).await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    // Far more than the socket's buffer and the daemon's queue hold.
    let mut renamed = 0;
    while renamed < 1500 {
        let label = format!("Phone {renamed}");
        let () = alice
            .call(&app.path, "Method", "Rename", &label)
            .await
            .unwrap();
        renamed += 1;
    }
    let events = host.client(ROOT).await.events().await;
    assert!(events.len() > renamed);
    let entries = journald.of_events(events.len());
    let numbers: Vec<usize> = entries
        .iter()
        .map(|entry| entry["SECINFO_SEQ"].parse().unwrap())
        .collect();
    assert_eq!(numbers, (0..events.len()).collect::<Vec<_>>());
}

#[tokio::test]
async fn outside_systemd_entries_are_written_only_for_debugging() {
    let host = TestHost::with(Setup::with_drift().environment("SECINFO_LOG", "debug")).await;
    let alice = host.client(ALICE).await;
    alice.enroll_app(LABEL, 10).await;
    let sentence = EventType::of("method-enrolled").unwrap().sentence;
    let begun = Instant::now();
    while !host.log().contains(sentence) {
        assert!(begun.elapsed() < TIMEOUT, "{}", host.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let log = host.log();
    let line = log.lines().find(|line| line.contains(sentence)).unwrap();
    assert!(line.contains("DEBUG"), "{line}");
    assert!(line.contains(" kind=authenticator-app"), "{line}");
    assert!(!log.contains(LABEL));
}
