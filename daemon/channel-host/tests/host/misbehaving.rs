//! Plugins that misbehave: each affects only its own delivery or its own process.

use crate::harness::{CODE, DESTINATION, HostProcess, request_to};
use secinfo_channel::{Reason, Report};
use secinfo_channel_host::wire::{LogLevel, ToHost};
use std::os::unix::process::ExitStatusExt;
use std::time::Instant;

/// Another user's destination, for which the plugin behaves.
const OTHER: &str = "+4940987654";

/// A host whose plugin misbehaves in this way with messages to [`DESTINATION`].
fn misbehaving_host(does: &str) -> HostProcess {
    HostProcess::start_ready(
        "misbehaving",
        &format!("does = {does:?}\nonly = {DESTINATION:?}"),
    )
}

fn failed(reason: Reason, detail: &str) -> Report {
    Report::Failed {
        reason,
        detail: detail.to_owned(),
    }
}

#[test]
fn absurd_claims_are_clamped() {
    let mut host = HostProcess::start("misbehaving", "", &[]);
    let (plugin, _) = host.greet();
    assert_eq!(plugin.parallel, 1024);
    assert_eq!(plugin.kinds, ["text", "call", "email"]);
}

#[test]
fn a_plugin_that_hangs_does_not_delay_other_deliveries() {
    for does in ["hangs", "says nothing"] {
        let mut host = misbehaving_host(does);
        for delivery in 1..=3 {
            host.deliver(delivery, DESTINATION);
            host.wait_started(delivery);
        }
        for delivery in 4..=9 {
            assert_eq!(host.outcome_to(delivery, OTHER), Report::Delivered);
        }
        assert!(host.health().0);
    }
}

#[test]
fn a_plugin_that_hangs_in_health_still_delivers() {
    let mut host = misbehaving_host("hangs in health");
    for _ in 0..5 {
        host.send(&ToHost::Health);
    }
    assert_eq!(host.outcome_to(1, OTHER), Report::Delivered);
}

#[test]
fn a_plugin_that_crashes_ends_only_its_own_process() {
    for (does, signal) in [
        ("aborts", libc::SIGABRT),
        ("crashes", libc::SIGSEGV),
        ("leaks", libc::SIGSEGV),
    ] {
        let settings = format!("does = {does:?}");
        let mut host = HostProcess::start("misbehaving", &settings, &["--memory", "134217728"]);
        host.greet();
        host.deliver(1, DESTINATION);
        host.wait_started(1);
        assert!(host.receive().is_none(), "{does}");
        assert_eq!(host.exit().signal(), Some(signal), "{does}");
        assert!(!host.exit().core_dumped(), "{does}");
    }
}

#[test]
fn a_plugin_that_exits_ends_the_host() {
    let mut host = misbehaving_host("exits");
    host.deliver(1, DESTINATION);
    host.wait_started(1);
    assert!(host.receive().is_none());
}

#[test]
fn a_plugin_that_crashes_in_create_ends_the_host() {
    let mut host = HostProcess::start("misbehaving", "does = 'aborts in create'", &[]);
    host.send(&crate::harness::hello());
    assert!(host.receive().is_none());
    assert_eq!(host.exit().signal(), Some(libc::SIGABRT));
}

#[test]
fn a_second_report_is_ignored() {
    let mut host = misbehaving_host("answers twice");
    assert_eq!(host.outcome(1), Report::Delivered);
    // Otherwise another thread of the host could be faster with the next delivery.
    host.receive_log_line();
    assert_eq!(host.log[0].level, LogLevel::Warning);
    assert!(host.lines()[0].contains("reported again"));
    assert_eq!(host.outcome_to(2, OTHER), Report::Delivered);
}

#[test]
fn a_late_report_does_not_count_for_another_delivery() {
    let mut host = misbehaving_host("answers for the former");
    // The daemon reuses its numbers; the plugin's numbers are never reused.
    for _ in 0..3 {
        assert_eq!(host.outcome(1), Report::Delivered);
    }
    assert!(host.health().0);
    assert_eq!(host.log.len(), 2);
}

#[test]
fn an_accepted_message_is_not_tried_again() {
    let mut host = misbehaving_host("takes back what it accepted");
    assert_eq!(
        host.outcome(1),
        Report::Accepted {
            reference: String::new()
        }
    );
    assert_eq!(host.report(1), failed(Reason::Busy, "not after all"));
    assert!(host.lines()[0].contains("twice"));
}

#[test]
fn an_invalid_report_fails_only_its_own_delivery() {
    let mut host = misbehaving_host("answers garbage");
    let Report::Failed { reason, detail } = host.outcome(1) else {
        panic!("not failed");
    };
    assert_eq!(reason, Reason::Plugin);
    assert!(detail.len() <= 200, "{detail}");
    assert!(detail.ends_with("xxxx"), "{detail}");
    assert!(detail.chars().all(|c| !c.is_control()), "{detail}");
    assert_eq!(host.outcome_to(2, OTHER), Report::Delivered);
    for line in host.lines() {
        assert!(line.chars().all(|c| !c.is_control()), "{line}");
    }
    assert!(
        host.lines()
            .contains(&"\u{fffd}\u{fffd} bad  [31m line  second")
    );
}

#[test]
fn reports_that_cannot_be_read_fail_the_delivery() {
    for (does, detail) in [
        (
            "answers an unknown status",
            "the plugin reported the status 77, which does not exist",
        ),
        ("answers null", "the plugin's report: a pointer is null"),
        (
            "answers in another version",
            "the plugin's report: version 7.0 of channel.h does not go with 1.0",
        ),
        (
            "answers too little",
            "the plugin's report: a structure of 12 bytes is too small",
        ),
    ] {
        let mut host = misbehaving_host(does);
        assert_eq!(host.outcome(1), failed(Reason::Plugin, detail));
        assert_eq!(host.outcome_to(2, OTHER), Report::Delivered);
    }
}

#[test]
fn a_wait_is_bounded() {
    let mut host = misbehaving_host("wants to wait for ever");
    let Report::TryLater { after, .. } = host.outcome(1) else {
        panic!("not to be tried later");
    };
    assert_eq!(after, 86_400_000);
}

#[test]
fn a_flood_of_log_lines_is_limited() {
    let start = Instant::now();
    let mut host = misbehaving_host("floods the log");
    assert_eq!(host.outcome(1), Report::Delivered);
    let most = 101 + 20 * usize::try_from(start.elapsed().as_secs() + 1).unwrap();
    assert!((100..=most).contains(&host.log.len()));
    let dropped: u64 = host.log.iter().map(|line| line.dropped).sum();
    assert!(dropped + host.log.len() as u64 <= 100_000);
    assert_eq!(host.log[0].dropped, 0);
}

#[test]
fn a_flood_of_printed_lines_does_not_block_deliveries() {
    let mut host = misbehaving_host("prints");
    assert_eq!(host.outcome(1), Report::Delivered);
    for delivery in 2..20 {
        assert_eq!(host.outcome_to(delivery, OTHER), Report::Delivered);
    }
    while host.log.is_empty() {
        host.health();
    }
    assert!(host.log.iter().all(|line| line.level == LogLevel::Debug));
}

#[test]
fn personal_data_is_redacted() {
    let mut host = misbehaving_host("gives secrets away");
    let report = host.outcome(1);
    assert_eq!(
        report,
        failed(Reason::Refused, "[redacted]|+[redacted]|[redacted]")
    );
    // The log lines before and after the report, and the printed one.
    while host.log.len() < 3 {
        host.receive_log_line();
    }
    let request = request_to(DESTINATION);
    for line in host.lines() {
        assert!(!line.contains(CODE), "{line}");
        assert!(!line.contains(&DESTINATION[1..]), "{line}");
        assert!(!line.contains(request.text.as_str()), "{line}");
        assert!(line.contains("[redacted]"), "{line}");
    }
}

#[test]
fn an_unhealthy_plugin_says_why_in_one_line() {
    let mut host = misbehaving_host("is sick");
    assert_eq!(host.health(), (false, "the provider is away".to_owned()));
    let mut host = misbehaving_host("says neither yes nor no");
    assert_eq!(host.health(), (false, String::new()));
}

#[test]
fn a_plugin_that_hangs_in_destroy_is_ended() {
    let mut host = misbehaving_host("hangs in destroy");
    assert_eq!(host.outcome_to(1, OTHER), Report::Delivered);
    host.send(&ToHost::Stop);
    assert!(host.receive().is_none());
    assert!(host.exit().success());
}
