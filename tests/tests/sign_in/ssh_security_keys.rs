//! Real OpenSSH with security keys of its own, which are enrolled here too.

use crate::fixture::{CODE, SESSION, assert_refused, assert_session, count, strict, with_app};
use secinfo_test_key::{Algorithm, Browser, Shared};
use secinfo_tests::{
    ALICE, ALICE_ACCOUNT, App, BOB, BOB_ACCOUNT, Dialogue, Pty, Setup, SignInHost, Sshd,
    UnixAccount,
};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What sshd asks of everybody: a public key whose user was verified, and then what PAM asks.
const VERIFIED: &str =
    "AuthenticationMethods publickey,keyboard-interactive\nPubkeyAuthOptions verify-required";

/// Alice, who has an app and a security key that signs in over SSH.
struct Desk {
    host: SignInHost,
    app: App,
    sshd: Sshd,
    key: Shared,
    provider: String,
    pty: Pty,
}

fn counting() -> Setup {
    strict().more(
        "[security-key]\nrp_id = \"login.example.org\"\n\
         [policy.security-key]\nssh = \"verify-required\"\n",
    )
}

impl Desk {
    async fn new(setup: Setup, algorithm: Algorithm, sshd: &str) -> Self {
        let (host, mut app) = with_app(setup).await;
        host.service("sshd", "auth required {module}");
        let mut browser = Browser::new("secinfo://login.example.org");
        browser.key.algorithms = vec![algorithm];
        let alice = host.client(ALICE).await;
        alice.prove(&mut app).await;
        alice.enroll_key(&mut browser).await;
        let sshd = host.sshd(sshd);
        let (key, provider) = host.plug_in_for_ssh(browser.key);
        Self {
            host,
            app,
            sshd,
            key,
            provider,
            pty: Pty::open(),
        }
    }

    /// The file with which ssh finds the security key of a user, as the command writes it.
    fn exported(&self, account: UnixAccount) -> PathBuf {
        let directory = self.host.home(account).join("ssh");
        fs::create_dir_all(&directory).unwrap();
        chown(&directory, Some(account.uid), Some(account.uid)).unwrap();
        let file = directory.join("key");
        let key = ["security-key", "ssh", "Security key", "--write"];
        let write = [&key[..], &[file.to_str().unwrap()]].concat();
        self.host.secinfo(account.uid, &write, "").success();
        file
    }

    /// Authorizes a file for Alice, and signs her in with it.
    fn ssh(&self, file: &Path) -> Dialogue<'_> {
        let line = fs::read_to_string(file.with_extension("pub")).unwrap();
        self.sshd.authorize(ALICE_ACCOUNT, &line);
        let provider = format!("SecurityKeyProvider={}", self.provider);
        let methods = "PreferredAuthentications=publickey,keyboard-interactive";
        let options = ["-i", file.to_str().unwrap(), "-o", methods, "-o", &provider];
        self.host
            .ssh(&self.sshd, &self.pty, ALICE_ACCOUNT, &options)
    }

    /// Makes a key of OpenSSH's own, which is not enrolled.
    fn generate(&self, kind: &str, options: &[&str]) -> PathBuf {
        let file = self.host.directory().join("not-enrolled");
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", kind, "-N", "", "-w", &self.provider, "-f"])
            .arg(&file)
            .args(options)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        file
    }
}

/// Signs Alice in who is asked for a code, although a key has signed.
fn asks_on(desk: &mut Desk, file: &Path) {
    let code = desk.app.codes.fresh();
    let mut client = desk.ssh(file);
    client.expect(CODE);
    client.when_asked(": ", &code);
    assert_session(client);
}

#[tokio::test]
async fn a_security_key_of_openssh_signs_in_over_ssh_without_another_prompt() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        let desk = Desk::new(counting(), algorithm, VERIFIED).await;
        let file = desk.exported(ALICE_ACCOUNT);
        for times in 1..=2 {
            let mut client = desk.ssh(&file);
            let said = client.expect(SESSION);
            assert!(!said.contains("ode") && !said.contains("assword"), "{said}");
            assert!(client.ended().0.success());
            let proofs = count(&desk.host, "verification-succeeded").await;
            assert_eq!(proofs, 1 + times, "one for each, beside that of the app");
        }
    }
}

#[tokio::test]
async fn a_key_that_has_not_verified_its_user_is_asked_on() {
    let either = VERIFIED.replace('\n', " keyboard-interactive\n");
    let mut desk = Desk::new(counting(), Algorithm::EdDsa, &either).await;
    let file = desk.exported(ALICE_ACCOUNT);
    desk.key.lock().key.flags.verified = Some(false);
    asks_on(&mut desk, &file);
    // Where a key is demanded, it signs in nowhere.
    let demanded = Desk::new(counting(), Algorithm::EdDsa, VERIFIED).await;
    let file = demanded.exported(ALICE_ACCOUNT);
    demanded.key.lock().key.flags.verified = Some(false);
    assert_refused(demanded.ssh(&file));
}

#[tokio::test]
async fn a_key_that_is_not_enrolled_is_asked_on() {
    for (kind, algorithm) in [
        ("ed25519-sk", Algorithm::EdDsa),
        ("ecdsa-sk", Algorithm::Es256),
    ] {
        let mut desk = Desk::new(counting(), algorithm, VERIFIED).await;
        let application = "application=ssh:login.example.org";
        let file = desk.generate(kind, &["-O", "verify-required", "-O", application]);
        asks_on(&mut desk, &file);
    }
}

#[tokio::test]
async fn the_key_of_another_user_is_asked_on() {
    let mut desk = Desk::new(counting(), Algorithm::EdDsa, VERIFIED).await;
    let bob = desk.host.client(BOB).await;
    let mut app = bob.enroll_app("Phone", 10).await;
    bob.prove(&mut app).await;
    // The key is plugged in already, so that its copy registers for Bob.
    let mut browser = Browser::new("secinfo://login.example.org");
    browser.key = desk.key.lock().key.clone();
    bob.enroll_key(&mut browser).await;
    desk.key.lock().key = browser.key;
    let file = desk.exported(BOB_ACCOUNT);
    asks_on(&mut desk, &file);
}

#[tokio::test]
async fn a_key_is_asked_on_where_policy_does_not_say_that_keys_are_verified() {
    let setup = strict().more("[security-key]\nrp_id = \"login.example.org\"\n");
    let mut desk = Desk::new(setup, Algorithm::EdDsa, VERIFIED).await;
    let file = desk.exported(ALICE_ACCOUNT);
    asks_on(&mut desk, &file);
}

#[tokio::test]
async fn what_users_write_into_environments_is_not_taken_for_what_sshd_says() {
    let mut desk = Desk::new(counting(), Algorithm::EdDsa, VERIFIED).await;
    let exported = desk.exported(ALICE_ACCOUNT);
    let line = fs::read_to_string(exported.with_extension("pub")).unwrap();
    let words: Vec<_> = line.split(' ').take(2).collect();
    let said = format!("publickey {}\n", words.join(" "));

    // In the file that pam_env reads of users, and from the program that is called.
    let reads_users = "auth required pam_env.so user_readenv=1\nauth required {module}";
    let home = desk.host.home(ALICE_ACCOUNT);
    let variable = format!("SSH_AUTH_INFO_0 OVERRIDE=\"{}\"\n", said.trim_end());
    fs::write(home.join(".pam_environment"), variable).unwrap();
    for service in ["sshd", "sudo", "su", "login"] {
        desk.host.service(service, reads_users);
    }
    let plain = desk.generate("ed25519", &[]);
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o600)).unwrap();
    asks_on(&mut desk, &plain);
    for words in [&["sudo", "id", "-un"][..], &["su", "alice", "-c", "true"]] {
        let mut command = desk.host.command_of(ALICE_ACCOUNT, words);
        command.env("SSH_AUTH_INFO_0", &said);
        let mut asked = desk.pty.run(&command);
        asked.expect(CODE);
        drop(asked);
    }
    // Nor is it where root asks with it, at a service of another name.
    let variable = format!("SSH_AUTH_INFO_0={said}");
    let words = [
        "pamtester",
        "-E",
        &variable,
        "login",
        "alice",
        "authenticate",
    ];
    let command = desk.host.command(&words);
    let mut asked = desk.pty.run(&command);
    asked.expect(CODE);
    drop(asked);
}
