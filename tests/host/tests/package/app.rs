//! A user's authenticator app, with the policy that ships.

use secinfo_host_tests::{Codes, Machine, Output, Pty};

/// Sets an app up for a user who has no method.
pub(crate) fn set_up(machine: &Machine, user: &str) -> Codes {
    let pty = Pty::open();
    let words = [
        "secinfo",
        "--json",
        "add",
        "authenticator-app",
        "--label",
        "Phone",
    ];
    let mut add = pty.run(&machine.command_as(user, words));
    add.expect("\"uri\":\"");
    let uri = add.expect("\"");
    let mut codes = Codes::of_uri(uri.trim_end_matches('"'));
    add.expect("\n");
    add.answer(&codes.fresh());
    let (status, said) = add.ended();
    assert!(status.success(), "{said}");
    codes
}

/// Gives a code for a user to the daemon, as a service of the host would.
pub(crate) fn verify(machine: &Machine, user: &str, code: &str) -> Output {
    let words = ["secinfo", "--json", "verify", "--user", user];
    machine.run_with_input(words, format!("{code}\n"))
}

/// Asserts that the user has the one app, and that the log was not rewritten.
pub(crate) fn is_there(machine: &Machine, user: &str) {
    let page = machine.run_as(user, ["secinfo", "--json"]).json();
    let methods = page["methods"].as_array().unwrap();
    let labels: Vec<_> = methods.iter().map(|method| &method["label"]).collect();
    assert_eq!(labels, ["Phone"], "{page}");
    machine.run(["secinfo", "audit", "verify"]).ok();
}
