//! `systemctl reload secinfod`.

use crate::doctor::findings;
use secinfo_host_tests::{Machine, Pty};

const CONFIG: &str = "/etc/secinfo/config.toml";
/// How the names are told that the host does not know.
const UNKNOWN: [&str; 2] = ["no group sduo", "no PAM service ssh"];

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

#[test]
fn a_group_or_service_that_the_host_does_not_know_is_told_wherever_the_configuration_is_read() {
    let machine = Machine::boot();
    let shipped = machine.read(CONFIG);
    let misspelt = "[group.sduo]\nrequired = 1\n[service.ssh]\nrequired = 1\n";
    machine.write(CONFIG, misspelt, 0o644);
    // They may come, so it is no mistake.
    let checked = machine.run(["secinfod", "--check-config"]);
    assert_eq!(checked.code, 0, "{checked:#?}");
    machine.run(["systemctl", "reload", "secinfod"]).ok();
    machine.wait_for("what the journal says", || {
        let journal = machine.journal("secinfod");
        UNKNOWN.iter().all(|name| journal.contains(name))
    });
    let doctor = machine.run(["secinfo", "--json", "doctor"]).first_json();
    let found = doctor["findings"].as_array().unwrap().iter();
    let unknown: Vec<_> = found
        .filter(|finding| finding["id"] == "config-unknown-name")
        .map(|finding| finding["what"].as_str().unwrap())
        .collect();
    for name in UNKNOWN {
        let said = format!("{}{}", checked.stdout, checked.stderr);
        assert!(said.contains(name), "{said}");
        assert!(
            unknown.iter().any(|what| what.contains(name)),
            "{unknown:?}"
        );
    }
    machine.shell("groupadd sduo && touch /etc/pam.d/ssh").ok();
    assert!(!findings(&machine).contains(&"config-unknown-name".to_owned()));
    machine.write(CONFIG, shipped, 0o644);
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
