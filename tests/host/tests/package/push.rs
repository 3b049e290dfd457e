//! The process that phones talk to, started by its sockets.

use secinfo_host_tests::{Authority, Entry, Machine, Problem};

const SOCKET: &str = "secinfo-push.socket";
const SERVICE: &str = "secinfo-push.service";
/// Where phones ask.
const URL: &str = "https://127.0.0.1:8443/push";

/// Connects as the daemon does; whether the other side keeps the connection.
const CONNECT: &str = r#"
use IO::Socket::UNIX;
my $socket = IO::Socket::UNIX->new(Peer => "/run/secinfo/push") or print("$!\n"), exit;
print "closed\n" unless defined <$socket>;
"#;

/// What comes of a poll by a phone that trusts this authority.
fn poll(machine: &Machine, authority: &Authority) -> Result<(), Problem> {
    let entry = Entry {
        url: URL.into(),
        serial: "SI7Q4M2KX9TBWC3H".into(),
        host_key: Vec::new(),
    };
    machine.with_phone(async || authority.phone().poll(&entry).await.map(|_| ()))
}

/// Whether the process has replied, while the daemon has not told it anything.
fn is_reached(polled: &Result<(), Problem>) -> bool {
    matches!(polled, Err(Problem::Refused { status: 503, .. }))
}

#[test]
fn it_is_off_until_it_is_switched_on_and_then_only_phones_and_the_daemon_can_call_it() {
    let machine = Machine::boot();
    let first = Authority::new();
    assert_eq!(
        machine.run(["systemctl", "is-enabled", SOCKET]).stdout,
        "disabled\n"
    );
    assert!(!is_reached(&poll(&machine, &first)));

    machine.write_certificate(&first, "127.0.0.1");
    machine.run(["systemctl", "enable", "--now", SOCKET]).ok();
    assert!(is_reached(&poll(&machine, &first)));
    assert!(!is_reached(&poll(&machine, &Authority::new())));

    // Of those who are not the daemon, the socket keeps all out, and the process those who get past it.
    let connect = || machine.run_as("alice", ["perl", "-e", CONNECT]).ok();
    assert_eq!(connect(), "Permission denied\n");
    machine.run(["chmod", "0666", "/run/secinfo/push"]).ok();
    assert_eq!(connect(), "closed\n");
    let said = machine.journal(SERVICE);
    assert!(said.contains("another account"), "{said}");

    // A renewal: phones that trust the new authority alone are served.
    let second = Authority::new();
    machine.write_certificate(&second, "127.0.0.1");
    assert!(!is_reached(&poll(&machine, &second)));
    machine.run(["systemctl", "try-restart", SERVICE]).ok();
    assert!(is_reached(&poll(&machine, &second)));
    assert_eq!(machine.failed_units(), "");
}

#[test]
fn without_a_certificate_it_does_not_start_and_starts_by_itself_once_there_is_one() {
    let machine = Machine::boot();
    machine.run(["systemctl", "enable", "--now", SOCKET]).ok();
    let authority = Authority::new();
    // The phone's connection waits in the socket while the process is started in vain.
    assert!(!is_reached(&poll(&machine, &authority)));
    machine.write_certificate(&authority, "127.0.0.1");
    machine.wait_for("the process to serve", || {
        is_reached(&poll(&machine, &authority))
    });
    let starts = machine.journal(SERVICE).matches("Starting").count();
    assert!(starts < 20, "{starts}");
}
