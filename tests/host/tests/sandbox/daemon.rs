//! What the daemon's unit keeps the daemon from.

use crate::probe::{inside, machine, outside};

/// What no service of this kind needs of the kernel.
const KERNEL: [&str; 20] = [
    "mount",
    "make a mount writable again",
    "make a namespace of users",
    "make a namespace of the network",
    "make a namespace of mounts",
    "make a namespace of messages",
    "take another root directory",
    "trace a process",
    "load a module",
    "set the clock",
    "name the host",
    "ask for a reboot",
    "read the kernel's log",
    "run in real time",
    "take another personality",
    "allow core dumps",
    "make a ring of calls that no filter sees",
    "change a setting of the kernel",
    "change a control group",
    "become root or make a device",
];

const SOCKETS: [&str; 9] = [
    "socket of IPv4",
    "socket of IPv6",
    "socket of packets",
    "raw socket",
    "socket of netlink",
    "connect to a port of the host",
    "bind a port for TCP",
    "bind a port for UDP",
    "listen on a port that the kernel chooses",
];

const CODE: [&str; 5] = [
    "run a program",
    "run a program that is root's for all",
    "make a file that gives its owner's rights",
    "map writable code",
    "make data executable",
];

/// Files of others.
const SECRETS: [&str; 12] = [
    "/home",
    "/home/alice",
    "/root",
    "/run/user",
    "/boot",
    "/etc/shadow",
    "/etc/ssh/ssh_host_ed25519_key",
    "/etc/secinfo/channels/text.toml",
    "/etc/secinfo/credentials",
    "/etc/credstore.encrypted",
    "/var/log",
    "/var/spool",
];

/// What it works with.
const NEEDED: [&str; 6] = [
    "/var/lib/secinfo/vault",
    "/etc/secinfo/config.toml",
    "/etc/secinfo/break-glass",
    "/etc/passwd",
    "/proc/1/sessionid",
    "/run/secinfo/channels",
];

fn reading(path: &str) -> String {
    format!("read {path}")
}

#[test]
fn the_daemon_has_the_bus_and_its_state_and_nothing_of_network_kernel_or_other_files() {
    let machine = machine();
    machine.shell("mkdir -p /etc/credstore.encrypted; echo x >/var/lib/secinfo/vault; chown secinfo: /var/lib/secinfo/vault").ok();
    let files: Vec<&str> = SECRETS.into_iter().chain(NEEDED).collect();
    let report = inside(&machine, "secinfod", &files);
    report.could_not(&SOCKETS);
    report.could_not(&CODE);
    report.could_not(&KERNEL);
    report.could_not(&["connect to the service manager"]);
    for path in SECRETS {
        report.could_not(&[&reading(path)]);
    }
    report.could(&["connect to the bus"]);
    for path in NEEDED {
        report.could(&[&reading(path)]);
    }
    machine.run_as("alice", ["ls", "/var/lib/secinfo"]).fails();
    let writable = report.writable_roots();
    assert!(writable.contains(&"/var/lib/secinfo"), "{writable:?}");
    for place in writable {
        let is_of_others = ["/boot", "/etc", "/home", "/opt", "/root", "/srv", "/usr"]
            .iter()
            .any(|of_others| place.starts_with(of_others));
        assert!(!is_of_others, "{place}");
    }
    assert_eq!(report.interfaces, ["lo"]);
    let host = machine.run(["readlink", "/proc/1/ns/net"]).ok();
    assert_ne!(report.what_of("network"), host.trim());

    // It is the sandbox that forbids it: outside, the same program can.
    let free = outside(&machine, &files);
    free.could(&SOCKETS);
    free.could(&CODE);
    // Not every machine lets the root of a container do these.
    let not_in_a_container = [
        "load a module",
        "set the clock",
        "ask for a reboot",
        "run in real time",
    ];
    for name in KERNEL {
        if !not_in_a_container.contains(&name) {
            free.could(&[name]);
        }
    }
    for path in SECRETS {
        free.could(&[&reading(path)]);
    }
}
