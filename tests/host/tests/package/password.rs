//! The helper that sets passwords, started by its socket and confined by its unit.

use secinfo_host_tests::{Machine, Pty, password};

/// Calls the helper as any program can: with the number of a new ticket, its user, and a password.
const CALL: &str = r#"
use IO::Socket::UNIX;
my ($number, $name, $uid, $password) = @ARGV;
my $socket = IO::Socket::UNIX->new(Peer => "/run/secinfo/password") or print("$!\n"), exit;
printf $socket '{"method":"org.secinfo.Password.SetPassword","parameters":{"ticket":{"id":"%032x",' .
    '"name":"%s","uid":%d,"issued_at":%d},"password":"%s"}}' . "\0", $number, $name, $uid, time, $password;
local $/ = "\0";
chomp(my $reply = <$socket>);
print "$reply\n";
"#;

const NEW: &str = "Tr0ub4dor-and-three-trees";

/// What the helper answers a program of this user.
fn set(machine: &Machine, caller: &str, number: u32, name: &str, password: &str) -> String {
    let uid = machine.run(["id", "--user", name]).ok();
    let number = number.to_string();
    let words = ["perl", "-e", CALL, &number, name, uid.trim(), password];
    machine.run_as(caller, words).ok()
}

#[test]
fn the_installed_helper_sets_a_password_in_its_sandbox_for_the_daemon_and_for_no_other_account() {
    let machine = Machine::boot();
    let barred = set(&machine, "secinfo", 1, "alice", NEW);
    assert!(
        barred.contains(r#""outcome":"barred""#),
        "reset is not enabled: {barred}"
    );
    machine
        .shell("sed -i '/^\\[policy.reset\\]$/a enabled = true' /etc/secinfo/config.toml")
        .ok();
    assert_eq!(
        set(&machine, "alice", 2, "alice", NEW),
        "Permission denied\n"
    );
    for (name, number) in [("root", 3), ("admin", 4), ("secinfo", 5)] {
        let barred = set(&machine, "secinfo", number, name, NEW);
        assert!(barred.contains(r#""outcome":"barred""#), "{name}: {barred}");
    }
    let weak = set(&machine, "secinfo", 6, "alice", "short");
    assert!(
        weak.contains("refused") && weak.contains("BAD PASSWORD"),
        "{weak}"
    );
    let done = set(&machine, "secinfo", 7, "alice", NEW);
    assert!(done.contains(r#""outcome":"set""#), "{done}");
    let same = set(&machine, "secinfo", 8, "alice", NEW);
    assert!(
        same.contains("refused") && same.contains("already used"),
        "{same}"
    );
    let again = set(&machine, "secinfo", 7, "alice", &password("alice"));
    assert!(again.contains("TicketUsed"), "{again}");

    let pty = Pty::open();
    let mut ssh = machine.ssh_with(&pty, "alice", &[], Some("echo alice is in"));
    ssh.when_asked("password: ", NEW);
    ssh.expect("alice is in");
    let pty = Pty::open();
    let mut ssh = machine.ssh_with(&pty, "alice", &[], Some("echo alice is in"));
    ssh.when_asked("password: ", &password("alice"));
    let (status, said) = ssh.ended();
    assert!(!status.success(), "the old password is taken: {said}");
    assert_eq!(machine.failed_units(), "");
    let journal = machine.run(["journalctl", "--boot", "--no-pager"]).ok();
    assert!(journal.contains("a new password was set: user \"alice\""));
    assert!(!journal.contains(NEW), "the password is in the journal");
}
