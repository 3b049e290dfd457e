//! Entries of the journal, their explanations, and the metrics of a host.

use crate::app;
use secinfo_host_tests::Machine;

#[test]
fn the_journal_has_each_event_with_its_fields_and_explains_it_without_a_name() {
    let machine = Machine::boot();
    let mut codes = app::set_up(&machine, "alice");
    app::verify(&machine, "alice", &codes.fresh()).ok();
    let entries = || {
        machine
            .run([
                "journalctl",
                "-o",
                "json",
                "SECINFO_EVENT=verification-succeeded",
            ])
            .ok()
    };
    machine.wait_for("the entry", || !entries().trim().is_empty());
    let said = entries();
    for part in [
        "\"SECINFO_KIND\":\"authenticator-app\"",
        "\"SECINFO_ACTOR\":\"root\"",
        "\"_SYSTEMD_UNIT\":\"secinfod.service\"",
        "\"SYSLOG_FACILITY\":\"10\"",
        "\"PRIORITY\":\"6\"",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let explained = machine
        .run(["journalctl", "-x", "SECINFO_EVENT=verification-succeeded"])
        .ok();
    assert!(
        explained.contains("Subject: A user was verified"),
        "{explained}"
    );
    assert!(explained.contains("secinfo audit show "), "{explained}");
    assert!(!explained.contains("@SECINFO_SEQ@"), "{explained}");
    let all = machine
        .run([
            "journalctl",
            "-o",
            "json",
            "--facility=authpriv",
            "-t",
            "secinfod",
        ])
        .ok();
    assert!(!all.contains("alice") && !all.contains("Phone"), "{all}");
}

#[test]
fn metrics_are_written_from_within_their_sandbox_and_start_no_daemon() {
    let machine = Machine::boot();
    let directory = "/var/lib/prometheus/node-exporter";
    machine.run(["mkdir", "-p", directory]).ok();
    let file = format!("{directory}/secinfo.prom");
    machine
        .run(["systemctl", "start", "secinfo-metrics.service"])
        .ok();
    let metrics = machine.read(&file);
    assert!(metrics.contains("\nsecinfo_up 1\n"), "{metrics}");
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
    assert_eq!(machine.run(["stat", "-c", "%a", &file]).ok(), "644\n");

    machine.run(["systemctl", "stop", "secinfod"]).ok();
    machine
        .run(["systemctl", "start", "secinfo-metrics.service"])
        .ok();
    assert!(machine.read(&file).contains("\nsecinfo_up 0\n"));
    machine.run(["systemctl", "is-active", "secinfod"]).fails();
}
