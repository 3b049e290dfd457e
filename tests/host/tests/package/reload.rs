//! `systemctl reload secinfod`.

use secinfo_host_tests::{Machine, Pty};

const CONFIG: &str = "/etc/secinfo/config.toml";

#[test]
fn a_good_configuration_comes_into_force_and_a_bad_one_changes_nothing() {
    let machine = Machine::boot();
    let shipped = machine.read(CONFIG);
    let process = main_process(&machine);
    assert_eq!(digits(&machine), "6");

    machine.write(CONFIG, "[policy.authenticator-app]\ndigits = 8\n", 0o644);
    machine.run(["systemctl", "reload", "secinfod"]).ok();
    machine.wait_for("codes of eight digits", || digits(&machine) == "8");

    machine.write(CONFIG, "[policy.authenticator-app]\ndigits = 7\n", 0o644);
    machine.run(["systemctl", "reload", "secinfod"]).fails();
    let journal = machine.journal("secinfod");
    assert!(journal.contains("config.toml:2:"), "{journal}");
    assert_eq!(digits(&machine), "8");
    assert_eq!(
        machine.run(["systemctl", "is-active", "secinfod"]).ok(),
        "active\n"
    );

    machine.write(CONFIG, shipped, 0o644);
    machine.run(["systemctl", "reload", "secinfod"]).ok();
    machine.wait_for("codes of six digits", || digits(&machine) == "6");
    assert_eq!(main_process(&machine), process);
    assert_eq!(machine.failed_units(), "");
}

/// How many digits the codes of an app have that is set up now.
fn digits(machine: &Machine) -> String {
    let pty = Pty::open();
    let words = ["secinfo", "--json", "add", "authenticator-app"];
    let mut add = pty.run(&machine.command_as("alice", words));
    add.expect("&digits=");
    add.expect("&").trim_end_matches('&').to_owned()
}

fn main_process(machine: &Machine) -> String {
    machine
        .run(["systemctl", "show", "--property=MainPID", "secinfod"])
        .ok()
}
