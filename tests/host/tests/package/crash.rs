//! The daemon is killed.

use crate::app;
use secinfo_host_tests::Machine;

#[test]
fn killed_it_is_started_again_with_its_methods_and_takes_no_used_code() {
    let machine = Machine::boot();
    let mut codes = app::set_up(&machine, "alice");
    app::verify(&machine, "alice", &codes.fresh()).ok();
    let kill = ["systemctl", "kill", "--signal=KILL", "secinfod"];
    machine.run(kill).ok();
    // The test does not wait for systemd: the call itself may start the daemon again.
    machine.wait_for("the daemon", || {
        machine.run(["secinfo", "status"]).code == 0
    });
    app::is_there(&machine, "alice");
    app::verify(&machine, "alice", &codes.again()).fails();
    app::verify(&machine, "alice", &codes.fresh()).ok();

    machine.run(kill).ok();
    // This time without a call.
    let state = [
        "systemctl",
        "show",
        "--property=ActiveState,NRestarts",
        "secinfod",
    ];
    machine.wait_for("systemd to start it again", || {
        let said = machine.run(state).ok();
        said.contains("ActiveState=active") && !said.contains("NRestarts=0")
    });
    assert_eq!(machine.failed_units(), "");
}
