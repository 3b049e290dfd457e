//! The package is removed.

use crate::app;
use crate::doctor::findings;
use crate::pam_auth_update::sudo;
use secinfo_host_tests::{Machine, Pty, password};

const COMMON_AUTH: &str = "/etc/pam.d/common-auth";
const SSH: &str = "/etc/ssh/sshd_config.d/secinfo.conf";
/// As `secinfo setup` writes it on a host whose SSH server takes keys only.
const SSH_OF_SETUP: &str = "\
    # Written by secinfo setup; secinfo setup --pam disable removes it.\n\
    UsePAM yes\n\
    KbdInteractiveAuthentication yes\n";
const KEYS_ONLY: &str = "PasswordAuthentication no\nKbdInteractiveAuthentication no\n";
const TRIED_OUT: &str = "/var/lib/secinfo-setup";
const METRICS: &str = "/var/lib/prometheus/node-exporter/secinfo.prom";

#[test]
fn a_host_from_which_it_is_removed_lets_people_in_and_keeps_the_log() {
    let machine = Machine::boot();
    let codes = app::set_up(&machine, "admin");
    machine.run(["pam-auth-update", "--enable", "secinfo"]).ok();
    machine
        .run(["mkdir", "-p", "/var/lib/prometheus/node-exporter"])
        .ok();
    let timer = "secinfo-metrics.timer";
    let socket = "secinfo-channel@text.socket";
    machine
        .run(["systemctl", "enable", "--now", timer, socket])
        .ok();
    assert!(machine.exists("/run/secinfo/channels/text.sock"));
    machine
        .run(["systemctl", "start", "secinfo-metrics.service"])
        .ok();
    assert!(machine.read(METRICS).contains("secinfo_up 1"));
    machine.run(["apt-get", "remove", "--yes", "secinfo"]).ok();

    // The stack for new passwords is a file of the configuration: it stays until the package is purged.
    let stacks = machine.shell("cat /etc/pam.d/*").ok();
    assert!(!stacks.contains("pam_secinfo.so"), "{stacks}");
    assert!(!machine.exists(METRICS));
    let pty = Pty::open();
    let mut ssh = machine.ssh_with(&pty, "admin", &[], Some("echo admin is in"));
    ssh.when_asked("password: ", &password("admin"));
    ssh.expect("admin is in");
    sudo(&machine, "admin", None);
    machine.run(["systemctl", "daemon-reload"]).ok();
    assert_eq!(machine.failed_units(), "");
    assert!(!machine.exists("/run/secinfo/channels/text.sock"));
    let call = ["busctl", "status", "org.secinfo.SecurityInfo1"];
    machine.run(call).fails();

    // What it had kept, a new installation goes on with; but a code that was used stays used.
    let apt = machine.install_package();
    // The second step is not what it goes on with, so it says so.
    let said = apt.ok();
    assert!(said.contains("sudo secinfo setup"), "{said}");
    app::is_there(&machine, "admin");
    app::verify(&machine, "admin", &codes.again()).fails();
    machine.run(["systemctl", "is-active", timer]).ok();
    assert!(machine.exists("/run/secinfo/channels/text.sock"));
}

#[test]
fn it_is_not_removed_while_a_line_written_by_hand_names_the_module() {
    let machine = Machine::boot();
    let before = machine.read("/etc/pam.d/sudo");
    let line = "auth requisite pam_secinfo.so set_up\n";
    machine.write("/etc/pam.d/sudo", format!("{before}{line}"), 0o644);
    let apt = machine.run(["apt-get", "remove", "--yes", "secinfo"]);
    assert!(apt.stdout.contains("/etc/pam.d/sudo"), "{apt:#?}");
    apt.fails();
    machine
        .shell("test -e /usr/lib/*/security/pam_secinfo.so")
        .ok();

    machine.write("/etc/pam.d/sudo", before, 0o644);
    machine.run(["apt-get", "remove", "--yes", "secinfo"]).ok();
    sudo(&machine, "admin", None);
}

#[test]
fn it_is_not_removed_where_pam_auth_update_leaves_the_module_in_place() {
    let machine = Machine::boot();
    let mut codes = app::set_up(&machine, "admin");
    set_up_ssh(&machine);
    machine.run(["pam-auth-update", "--enable", "secinfo"]).ok();
    // What many an administrator does in that block; pam-auth-update then changes nothing.
    let faillock = "/pam_unix/i auth required pam_faillock.so preauth";
    machine.run(["sed", "-i", faillock, COMMON_AUTH]).ok();
    let before = machine.read(COMMON_AUTH);

    let apt = machine.run(["apt-get", "remove", "--yes", "secinfo"]);
    assert!(apt.stdout.contains(COMMON_AUTH), "{apt:#?}");
    apt.fails();
    // All is as it was.
    assert_eq!(machine.read(COMMON_AUTH), before);
    assert_eq!(machine.read(SSH), SSH_OF_SETUP);
    sudo(&machine, "admin", Some(&codes.fresh()));

    machine
        .run(["sed", "-i", "/pam_secinfo/d", COMMON_AUTH])
        .ok();
    machine.run(["apt-get", "remove", "--yes", "secinfo"]).ok();
    assert!(machine.read(COMMON_AUTH).contains("pam_faillock.so"));
    sudo(&machine, "admin", None);
}

#[test]
fn a_server_that_took_keys_only_takes_no_password_after_the_removal() {
    let machine = Machine::boot();
    set_up_ssh(&machine);
    machine.run(["pam-auth-update", "--enable", "secinfo"]).ok();
    // Setup waits for a confirmation; what it would go back to is not that of a later day.
    machine.run(["mkdir", TRIED_OUT]).ok();
    machine.run(["apt-get", "remove", "--yes", "secinfo"]).ok();
    assert!(!machine.exists(TRIED_OUT));
    assert_eq!(
        machine.shell("ls /etc/ssh/sshd_config.d").ok(),
        "zz-keys.conf\n"
    );
    let pty = Pty::open();
    let mut ssh = machine.ssh_with(&pty, "admin", &[], Some("true"));
    ssh.expect("Permission denied (publickey).");
    assert!(!ssh.ended().0.success());
}

#[test]
fn the_word_for_a_reset_that_setup_has_put_at_login_goes_with_the_package() {
    let machine = Machine::boot();
    let login = machine.read("/etc/pam.d/login");
    let setup = "secinfo setup --non-interactive --reset enable --reset-gates two --reset-at login";
    let setup: Vec<&str> = setup.split(' ').collect();
    let said = machine.run(&setup).ok();
    assert!(said.contains("after proving two methods"), "{said}");
    machine
        .shell("echo 'LOGIN_TIMEOUT 600' >>/etc/login.defs")
        .ok();
    // Nobody is asked for a second step by that.
    let found = ["pam-not-switched-on", "reset-no-channel"];
    assert_eq!(findings(&machine), found);
    let said = machine.run(&setup).ok();
    assert!(said.contains("Nothing was changed."), "{said}");

    let sign_in = ["pamtester", "login", "alice", "authenticate"];
    let pty = Pty::open();
    let mut client = pty.run(&machine.command(sign_in));
    let prompt = "Password (reset if you forgot it): ";
    client.when_asked(prompt, &password("alice"));
    let (status, said) = client.ended();
    assert!(status.success(), "{said}");

    machine.run(["apt-get", "remove", "--yes", "secinfo"]).ok();
    assert_eq!(machine.read("/etc/pam.d/login"), login);
    let mut client = pty.run(&machine.command(sign_in));
    client.when_asked("Password: ", &password("alice"));
    let (status, said) = client.ended();
    assert!(status.success(), "{said}");
}

/// Has an SSH server that takes keys only show the prompts of PAM.
fn set_up_ssh(machine: &Machine) {
    machine.write("/etc/ssh/sshd_config.d/zz-keys.conf", KEYS_ONLY, 0o644);
    machine.write(SSH, SSH_OF_SETUP, 0o644);
    machine.run(["systemctl", "reload", "ssh"]).ok();
    let in_force = machine.run(["sshd", "-T"]).ok();
    assert!(in_force.contains("kbdinteractiveauthentication yes"));
}
