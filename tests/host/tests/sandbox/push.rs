//! What its unit keeps the process that phones talk to from.

use crate::probe::{inside, machine, outside, take_the_place_of};
use secinfo_host_tests::Authority;

const PROGRAM: &str = "/usr/lib/secinfo/secinfo-push";
const UNIT: &str = "secinfo-push";

/// All ways to begin a conversation, and to be called at other places than it was given.
const SOCKETS: [&str; 12] = [
    "socket of IPv4",
    "socket of IPv6",
    "socket of packets",
    "raw socket",
    "socket of netlink",
    "connect to a port of the host",
    "connect to the bus",
    "connect to the service manager",
    "connect to the socket of a channel",
    "bind a port for TCP",
    "bind a port for UDP",
    "listen on a port that the kernel chooses",
];

const SECRETS: [&str; 14] = [
    "/var/lib/secinfo",
    "/var/lib/secinfo/master.key",
    "/etc/secinfo/config.toml",
    "/etc/secinfo/break-glass",
    "/etc/secinfo/channels/text.toml",
    "/etc/secinfo/credentials",
    "/etc/secinfo/push/key.pem",
    "/run/secinfo",
    "/run/dbus",
    "/etc/shadow",
    "/etc/ssh/ssh_host_ed25519_key",
    "/home",
    "/root",
    "/var/log",
];

#[test]
fn the_process_that_phones_talk_to_can_connect_nowhere_and_read_nothing_of_ours() {
    let machine = machine();
    machine.write_certificate(&Authority::new(), "127.0.0.1");
    take_the_place_of(&machine, PROGRAM);
    let certificate = format!("/run/credentials/{UNIT}.service/certificate.pem");
    let files: Vec<&str> = SECRETS.into_iter().chain([certificate.as_str()]).collect();
    let report = inside(&machine, UNIT, &files);
    report.could_not(&SOCKETS);
    for path in SECRETS {
        report.could_not(&[&format!("read {path}")]);
    }
    report.could(&[&format!("read {certificate}")]);
    report.could_not(&[
        "run a program",
        "run a program that is root's for all",
        "make a file that gives its owner's rights",
        "map writable code",
        "make data executable",
        "map a file in /tmp that it wrote as code",
        "map a file in memory as code",
        "mount",
        "make a namespace of users",
        "trace a process",
        "load a module",
        "become root or make a device",
        "allow core dumps",
        "make a ring of calls that no filter sees",
    ]);
    assert_eq!(report.what_of("sees other processes"), "no");
    assert_eq!(report.interfaces, ["lo"]);
    assert_eq!(report.writable_roots(), ["/tmp", "/var/tmp"]);

    // It is the sandbox that forbids it: outside, the same program can.
    let free = outside(&machine, &files);
    free.could(&SOCKETS[..5]);
}
