//! The harness itself: sign-in with a password, without the module.

use secinfo_tests::{ALICE_ACCOUNT, BOB_ACCOUNT, Pty, Setup, SignInHost};

const PASSWORD_ALONE: &str = "auth required pam_unix.so nodelay";

#[tokio::test]
async fn a_password_alone_signs_in_through_ssh_and_a_wrong_one_does_not() {
    let host = SignInHost::without_daemon(Setup::new()).await;
    host.service("sshd", PASSWORD_ALONE);
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    client.expect("A session of alice.");
    assert!(client.ended().0.success());

    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", BOB_ACCOUNT.password);
    let (status, said) = client.ended();
    assert!(!status.success() && !said.contains("session"), "{said}");
}

#[tokio::test]
async fn a_password_alone_opens_sudo_and_su() {
    let host = SignInHost::without_daemon(Setup::new()).await;
    host.service("sudo", PASSWORD_ALONE);
    host.service("su", PASSWORD_ALONE);
    let pty = Pty::open();
    let mut sudo = pty.run(&host.command_of(ALICE_ACCOUNT, &["sudo", "id", "-un"]));
    sudo.when_asked("password for alice: ", ALICE_ACCOUNT.password);
    sudo.expect("root\n");
    assert!(sudo.ended().0.success());
    let words = ["su", "bob", "-c", "id -un"];
    let mut su = pty.run(&host.command_of(ALICE_ACCOUNT, &words));
    su.when_asked("Password: ", BOB_ACCOUNT.password);
    su.expect("bob\n");
    assert!(su.ended().0.success());
}

#[tokio::test]
async fn writes_of_the_host_stay_in_its_namespace() {
    let host = SignInHost::without_daemon(Setup::new()).await;
    let written = "touch /etc/pam.d/mark /run/secinfo-mark /var/log/secinfo-mark";
    let status = host.command(&["sh", "-c", written]).status().unwrap();
    assert!(status.success());
    for place in [
        "/etc/pam.d/mark",
        "/run/secinfo-mark",
        "/var/log/secinfo-mark",
    ] {
        assert!(!std::path::Path::new(place).exists(), "{place}");
    }
}
