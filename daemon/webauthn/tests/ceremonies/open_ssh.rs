//! Credentials as OpenSSH keeps them, read and verified by ssh-keygen.

use crate::forgery::{Pair, RP_ID, known};
use data_encoding::BASE64;
use ring::digest::{SHA256, SHA512, digest};
use secinfo_webauthn::{NotUnderstood, OpenSshKey, PublicKey, RpId, SshAuthInfo};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

fn exported(pair: &Pair) -> OpenSshKey {
    let credential = known(pair);
    let key = OpenSshKey::new(&credential.id, &credential.public_key, &credential.rp_id);
    key.unwrap()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap();
    [&length.to_be_bytes(), bytes].concat()
}

/// What ssh-keygen writes with these arguments.
fn ssh_keygen(arguments: &[&str], input: Stdio) -> String {
    let output = Command::new("ssh-keygen")
        .args(arguments)
        .stdin(input)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn ssh_keygen_reads_the_file_that_finds_the_key() {
    let directory = tempfile::tempdir().unwrap();
    for pair in [Pair::es256(), Pair::ed_dsa()] {
        let key = exported(&pair);
        let file = directory.path().join("key");
        fs::write(&file, &key.private).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        let public = ssh_keygen(&["-y", "-f", file.to_str().unwrap()], Stdio::null());
        assert_eq!(public.trim_end(), key.public);
        assert!(key.public.ends_with(&format!(" {RP_ID}")));
    }
}

/// The signature that OpenSSH has a security key make of a message (`PROTOCOL.u2f`): over the same bytes as
/// an assertion.
fn signature(pair: &Pair, message: &[u8]) -> Vec<u8> {
    let flags_and_counter = [0x05, 0, 0, 0, 9];
    let signed = [
        digest(&SHA256, RP_ID.as_bytes()).as_ref(),
        &flags_and_counter,
        digest(&SHA256, message).as_ref(),
    ]
    .concat();
    let signature = pair.sign(&signed);
    let (name, signature) = match pair {
        // The numbers in DER are written as OpenSSH writes them.
        Pair::Es256(_) => {
            let (r, s) = signature[4..].split_at(usize::from(signature[3]));
            let numbers = [string(r), string(&s[2..])].concat();
            ("sk-ecdsa-sha2-nistp256@openssh.com", numbers)
        }
        Pair::EdDsa(_) => ("sk-ssh-ed25519@openssh.com", signature),
    };
    [
        &string(name.as_bytes()),
        &string(&signature),
        &flags_and_counter[..],
    ]
    .concat()
}

/// Signs a message as `ssh-keygen -Y sign` does (`PROTOCOL.sshsig`), and has ssh-keygen verify it.
fn verify(directory: &Path, key: &OpenSshKey, pair: &Pair) -> bool {
    let about = [string(b"test"), string(b""), string(b"sha512")].concat();
    let hash = digest(&SHA512, b"message");
    let message = [&b"SSHSIG"[..], &about, &string(hash.as_ref())].concat();
    let public = key.public.split(' ').nth(1).unwrap();
    let public = BASE64.decode(public.as_bytes()).unwrap();
    let file = [
        &b"SSHSIG"[..],
        &1_u32.to_be_bytes(),
        &string(&public),
        &about,
        &string(&signature(pair, &message)),
    ]
    .concat();
    let file = BASE64.encode(&file);
    let file = format!("-----BEGIN SSH SIGNATURE-----\n{file}\n-----END SSH SIGNATURE-----\n");
    let path = |name: &str| directory.join(name).to_str().unwrap().to_owned();
    fs::write(path("signature"), file).unwrap();
    fs::write(path("message"), "message").unwrap();
    fs::write(path("signers"), format!("alice {}\n", key.public)).unwrap();
    let verified = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-n", "test", "-I", "alice"])
        .args(["-f", &path("signers"), "-s", &path("signature")])
        .stdin(File::open(path("message")).unwrap())
        .output()
        .unwrap();
    verified.status.success()
}

#[test]
fn ssh_keygen_verifies_what_the_key_signs_and_nothing_that_another_signs() {
    let directory = tempfile::tempdir().unwrap();
    for (pair, other) in [
        (Pair::es256(), Pair::es256()),
        (Pair::ed_dsa(), Pair::ed_dsa()),
    ] {
        let key = exported(&pair);
        assert!(verify(directory.path(), &key, &pair));
        assert!(!verify(directory.path(), &key, &other));
    }
}

#[test]
fn openssh_has_no_security_keys_that_sign_with_rsa() {
    let credential = known(&Pair::es256());
    let rsa = PublicKey::rs256(vec![0xff; 256], vec![1, 0, 1]).unwrap();
    assert_eq!(
        OpenSshKey::new(&credential.id, &rsa, &credential.rp_id),
        None
    );
}

/// The line of `SSH_AUTH_INFO_0` for a key.
fn signed_in(key: &OpenSshKey) -> String {
    let mut words = key.public.split(' ');
    let mut word = || words.next().unwrap();
    format!("publickey {} {}\n", word(), word())
}

#[test]
fn sshd_names_the_key_that_has_signed_and_no_other() {
    for (pair, other) in [
        (Pair::es256(), Pair::es256()),
        (Pair::ed_dsa(), Pair::ed_dsa()),
    ] {
        let key = exported(&pair);
        let said = signed_in(&key);
        for said in [
            said.clone(),
            format!("password\n{said}"),
            format!("{said}keyboard-interactive/pam\n"),
            format!("{}{said}", signed_in(&exported(&other))),
        ] {
            assert!(SshAuthInfo::parse(&said).unwrap().has(&key), "{said}");
        }
        let info = SshAuthInfo::parse(&said).unwrap();
        assert!(!info.has(&exported(&other)));
        let credential = known(&pair);
        let elsewhere = RpId::parse("other.example.org").unwrap();
        let elsewhere = OpenSshKey::new(&credential.id, &credential.public_key, &elsewhere);
        assert!(!info.has(&elsewhere.unwrap()), "of another application");
        for without in ["password\n", "keyboard-interactive\n"] {
            assert!(!SshAuthInfo::parse(without).unwrap().has(&key));
        }
    }
}

#[test]
fn what_sshd_says_counts_only_where_all_of_it_is_understood() {
    let key = exported(&Pair::ed_dsa());
    let said = signed_in(&key);
    let (line, encoded) = (said.trim_end(), said.split(' ').nth(2).unwrap().trim_end());
    for text in [
        String::new(),
        "\n".to_owned(),
        line.to_owned(),
        format!("{said}\n"),
        format!(" {said}"),
        format!("{line} signature count = 5\n"),
        format!("{said}unheard-of\n"),
        said.replace("publickey", "PublicKey"),
        said.replace("publickey ", "publickey  "),
        said.replace("sk-ssh-ed25519@", "sk-ssh-ed25519-cert-v01@"),
        format!("publickey sk-ssh-ed25519@openssh.com {}\n", &encoded[1..]),
        format!("publickey {encoded}\n"),
        "publickey  AAAAAA==\n".to_owned(),
        "publickey\n".to_owned(),
    ] {
        assert_eq!(SshAuthInfo::parse(&text), Err(NotUnderstood), "{text:?}");
    }
}

#[test]
fn methods_beside_a_key_do_not_matter_and_it_has_the_fingerprint_that_ssh_keygen_tells() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("key.pub");
    for pair in [Pair::es256(), Pair::ed_dsa()] {
        let key = exported(&pair);
        let said = format!(
            "gssapi-keyex alice@EXAMPLE.ORG\n{}password\n",
            signed_in(&key)
        );
        let info = SshAuthInfo::parse(&said).unwrap();
        assert!(info.has(&key));
        fs::write(&file, &key.public).unwrap();
        let told = ssh_keygen(&["-l", "-f", file.to_str().unwrap()], Stdio::null());
        let fingerprint = told.split(' ').nth(1).unwrap().to_owned();
        assert_eq!(info.fingerprints(), [fingerprint]);
    }
}
