//! A working plugin in C, compiled only against `channel.h`.

use secinfo_tests::{ALICE, ROOT, ROOT_PATH, Setup, TestHost, response};
use secinfo_wire::Proof;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use zbus::{OwnedObjectPath, OwnedVariant, Variant};

/// The messages that the plugin has written.
pub(crate) fn written(host: &TestHost) -> Vec<Value> {
    let text = fs::read_to_string(host.spool().join("texts")).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_phone_is_enrolled_and_proved_by_a_plugin_in_c() {
    let setup = Setup::new()
        .more("[policy.codes]\nresend_after = \"1s\"\n")
        .channel("c", "text", "file", "file.toml", "");
    let mut host =
        TestHost::without_daemon(setup.daemon("plugin_directory = \"{host}/plugins\"")).await;
    host.install_c_plugin("file");
    let file = host.spool().join("texts");
    host.write_settings("file.toml", &format!("file = \"{}\"\n", file.display()));
    host.start_daemon().await;

    let alice = host.client(ALICE).await;
    let (path, _) = alice
        .start_destination("text", "+4915112345678", None)
        .await
        .unwrap();
    alice.send_code(path.as_str(), "Enrollment").await.unwrap();
    let message = &written(&host)[0];
    assert_eq!(message["destination"], "+4915112345678");
    assert_eq!(message["attempt"], 1);
    let code = message["code"].as_str().unwrap();
    assert!(message["text"].as_str().unwrap().contains(code));
    let enrolled = alice.finish_enrollment(path.as_str(), code).await.unwrap();

    let root = host.client(ROOT).await;
    let options = HashMap::<&str, Variant<'_>>::new();
    let body = (ALICE, "sign-in", "sshd", options);
    let (verification, _): (OwnedObjectPath, HashMap<String, OwnedVariant>) = root
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await
        .unwrap();
    root.send_code(verification.as_str(), "Verification")
        .await
        .unwrap();
    let messages = written(&host);
    assert_eq!(messages.len(), 2);
    let code = messages[1]["code"].as_str().unwrap();
    let proof: Proof = root
        .call(
            verification.as_str(),
            "Verification",
            "Submit",
            &response(code),
        )
        .await
        .unwrap();
    assert_eq!(proof.method, enrolled.method);

    let channel = root.channel("c").await;
    assert_eq!(
        (channel.plugin.as_str(), channel.version.as_str()),
        ("file", "1.0")
    );
    assert!(channel.healthy);
    for confined in ["no-new-privs", "seccomp", "user"] {
        assert!(
            channel.confined.iter().any(|what| what == confined),
            "{confined}: {channel:?}"
        );
    }
    assert!(host.stop().success());
    let last = written(&host).pop().unwrap();
    assert_eq!(last["destroyed"], true, "`destroy` was called");
}
