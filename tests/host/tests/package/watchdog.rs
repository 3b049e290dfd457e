//! The daemon hangs.

use crate::app;
use secinfo_host_tests::Machine;

#[test]
fn a_daemon_that_does_not_go_on_is_replaced_by_the_watchdog() {
    let machine = Machine::boot();
    let show = |property: &str| {
        let words = [
            "systemctl",
            "show",
            "--value",
            "--property",
            property,
            "secinfod",
        ];
        machine.run(words).ok().trim().to_owned()
    };
    assert_eq!(show("WatchdogUSec"), "1min");
    let mut codes = app::set_up(&machine, "alice");
    // No test waits as long as the unit that ships does; but long enough that a daemon that is well
    // is never late on a busy machine.
    let drop_in = "/run/systemd/system/secinfod.service.d";
    machine.run(["mkdir", "-p", drop_in]).ok();
    let sooner = "[Service]\nWatchdogSec=10s\nTimeoutAbortSec=1s\n";
    machine.write(&format!("{drop_in}/sooner.conf"), sooner, 0o644);
    machine.run(["systemctl", "daemon-reload"]).ok();
    machine.run(["systemctl", "restart", "secinfod"]).ok();
    let process = show("MainPID");

    machine.run(["kill", "-STOP", &process]).ok();
    let show_all = [
        "systemctl",
        "show",
        "--property=ActiveState,NRestarts",
        "secinfod",
    ];
    machine.wait_for("another daemon", || {
        let all = machine.run(show_all).ok();
        all.contains("ActiveState=active") && !all.contains("NRestarts=0")
    });
    assert_ne!(show("MainPID"), process);
    assert!(machine.journal("secinfod").contains("Watchdog timeout"));
    app::is_there(&machine, "alice");
    app::verify(&machine, "alice", &codes.fresh()).ok();
}
