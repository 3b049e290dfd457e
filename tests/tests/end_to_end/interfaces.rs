//! The interface definitions: the introspection of the running daemon, the files in `schemas/dbus`,
//! the reference page and the table in the code agree. To update the files, set
//! `SECINFO_WRITE_REFERENCE=1`.

use secinfo_tests::{ALICE, Client, ROOT_PATH, Setup, TestHost, user_path};
use secinfo_wire::Reason;
use secinfod::bus::interface::{interfaces, table};
use secinfod::bus::{interface_xml, table_markdown};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

const INTRODUCTION: &str = "# The bus\n\n\
    Bus name `org.secinfo.SecurityInfo1` on the system bus; objects below `/org/secinfo/SecurityInfo1`.\n\
    This page is made from the table in the daemon that decides who may call what; the introspection\n\
    files in `schemas/dbus` come from the same table. Times are Unix seconds in UTC, 0 for never or none.\n\n";

const ERRORS_BEGIN: &str = "# Errors on the bus\n\n\
    Names begin with `org.secinfo.SecurityInfo1.Error.`; the text is a sentence for a person that says\n\
    what to do next, and may change.\n\n\
    | name | means |\n\
    |---|---|\n";

const ERRORS_END: &str = "\n\
    Those about codes leave the session open: after `TooSoon`, `TooManyCodes`, `ChannelUnavailable`,\n\
    `DeliveryFailed` and `CodeExpired` another code can be asked for, or in a verification another method\n\
    chosen. So does `WrongForm`. Where the text of an error has a time to wait, it ends in `Time left: …`.\n\n\
    What such a text says of the moment, a second argument has for programs, a dictionary: `seconds_left`,\n\
    with `DeliveryFailed` `undelivered`, which is `destination`, `refused`, `timed-out`, `provider` or\n\
    `host`, and with `CodeAlreadyUsed` `used` where the code was not accepted before: `brought-over` (the\n\
    method came from another system, which may have accepted it) or `clock-ahead` (the clock of the host was\n\
    ahead when a code was last accepted). With `ClockBehind` it has `seconds_behind`. Where the name of an\n\
    error stands for several reasons, `finer` tells them apart: `added-meanwhile`, `never-the-default`,\n\
    `no-token`, `not-consecutive`, `number-known`, `room-kept` or `too-weak-here`.\n\n\
    Where an object may not be seen, `org.freedesktop.DBus.Error.UnknownObject` is answered, as for one\n\
    that does not exist.\n";

/// The errors as the reference lists them.
fn errors() -> String {
    let rows = Reason::ALL
        .iter()
        .map(|reason| format!("| `{}` | {} |\n", reason.name(), reason.meaning()));
    format!("{ERRORS_BEGIN}{}{ERRORS_END}", rows.collect::<String>())
}

fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap().to_owned()
}

/// Compares a file with its expected content, or writes it.
fn hold(path: &Path, content: &str) {
    if std::env::var_os("SECINFO_WRITE_REFERENCE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let stored = fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == content,
        "{} is not what the code says; SECINFO_WRITE_REFERENCE=1 cargo test -p secinfo-tests writes it anew",
        path.display()
    );
}

#[test]
fn the_files_in_schemas_and_the_reference_are_those_of_the_table() {
    let directory = repository().join("schemas/dbus");
    let mut names = BTreeSet::new();
    for interface in interfaces() {
        let name = format!("{}.xml", interface.name);
        hold(&directory.join(&name), &interface_xml(&interface));
        names.insert(name);
    }
    let there: BTreeSet<_> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, names, "one file for each interface, and no other");
    let reference = format!("{INTRODUCTION}{}", table_markdown(&table()));
    hold(&repository().join("docs/reference/bus.md"), &reference);
    hold(&repository().join("docs/reference/errors.md"), &errors());
}

/// The lines of each interface in an introspection document.
fn by_interface(xml: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in xml.split("  <interface name=\"").skip(1) {
        let (name, rest) = part.split_once('"').unwrap();
        let (body, _) = rest.split_once("  </interface>").unwrap();
        found.insert(name.to_owned(), body.to_owned());
    }
    found
}

async fn introspected(client: &Client, path: &str) -> BTreeMap<String, String> {
    let xml: String = client
        .call(
            path,
            "org.freedesktop.DBus.Introspectable",
            "Introspect",
            &(),
        )
        .await
        .unwrap();
    // Other programs must be able to read it: it is well-formed XML.
    let mut reader = quick_xml::Reader::from_str(&xml);
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
    by_interface(&xml)
}

#[tokio::test]
async fn the_running_daemons_introspection_equals_the_files() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    let (verification, _): (zbus::OwnedObjectPath, secinfo_tests::IgnoredReply) = {
        let options = std::collections::HashMap::<&str, zbus::Variant<'_>>::new();
        alice
            .call(
                ROOT_PATH,
                "Manager",
                "StartVerification",
                &(ALICE, "sign-in", "", options),
            )
            .await
            .unwrap()
    };
    let bob = host.client(secinfo_tests::BOB).await;
    let (enrollment, _) = bob
        .start_enrollment("authenticator-app", HashMap::default())
        .await
        .unwrap();

    let mut said = BTreeMap::new();
    for (client, path) in [
        (&alice, ROOT_PATH),
        (&alice, user_path(ALICE).as_str()),
        (&alice, app.path.as_str()),
        (&alice, verification.as_str()),
        (&bob, enrollment.as_str()),
    ] {
        said.extend(introspected(client, path).await);
    }
    let directory = repository().join("schemas/dbus");
    let mut written = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let xml = fs::read_to_string(entry.unwrap().path()).unwrap();
        written.extend(by_interface(&xml));
    }
    assert_eq!(written.len(), 9, "{:?}", written.keys());
    said.retain(|name, _| !name.starts_with("org.freedesktop.DBus."));
    assert_eq!(said, written);
}
