//! Where the daemon and a channel can write, that nothing of it becomes a program, and that nobody
//! is listened to.

use crate::probe::{Report, inside, machine};

/// Nothing that was written can run.
fn runs_nothing_that_it_wrote(report: &Report) {
    report.could_not(&[
        "map a file in /tmp that it wrote as code",
        "run a file in /tmp that it wrote",
        "map a file in /dev/shm that it wrote as code",
        "run a file in /dev/shm that it wrote",
        "map a file in memory as code",
    ]);
}

#[test]
fn what_the_daemon_writes_stays_in_its_state_and_its_own_temporary_files_and_becomes_no_program() {
    let machine = machine();
    let report = inside(&machine, "secinfod", &[]);
    let own = ["/tmp", "/var/lib/secinfo", "/var/tmp"];
    assert_eq!(report.writable_roots(), own);
    runs_nothing_that_it_wrote(&report);
    report.could_not(&[
        "map a file that it wrote as code",
        "run a file that it wrote",
    ]);
}

#[test]
fn a_channel_cannot_listen_nor_run_what_it_wrote() {
    let machine = machine();
    let report = inside(&machine, "secinfo-channel@text", &[]);
    report.could_not(&["listen on a port that the kernel chooses"]);
    runs_nothing_that_it_wrote(&report);
    // The second is the one that this channel was given by a drop-in.
    let own = ["/tmp", "/var/lib/private/secinfo-spool", "/var/tmp"];
    assert_eq!(report.writable_roots(), own);
}
