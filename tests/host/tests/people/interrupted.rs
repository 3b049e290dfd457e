//! The daemon is killed while a user is signing in.

use secinfo_host_tests::{Machine, Pty, is_refused_once_read};

#[test]
fn no_session_comes_of_a_sign_in_in_which_the_daemon_was_killed_and_the_next_one_works() {
    let machine = Machine::boot_for_people("");
    let mut app = machine.set_up_app("alice");
    let pty = Pty::open();
    let mut client = machine.ssh_up_to_code(&pty, "alice");
    let code = app.fresh();
    let kill = ["systemctl", "kill", "--signal=KILL", "secinfod"];
    machine.run(kill).ok();
    client.answer(&code);
    is_refused_once_read(client);

    // systemd starts it again by itself.
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
    assert_eq!(machine.events("verification-succeeded"), 0);
    // The code was not used, so it is good.
    let mut client = machine.ssh_up_to_code(&pty, "alice");
    client.answer(&code);
    secinfo_host_tests::Session::of(client, "alice").end();
}
