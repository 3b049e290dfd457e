//! Malformed input: the daemon answers it with an error and continues.

use secinfo_tests::{
    ALICE, Client, IgnoredReply, ROOT, ROOT_PATH, Setup, TestHost, pipe_with, response, user_path,
};
use secinfo_wire::ImportReply;
use secinfod::bus::interface::interfaces;
use std::collections::HashMap;
use std::fmt::Write;
use zbus::{DynamicType, OwnedVariant, Variant};

type Options<'a> = HashMap<&'a str, Variant<'a>>;

/// Checks that the daemon is the same process, is healthy, and works.
async fn lives(host: &mut TestHost, pid: u32) {
    assert!(host.daemon().is_running(), "{}", host.log());
    assert_eq!(host.daemon().pid(), pid);
    let client = host.client(ALICE).await;
    let status: HashMap<String, OwnedVariant> = client
        .call(ROOT_PATH, "Manager", "GetStatus", &())
        .await
        .unwrap();
    assert!(bool::try_from(&status["healthy"]).unwrap());
    assert!(!host.log().contains("panic"), "{}", host.log());
}

async fn answer<B: serde::Serialize + DynamicType>(
    client: &Client,
    path: &str,
    interface: &str,
    member: &str,
    body: &B,
) -> Option<String> {
    let called = client
        .call::<_, IgnoredReply>(path, interface, member, body)
        .await;
    called.err().map(|refusal| refusal.short().to_owned())
}

/// A variant that is nested to this depth.
fn nested(depth: usize) -> Variant<'static> {
    (0..depth).fold(Variant::from(1_u8), |inner, _| {
        Variant::Variant(Box::new(inner))
    })
}

#[tokio::test]
async fn arguments_of_every_wrong_type_are_refused_on_every_row() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let pid = host.daemon().pid();
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    for interface in interfaces() {
        let short = interface.name.rsplit('.').next().unwrap();
        let path = match short {
            "Manager" | "Audit" => ROOT_PATH.to_owned(),
            "User" => user_path(ALICE),
            "Method" => app.path.clone(),
            _ => continue, // Sessions: below.
        };
        for row in &interface.methods {
            let name = row.name;
            let refusals = [
                answer(&alice, &path, short, name, &(1_u8, 2_i16, "three")).await,
                answer(&alice, &path, short, name, &vec![vec![1_i64; 8]; 8]).await,
                answer(&alice, &path, short, name, &nested(20)).await,
                answer(&alice, &path, short, name, &f64::NAN).await,
                answer(&alice, &path, short, name, &vec![false; 1000]).await,
            ];
            for refusal in refusals {
                assert_eq!(refusal.as_deref(), Some("InvalidArgs"), "{short}.{name}");
            }
        }
    }
    lives(&mut host, pid).await;
}

#[tokio::test]
async fn oversized_and_odd_values_are_refused() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let pid = host.daemon().pid();
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    let user = user_path(ALICE);
    let long = "x".repeat(60_000);
    let method = zbus::ObjectPath::try_from(app.path.clone()).unwrap();

    for label in [
        "",
        " ",
        "\u{202e}live",
        "a\nb",
        "\u{0}".trim_matches('\u{0}'),
        "a\u{1b}[2J",
        &long,
        &"é".repeat(65),
    ] {
        let refusal = answer(&alice, &app.path, "Method", "Rename", &label).await;
        assert_eq!(refusal.as_deref(), Some("InvalidLabel"), "{label:.20}");
    }
    for code in [
        "",
        " ",
        "0",
        "١٢٣٤٥٦",
        "-12345",
        "1e5",
        "٠",
        "123456\n",
        "%n%n",
        "'; --",
    ] {
        let refusal = alice.verify(ALICE, &app.path, code).await.unwrap_err();
        assert!(
            ["WrongCode", "TooSoon", "MethodLocked"].contains(&refusal.short()),
            "{code:.20}: {refusal}"
        );
    }
    let refusal = alice.verify(ALICE, &app.path, &long).await.unwrap_err();
    assert_eq!(refusal.short(), "InvalidArgument", "{refusal}");
    for service in ["../sshd", "ssh:d", "a\nb", &long] {
        let refusal = alice.verify_at(ALICE, service, &app.path, "123456").await;
        assert_eq!(
            refusal.unwrap_err().short(),
            "InvalidArgument",
            "{service:.20}"
        );
    }
    for purpose in ["", "sign in", "SIGN-IN", &long] {
        let body = (ALICE, purpose, "", &method, response("123456"));
        let refusal = answer(&alice, ROOT_PATH, "Manager", "Verify", &body).await;
        assert_eq!(refusal.as_deref(), Some("InvalidArgument"), "{purpose:.20}");
    }
    for kind in [
        "",
        "totp",
        "access-pass",
        "recovery-codes",
        "push",
        "security-key",
        &long,
    ] {
        let refusal = alice.start_enrollment(kind, HashMap::default()).await;
        let refusal = refusal.err().unwrap();
        assert!(
            !["Internal", "NoReply"].contains(&refusal.short()),
            "{kind:.20}: {refusal}"
        );
    }
    let options: [Options<'_>; 4] = [
        Options::from([("unheard-of", Variant::from(1_u8))]),
        Options::from([("label", Variant::from(1_u8))]),
        Options::from([("detached", nested(15))]),
        (0..500).map(|_| ("label", Variant::from("x"))).collect(),
    ];
    for (number, options) in options.into_iter().enumerate() {
        let body = ("hardware-token", options);
        let refusal = answer(&alice, &user, "User", "StartEnrollment", &body).await;
        assert!(refusal.is_some(), "{number}");
    }

    let body = ("x".repeat(70_000), HashMap::<&str, Variant<'_>>::new());
    let refusal = answer(&alice, &user, "User", "StartEnrollment", &body).await;
    assert_eq!(refusal.as_deref(), Some("LimitsExceeded"));
    let megabytes = "y".repeat(30 * 1024 * 1024);
    let refusal = answer(&alice, &app.path, "Method", "Rename", &megabytes).await;
    assert_eq!(refusal.as_deref(), Some("LimitsExceeded"));
    lives(&mut host, pid).await;
    let label: String = alice.property(&app.path, "Method", "Label").await.unwrap();
    assert_eq!(label, "Phone");
}

#[tokio::test]
async fn auditors_numbers_may_be_anything() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let pid = host.daemon().pid();
    let root = host.client(ROOT).await;
    for from in [0, 1, 2, 1 << 32, u64::MAX - 1, u64::MAX] {
        for limit in [0, 1, u32::MAX] {
            answer(&root, ROOT_PATH, "Audit", "Read", &(from, limit)).await;
        }
        for other in [0, 1, 2, 1 << 63, u64::MAX] {
            for proof in ["InclusionProof", "ConsistencyProof"] {
                answer(&root, ROOT_PATH, "Audit", proof, &(from, other)).await;
            }
        }
    }
    let names = vec!["z".repeat(32); 1500];
    answer(&root, ROOT_PATH, "Audit", "Names", &names).await;
    for limit in [0, 1, 501, u32::MAX] {
        answer(
            &root,
            ROOT_PATH,
            "Manager",
            "ListUsers",
            &("\u{10ffff}", limit),
        )
        .await;
    }
    lives(&mut host, pid).await;
}

#[tokio::test]
async fn files_of_tokens_may_be_anything() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let pid = host.daemon().pid();
    let root = host.client(ROOT).await;
    let header = "serial number,secret key,time interval,manufacturer,model\n";
    let laughs = {
        let mut text = "<!DOCTYPE k [<!ENTITY l0 \"ha\">".to_owned();
        for n in 1..30 {
            write!(text, "<!ENTITY l{n} \"&l{0};&l{0};\">", n - 1).unwrap();
        }
        text + "]><KeyContainer xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\" Version=\"1.0\">&l29;</KeyContainer>"
    };
    let deep = format!(
        "<KeyContainer xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\" Version=\"1.0\">{}",
        "<a>".repeat(200_000)
    );
    let outside =
        "<!DOCTYPE k [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><KeyContainer>&x;</KeyContainer>";
    let files: [(&str, Vec<u8>); 9] = [
        ("csv", Vec::new()),
        ("csv", vec![0xFF; 1000]),
        ("csv", format!("{header}{}", ",".repeat(500_000)).into()),
        ("csv", format!("{header}\"{}", "a".repeat(500_000)).into()),
        (
            "csv",
            format!("{header}{}", "a,b,c,d,e\n".repeat(50_000)).into(),
        ),
        ("pskc", laughs.into()),
        ("pskc", deep.into()),
        ("pskc", outside.into()),
        ("pskc", b"<".to_vec()),
    ];
    for (format, content) in files {
        let none = Options::new();
        let body = (format, pipe_with(&content), none);
        let imported = root.call::<_, ImportReply>(ROOT_PATH, "Tokens", "ImportTokens", &body);
        match imported.await {
            Ok((count, ..)) => assert_eq!(count, 0),
            Err(refusal) => assert!(
                ["InvalidArgument", "LimitsExceeded"].contains(&refusal.short()),
                "{refusal:.200}"
            ),
        }
    }
    for key in ["", "zz", &"0".repeat(50_000)] {
        let options = Options::from([("key", Variant::from(key))]);
        let body = ("pskc", pipe_with(b"<KeyContainer/>"), options);
        assert!(
            answer(&root, ROOT_PATH, "Tokens", "ImportTokens", &body)
                .await
                .is_some()
        );
    }
    lives(&mut host, pid).await;
}

#[tokio::test]
async fn names_of_anything_that_is_not_there_are_refused() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let pid = host.daemon().pid();
    let alice = host.client(ALICE).await;
    for path in [
        "/",
        "/org",
        "/org/secinfo/SecurityInfo1/users",
        "/org/secinfo/SecurityInfo1/users/u1/methods",
        "/org/secinfo/SecurityInfo1/users/u1/methods/x",
        "/org/secinfo/SecurityInfo1/users/u99999999999999999999",
        &format!("/{}", "a".repeat(10_000)),
        &"/a".repeat(5_000),
    ] {
        for (interface, member) in [
            ("User", "Unlock"),
            ("Method", "Delete"),
            ("Enrollment", "Submit"),
            ("org.freedesktop.DBus.Properties", "GetAll"),
            ("a.b", "C"),
        ] {
            let refusal = answer(&alice, path, interface, member, &"x").await;
            assert!(refusal.is_some(), "{interface}.{member} at {path:.50}");
        }
        answer(
            &alice,
            path,
            "org.freedesktop.DBus.Introspectable",
            "Introspect",
            &(),
        )
        .await;
    }
    let set = (
        "org.secinfo.SecurityInfo1.User",
        "Name",
        Variant::from("root"),
    );
    let properties = "org.freedesktop.DBus.Properties";
    let refusal = answer(&alice, &user_path(ALICE), properties, "Set", &set).await;
    assert_eq!(refusal.as_deref(), Some("PropertyReadOnly"));
    lives(&mut host, pid).await;
}

#[tokio::test]
async fn a_connection_that_calls_without_reading_does_not_block_others() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let pid = host.daemon().pid();
    let flood = host.client(secinfo_tests::BOB).await;
    let mut sent = Vec::new();
    for _ in 0..500 {
        let connection = flood.connection.clone();
        sent.push(tokio::spawn(async move {
            connection
                .call_method(
                    Some("org.secinfo.SecurityInfo1"),
                    ROOT_PATH,
                    Some("org.freedesktop.DBus.ObjectManager"),
                    "GetManagedObjects",
                    &(),
                )
                .await
                .is_ok()
        }));
    }
    lives(&mut host, pid).await;
    let mut answered = 0;
    for call in sent {
        answered += usize::from(call.await.unwrap());
    }
    assert!(answered > 0, "some were answered, the others refused");
    lives(&mut host, pid).await;
}
