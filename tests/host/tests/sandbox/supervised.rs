//! The daemon is there: systemd sees to it.

use crate::probe::drop_in;
use secinfo_host_tests::Machine;

#[test]
fn a_daemon_that_hangs_is_ended_and_started_again() {
    let machine = Machine::boot();
    drop_in(&machine, "secinfod", "WatchdogSec=1s\nTimeoutAbortSec=1s");
    machine.run(["systemctl", "restart", "secinfod"]).ok();
    machine
        .run(["systemctl", "kill", "--signal=STOP", "secinfod"])
        .ok();
    machine.wait_for("the daemon to be started again", || {
        let words = [
            "systemctl",
            "show",
            "secinfod",
            "-P",
            "NRestarts",
            "-P",
            "ActiveState",
        ];
        machine.run(words).ok() == "1\nactive\n"
    });
    assert!(machine.journal("secinfod").contains("Watchdog timeout"));
    machine.run(["secinfo", "status"]).ok();
}
