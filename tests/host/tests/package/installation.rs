//! What there is after `apt install`, with nothing done by hand.

use secinfo_host_tests::{Machine, Pty, password};

/// What is where, how it may be used, and whose it is.
const FILES: &[&str] = &[
    "/etc/secinfo 755 root:root",
    "/etc/secinfo/break-glass 750 root:secinfo",
    "/etc/secinfo/channels 700 root:root",
    "/etc/secinfo/config.toml 644 root:root",
    "/etc/secinfo/credentials 700 root:root",
    "/etc/secinfo/push 700 root:root",
    "/etc/pam.d/secinfo-reset 644 root:root",
    "/run/secinfo/channels 755 root:root",
    "/run/secinfo/password 600 secinfo:secinfo",
    "/run/secinfo/sign-in 666 root:root",
    "/usr/bin/secinfo 755 root:root",
    "/usr/lib/secinfo/channels/libsecinfo_call_twilio.so 644 root:root",
    "/usr/lib/secinfo/channels/libsecinfo_doorbell.so 644 root:root",
    "/usr/lib/secinfo/channels/libsecinfo_email_smtp.so 644 root:root",
    "/usr/lib/secinfo/channels/libsecinfo_spool.so 644 root:root",
    "/usr/lib/secinfo/channels/libsecinfo_text_twilio.so 644 root:root",
    "/usr/lib/secinfo/secinfo-key 755 root:root",
    "/usr/lib/secinfo/secinfo-notices 755 root:root",
    "/usr/lib/secinfo/secinfo-password 755 root:root",
    "/usr/lib/secinfo/secinfo-push 755 root:root",
    "/usr/lib/secinfo/secinfo-reset-shell 755 root:root",
    "/usr/sbin/secinfod 755 root:root",
    "/usr/share/bash-completion/completions/secinfo 644 root:root",
    "/usr/share/dbus-1/interfaces/org.secinfo.SecurityInfo1.Manager.xml 644 root:root",
    "/usr/share/fish/vendor_completions.d/secinfo.fish 644 root:root",
    "/usr/share/man/man1/secinfo.1.gz 644 root:root",
    "/usr/share/man/man5/secinfo-config.5.gz 644 root:root",
    "/usr/share/man/man8/pam_secinfo.8.gz 644 root:root",
    "/usr/share/man/man8/secinfod.8.gz 644 root:root",
    "/usr/share/pam-configs/secinfo 644 root:root",
    "/usr/share/polkit-1/actions/org.secinfo.SecurityInfo1.policy 644 root:root",
    "/usr/share/polkit-1/rules.d/50-secinfo.rules 644 root:root",
    "/usr/share/secinfo/schemas/channel.h 644 root:root",
    "/usr/share/secinfo/schemas/varlink/org.secinfo.SignIn.varlink 644 root:root",
    "/usr/share/zsh/vendor-completions/_secinfo 644 root:root",
    "/var/lib/secinfo 700 secinfo:secinfo",
    "/var/lib/secinfo/log/db 600 secinfo:secinfo",
    "/var/lib/secinfo/master.key 600 secinfo:secinfo",
    "/var/lib/secinfo/vault.root 600 secinfo:secinfo",
];

/// The units of the system, and the worst that `systemd-analyze security` may say of each service, in tenths.
/// Those that act as root for others have more.
const UNITS: &[(&str, Option<u32>)] = &[
    ("secinfo-channel@.service", Some(25)),
    ("secinfo-channel@.socket", None),
    ("secinfo-key.socket", None),
    ("secinfo-key@.service", Some(25)),
    ("secinfo-metrics.service", Some(25)),
    ("secinfo-metrics.timer", None),
    ("secinfo-password.socket", None),
    ("secinfo-password@.service", Some(25)),
    ("secinfo-push-proxy.socket", None),
    ("secinfo-push.service", Some(15)),
    ("secinfo-push.socket", None),
    ("secinfo-setup-way-back.service", Some(30)),
    ("secinfod.service", Some(15)),
    ("secinfod.socket", None),
];

#[test]
fn apt_installs_it_and_from_then_on_it_serves() {
    let machine = Machine::boot_without_package();
    let users = machine.read("/etc/passwd").lines().count();
    let pam = machine.run(["sha256sum", "/etc/pam.d/common-auth"]).ok();
    let apt = machine.install_package();
    assert!(!apt.stderr.contains("warning"), "{apt:#?}");
    let said = apt.ok();
    assert!(said.contains("sudo secinfo setup"), "{said}");

    assert_eq!(
        machine.run(["systemctl", "is-active", "secinfod"]).ok(),
        "active\n"
    );
    assert_eq!(
        machine.run(["systemctl", "is-enabled", "secinfod"]).ok(),
        "enabled\n"
    );
    assert_eq!(machine.failed_units(), "");
    let status = machine
        .run_as("alice", ["secinfo", "--json", "status"])
        .json();
    assert_eq!(status["healthy"], true);
    assert_eq!(status["authorization"], "polkit");
    // One user is made, and no service asks for a second step yet.
    assert_eq!(machine.read("/etc/passwd").lines().count(), users + 1);
    assert_eq!(
        machine.run(["sha256sum", "/etc/pam.d/common-auth"]).ok(),
        pam
    );
    let pty = Pty::open();
    let mut ssh = machine.ssh_with(&pty, "alice", &[], Some("echo alice is in"));
    ssh.when_asked("password: ", &password("alice"));
    ssh.expect("alice is in");
}

#[test]
fn it_is_not_installed_where_another_account_has_the_name_of_its_user() {
    let machine = Machine::boot_without_package();
    machine.run(["useradd", "--create-home", "secinfo"]).ok();
    let apt = machine.install_package();
    let said = "there is a user called secinfo already";
    assert!(format!("{apt:?}").contains(said), "{apt:#?}");
    apt.fails();
    assert!(!machine.exists("/usr/sbin/secinfod"));

    machine.run(["usermod", "--login", "sofia", "secinfo"]).ok();
    machine.install_package().ok();
}

#[test]
fn the_daemon_starts_where_kill_is_missing() {
    let machine = Machine::boot();
    machine.run(["rm", "/usr/bin/kill"]).ok();
    machine.run(["systemctl", "restart", "secinfod"]).ok();
    assert_eq!(machine.failed_units(), "");
}

#[test]
fn the_bus_name_starts_the_daemon_that_was_stopped() {
    let machine = Machine::boot();
    machine.run(["systemctl", "stop", "secinfod"]).ok();
    let words = "busctl call org.secinfo.SecurityInfo1 /org/secinfo/SecurityInfo1 \
                 org.secinfo.SecurityInfo1.Manager GetStatus";
    let status = machine.run_as("alice", words.split_whitespace()).ok();
    assert!(status.contains("\"healthy\" b true"), "{status}");
    assert_eq!(
        machine.run(["systemctl", "is-active", "secinfod"]).ok(),
        "active\n"
    );
    let owner = [
        "busctl",
        "--no-pager",
        "status",
        "org.secinfo.SecurityInfo1",
    ];
    assert!(machine.run(owner).ok().contains("Unit=secinfod.service"));
}

#[test]
fn every_file_is_as_the_package_promises_and_none_lends_rights() {
    let machine = Machine::boot();
    let mut stat = vec!["stat", "--format", "%n %a %U:%G"];
    stat.extend(FILES.iter().map(|line| line.split(' ').next().unwrap()));
    let found = machine.run(stat).ok();
    assert_eq!(found.lines().collect::<Vec<_>>(), FILES);
    let module = machine
        .shell("stat --format '%a %U:%G' /usr/lib/*/security/pam_secinfo.so")
        .ok();
    assert_eq!(module, "644 root:root\n");
    assert_eq!(machine.run(["dpkg", "--verify", "secinfo"]).ok(), "");
    // A directory that another package has, too, has the owner that it gives it.
    let odd = "dpkg --listfiles secinfo | while read -r file; do \
               dpkg --search \"$file\" | grep --quiet , && continue; \
               find \"$file\" -maxdepth 0 ! -type l '(' -perm /7022 -o ! -user root ')'; done";
    assert_eq!(machine.shell(odd).ok(), "");
    assert_eq!(
        machine
            .shell("getcap -r /usr/bin/secinfo /usr/sbin/secinfod 2>&1 || true")
            .ok()
            .trim(),
        ""
    );
}

#[test]
fn the_units_are_right_and_their_sandboxes_as_tight_as_promised() {
    let machine = Machine::boot();
    let names: Vec<&str> = UNITS.iter().map(|(name, _)| *name).collect();
    let shipped = "dpkg --listfiles secinfo | grep '/systemd/system/' | sort";
    let paths = names
        .iter()
        .map(|name| format!("/usr/lib/systemd/system/{name}\n"));
    assert_eq!(machine.shell(shipped).ok(), paths.collect::<String>());

    let verify = ["systemd-analyze", "verify", "--man=no"];
    let verified = machine.run(verify.iter().chain(&names));
    assert_eq!(
        (verified.code, verified.stderr.as_str()),
        (0, ""),
        "{verified:#?}"
    );
    for (name, bar) in UNITS {
        let Some(bar) = bar else { continue };
        let exposure = exposure(&machine, &name.replace("@.", "@1."));
        assert!(exposure <= *bar, "{name}: {exposure}");
    }
}

#[test]
fn a_start_without_a_sealed_key_leaves_no_complaint_in_the_journal() {
    let machine = Machine::boot();
    machine.run(["systemctl", "restart", "secinfod"]).ok();
    let told = machine.run(["journalctl", "--boot", "--output=cat"]).ok();
    assert!(told.contains("ready (events"), "{told}");
    assert!(!told.contains("credential '"), "{told}");
}

/// In tenths.
fn exposure(machine: &Machine, unit: &str) -> u32 {
    let said = machine
        .run(["systemd-analyze", "security", "--no-pager", unit])
        .ok();
    let (_, level) = said
        .split_once(&format!("Overall exposure level for {unit}: "))
        .unwrap_or_else(|| panic!("{said}"));
    let number = level.split_whitespace().next().unwrap();
    number.replace('.', "").parse().unwrap()
}
