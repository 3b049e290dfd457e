//! What a channel's unit keeps the host of a channel from.

use crate::probe::{inside, machine};
use secinfo_host_tests::Machine;

const UNIT: &str = "secinfo-channel@text";

const SECRETS: [&str; 13] = [
    "/var/lib/secinfo",
    "/var/lib/secinfo/master.key",
    "/etc/secinfo/channels/text.toml",
    "/etc/secinfo/channels/other.toml",
    "/etc/secinfo/credentials",
    "/etc/secinfo/break-glass",
    "/run/secinfo",
    "/run/dbus",
    "/etc/shadow",
    "/etc/ssh/ssh_host_ed25519_key",
    "/home",
    "/root",
    "/var/log",
];

#[test]
fn a_channel_has_the_network_and_neither_log_nor_vault_nor_bus_nor_settings_of_others() {
    let machine = machine();
    machine.write("/etc/secinfo/channels/other.toml", "secret = true\n", 0o600);
    machine
        .run(["test", "-e", "/var/lib/secinfo/master.key"])
        .ok();
    let settings = format!("/run/credentials/{UNIT}.service/settings");
    let files: Vec<&str> = SECRETS.into_iter().chain([settings.as_str()]).collect();
    let report = inside(&machine, UNIT, &files);
    for path in SECRETS {
        report.could_not(&[&format!("read {path}")]);
    }
    report.could(&[&format!("read {settings}")]);
    report.could_not(&[
        "connect to the bus",
        "connect to the service manager",
        "connect to the socket of a channel",
        "socket of packets",
        "raw socket",
        "run a program",
        "run a program that is root's for all",
        "make a file that gives its owner's rights",
        "map writable code",
        "make data executable",
        "mount",
        "make a namespace of users",
        "trace a process",
        "load a module",
        "become root or make a device",
        "allow core dumps",
        "make a ring of calls that no filter sees",
    ]);
    report.could(&["socket of IPv4", "connect to a port of the host"]);
    assert_eq!(report.what_of("sees other processes"), "no");
}

#[test]
fn only_the_daemon_and_root_can_give_a_channel_messages() {
    let machine = Machine::boot_for_people("");
    let socket = "/run/secinfo/channels/text.sock";
    let owner = machine.run(["stat", "-c", "%U:%G %a", socket]).ok();
    assert_eq!(owner, "secinfo:secinfo 600\n");
    let connect = format!("busctl --address=unix:path={socket} list");
    for user in ["alice", "bob", "admin"] {
        let said = machine.run_as(user, ["sh", "-c", &connect]).fails();
        // Of the two words for it, the release chooses.
        let refusals = ["Permission denied", "Operation not permitted"];
        let is_refused = refusals.iter().any(|refusal| said.contains(refusal));
        assert!(is_refused, "{user}: {said}");
    }
}
