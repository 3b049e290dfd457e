//! The command, with another program that talks to the key.

use super::*;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;

#[tokio::test]
async fn a_key_is_added_and_proved_by_exchanging_json() {
    let (host, alice, app, _key, _) = with_key(setup()).await;
    drop(alice);
    let mut codes = app.codes;
    let mut key = Browser::new(LOCAL);
    let mut add = host.start_secinfo(
        ALICE,
        &[
            "--json",
            "add",
            "security-key",
            "--exchange",
            "--label",
            "Key ring",
        ],
    );
    add.write(&format!("{}\n", codes.fresh()));
    assert_eq!(add.json_line()["enrollment"]["kind"], "security-key");
    let creation = add.json_line()["creation_options"].to_string();
    add.write(&format!("{}\n", key.create(&creation)));
    let request = add.json_line()["request_options"][0].to_string();
    add.write(&format!("{}\n", key.get(&request)));
    let added = add.finish().success().json();
    assert_eq!(added["method"]["label"], "Key ring");
    assert_eq!(added["became_default"], false);

    let mut verify = host.start_secinfo(
        ALICE,
        &["--json", "verify", "--exchange", "--method", "Key ring"],
    );
    let request = verify.json_line()["request_options"][0].to_string();
    verify.write(&format!("{}\n", key.get(&request)));
    let proof = verify.finish().success().json();
    assert_eq!(proof["kind"], "security-key");
    assert_eq!(proof["verified"], true);

    let nothing = host.secinfo(ALICE, &["verify", "--exchange"], "");
    assert_eq!(nothing.code, 3, "{nothing:?}");
    let no_json = host.secinfo(ALICE, &["verify", "--exchange"], "123456\n");
    assert_eq!(no_json.code, 3, "{no_json:?}");
}

#[tokio::test]
async fn a_key_that_is_enrolled_is_exported_in_the_form_of_openssh() {
    let (host, alice, _app, _key, _) = with_key(setup()).await;
    drop(alice);
    let home = tempfile::tempdir().unwrap();
    chown(home.path(), Some(ALICE), None).unwrap();
    let file = home.path().join("key");
    let path = file.to_str().unwrap();
    let ssh = ["security-key", "ssh"];

    let line = host.secinfo(ALICE, &ssh, "").success().stdout;
    assert!(line.starts_with("sk-ecdsa-sha2-nistp256@openssh.com "));
    assert!(line.ends_with(&format!(" {RP_ID}\n")));

    let write = [&ssh[..], &["2", "--write", path]].concat();
    host.secinfo(ALICE, &write, "").success();
    let mode = file.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let written = std::fs::read_to_string(home.path().join("key.pub")).unwrap();
    assert_eq!(written, line);
    // The file that finds the key says itself which key it finds.
    let read = Command::new("ssh-keygen").args(["-y", "-f", path]).output();
    assert_eq!(String::from_utf8(read.unwrap().stdout).unwrap(), line);

    let again = host.secinfo(ALICE, &write, "");
    assert_eq!(again.code, 1, "{again:?}");
    let an_app = host.secinfo(ALICE, &[&ssh[..], &["1"]].concat(), "");
    assert_eq!(an_app.code, 1, "{an_app:?}");
}
