//! Accounts that are renamed and deleted by the tools of the system.

use secinfo_host_tests::{Machine, Pty, password};
use serde_json::json;

/// Signs in over SSH up to where a user without a method would be in, who is not let in.
fn expect_not_in(machine: &Machine, user: &str) {
    // The daemon remembers the account of a uid for two seconds, unless it has to look anew.
    assert_eq!(departed(machine)[0]["now"], user);
    let pty = Pty::open();
    let mut client = machine.ssh_after_password(&pty, user);
    let said = client.expect_one_of(&["A session of ", "Password: ", "had another name"]);
    assert!(!said.contains("A session of "), "{said}");
}

fn departed(machine: &Machine) -> serde_json::Value {
    machine
        .run(["secinfo", "--json", "users", "--departed"])
        .first_json()
}

fn findings(machine: &Machine) -> String {
    machine.run(["secinfo", "--json", "doctor"]).stdout
}

#[test]
fn usermod_drops_no_second_factor_and_userdel_leaves_nobody_who_cannot_be_erased() {
    let machine = Machine::boot_for_people("");
    let mut app = machine.set_up_app("alice");
    let rename = format!(
        "usermod -l alicia alice && echo 'alicia:{}' | chpasswd",
        password("alicia")
    );
    machine.shell(&rename).ok();
    expect_not_in(&machine, "alicia");
    assert!(findings(&machine).contains("users-renamed"));

    machine
        .run(["secinfo", "users", "rename", "alice", "alicia", "--yes"])
        .ok();
    assert_eq!(machine.events("user-renamed"), 1);
    let pty = Pty::open();
    machine.sign_in(&pty, "alicia", &mut app).end();

    // Another person gets the uid.
    let another = format!(
        "uid=$(id -u alicia) && userdel -f alicia && useradd --uid $uid --create-home eve && \
         echo 'eve:{}' | chpasswd",
        password("eve")
    );
    machine.shell(&another).ok();
    expect_not_in(&machine, "eve");
    machine.run(["secinfo", "erase", "alicia", "--yes"]).ok();
    assert_eq!(departed(&machine), json!([]));
    machine.sign_in_by_password(&pty, "eve").end();

    machine.set_up_app("bob");
    machine.run(["userdel", "bob"]).ok();
    assert!(findings(&machine).contains("users-departed"));
    machine.run(["secinfo", "erase", "bob", "--yes"]).ok();
    assert!(!findings(&machine).contains("users-departed"));
}
