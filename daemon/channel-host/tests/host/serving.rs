//! A working plugin, with a working or a failing daemon.

use crate::harness::{DESTINATION, HostProcess, directory, example, hello};
use secinfo_channel::{Reason, Report};
use secinfo_channel_host::wire::{FromHost, MAX_FRAME, PluginInfo, ToHost};
use std::fs::{self, Permissions};
use std::io::Write;
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_plugin_in_c_introduces_itself_and_delivers() {
    let mut host = HostProcess::start("file", "", &[]);
    let (plugin, confined) = host.greet();
    assert_eq!(
        plugin,
        PluginInfo {
            name: "file".to_owned(),
            version: "1.0".to_owned(),
            kinds: ["text", "call", "email"].map(str::to_owned).to_vec(),
            parallel: 1,
            idempotent: true,
            follows_up: false,
            leaves_messages_readable: false,
        }
    );
    assert!(confined.contains(&"no-new-privs".to_owned()));
    assert_eq!(host.health(), (true, String::new()));
    assert_eq!(host.outcome(7), Report::Delivered);
}

#[test]
fn stop_waits_until_all_messages_are_delivered() {
    let out = directory();
    let inside = out.path().join("inside");
    fs::create_dir(&inside).unwrap();
    fs::set_permissions(&inside, Permissions::from_mode(0o777)).unwrap();
    let path = inside.join("messages");
    let mut host = HostProcess::start(
        "file",
        &format!("file = {:?}", path.to_str().unwrap()),
        &["--writable", inside.to_str().unwrap()],
    );
    host.greet();
    for delivery in 1..=50 {
        host.deliver(delivery, DESTINATION);
    }
    host.send(&ToHost::Stop);
    let mut delivered = Vec::new();
    while let Some(message) = host.receive() {
        if let FromHost::Report { delivery, report } = message {
            assert_eq!(report, Report::Delivered);
            delivered.push(delivery);
        }
    }
    // One at a time, as the plugin's `parallel` says.
    assert_eq!(delivered, (1..=50).collect::<Vec<_>>());
    assert!(host.exit().success());
    let written = fs::read_to_string(&path).unwrap();
    let lines: Vec<serde_json::Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 51);
    assert_eq!(
        lines[0],
        serde_json::json!({
            "message": "0123456789abcdef0123456789abcdef",
            "destination": DESTINATION,
            "text": "Example: 918273 is your code for sshd on web1",
            "code": "918273",
            "attempt": 1,
        })
    );
    assert_eq!(lines[50], serde_json::json!({ "destroyed": true }));
}

#[test]
fn the_host_ends_with_the_daemon() {
    for does in ["", "hangs", "hangs in health", "prints"] {
        let mut host = HostProcess::start_ready("misbehaving", &format!("does = {does:?}"));
        host.deliver(1, DESTINATION);
        host.wait_started(1);
        host.send(&ToHost::Health);
        host.stream.shutdown(Shutdown::Both).unwrap();
        assert!(host.exit().success(), "{does}");
    }
}

#[test]
fn the_host_ends_with_the_daemon_even_during_create() {
    let mut host = HostProcess::start("misbehaving", "does = 'hangs in create'", &[]);
    host.send(&hello());
    host.stream.shutdown(Shutdown::Both).unwrap();
    assert!(host.exit().success());
}

#[test]
fn an_invalid_message_ends_the_connection() {
    let too_long = u32::try_from(MAX_FRAME + 1).unwrap().to_be_bytes();
    for garbage in [
        &too_long[..],
        &[0xff; 64],
        b"\0\0\0\x02{}",
        b"\0\0\0\x02{{",
        b"\0\0\0\x00",
        b"\0\0\0\x13{\"type\":\"whatever\"}",
    ] {
        let mut host = HostProcess::start_ready("file", "");
        host.stream.write_all(garbage).unwrap();
        host.stream.shutdown(Shutdown::Write).unwrap();
        assert!(host.receive().is_none());
        assert_eq!(host.exit().code(), Some(1));
    }
}

#[test]
fn a_daemon_of_another_version_is_told_so() {
    let mut host = HostProcess::start("file", "", &[]);
    host.send(&ToHost::Hello {
        protocol: 99,
        allow_readable: false,
    });
    let Some(FromHost::Unusable { why }) = host.receive() else {
        panic!("not refused");
    };
    assert!(why.contains("version 99"), "{why}");
    assert_eq!(host.exit().code(), Some(1));
}

#[test]
fn nothing_is_delivered_before_hello() {
    let mut host = HostProcess::start("file", "", &[]);
    host.deliver(1, DESTINATION);
    assert!(matches!(host.receive(), Some(FromHost::Unusable { .. })));
    assert_eq!(host.exit().code(), Some(1));
}

#[test]
fn more_messages_than_a_host_can_hold_are_refused_at_once() {
    let mut host = HostProcess::start_ready("misbehaving", "does = 'hangs'");
    let count = 1100;
    for delivery in 0..count {
        host.deliver(delivery, DESTINATION);
    }
    let (mut started, mut refused) = (0, 0);
    // Four are in the plugin, 1024 wait, and the rest are refused; it depends on timing whether the
    // four had left the queue before.
    while started < 4 || refused < count - 1028 {
        match host.receive() {
            Some(FromHost::Started { .. }) => started += 1,
            Some(FromHost::Report {
                report:
                    Report::TryLater {
                        reason: Reason::Busy,
                        ..
                    },
                ..
            }) => refused += 1,
            _ => panic!("neither started nor refused"),
        }
    }
    assert_eq!(started, 4);
    assert!((count - 1028..=count - 1024).contains(&refused));
    // The full queue does not affect its health.
    assert!(host.health().0);
}

#[test]
fn a_panic_in_a_rust_plugin_fails_only_its_own_delivery() {
    let library = example("libpanicking.so");
    for (at, place) in [("deliver", 1), ("thread", 1)] {
        let settings = format!("at = {at:?}");
        let mut host = HostProcess::start_with(&library, &settings, &[], directory());
        host.greet();
        for delivery in 0..3 {
            assert_eq!(
                host.outcome(delivery),
                Report::Failed {
                    reason: Reason::Plugin,
                    detail: "the plugin panicked".to_owned(),
                }
            );
        }
        assert!(host.health().0);
        assert!(host.lines().len() >= place);
        // The location of the panic, but not its message.
        for line in host.lines() {
            assert!(line.starts_with("the plugin panicked at "), "{line}");
            assert!(!line.contains("purpose"), "{line}");
        }
    }
}

#[test]
fn a_rust_plugin_may_panic_in_any_other_function() {
    let library = example("libpanicking.so");
    let start = |at: &str| {
        let settings = format!("at = {at:?}");
        HostProcess::start_with(&library, &settings, &[], directory())
    };
    let why = start("create").refusal();
    assert!(why.contains("panicked while reading its settings"), "{why}");
    let mut sick = start("health");
    sick.greet();
    assert!(!sick.health().0);
    assert_eq!(sick.outcome(1), Report::Delivered);
    let mut last = start("destroy");
    last.greet();
    last.send(&ToHost::Stop);
    while last.receive().is_some() {}
    assert!(last.exit().success());
}
