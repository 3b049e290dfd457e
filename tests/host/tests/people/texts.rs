//! Codes by text, through a channel in a unit of its own, which may be slow, killed or stopped.

use secinfo_host_tests::{Machine, Pty, Session};

const MOBILE: &str = "+4915112345678";
const SERVICE: &str = "secinfo-channel@text.service";
const SOCKET: &str = "secinfo-channel@text.socket";

fn main_pid(machine: &Machine) -> String {
    machine
        .run(["systemctl", "show", SERVICE, "-P", "MainPID"])
        .ok()
}

/// How many messages the channel has in hand.
fn under_way(machine: &Machine) -> u64 {
    let channels = machine.run(["secinfo", "--json", "channels"]).json();
    channels[0]["under_way"].as_u64().unwrap()
}

/// Signs in with the text that comes, which is the one of this number.
fn by_text(machine: &Machine, pty: &Pty, number: usize) {
    let mut client = machine.ssh_after_password(pty, "alice");
    client.expect("Code sent by text to +49 *** **78");
    let message = machine.message(number);
    assert_eq!(message["purpose"], "sign-in");
    assert_eq!(message["service"], "sshd");
    assert_eq!(message["destination"], MOBILE);
    client.when_asked(": ", message["code"].as_str().unwrap());
    Session::of(client, "alice").end();
}

#[test]
fn a_code_by_text_opens_a_session_whatever_happens_to_the_channel_between_times() {
    let machine = Machine::boot_for_people("[policy.codes]\nresend_after = \"1s\"\n");
    machine.set_up_text("alice", MOBILE);
    let pty = Pty::open();
    by_text(&machine, &pty, 2);

    // Killed while it had nothing to do.
    let killed = main_pid(&machine);
    machine
        .run(["systemctl", "kill", "--signal=KILL", SERVICE])
        .ok();
    machine.wait_for("another process of the channel", || {
        let pid = main_pid(&machine);
        pid != killed && pid != "0\n"
    });
    machine.wait_for_text_channel();
    by_text(&machine, &pty, 3);

    // Killed while it had a message in hand. It would know of one that it has delivered already, and
    // so it is given the message again when it is back.
    machine.set_spool("delay = \"15s\"");
    let mut client = machine.ssh_after_password(&pty, "alice");
    machine.wait_for("the message to be under way", || under_way(&machine) == 1);
    let killed = main_pid(&machine);
    machine
        .run(["systemctl", "kill", "--signal=KILL", SERVICE])
        .ok();
    let message = machine.message(4);
    assert_ne!(main_pid(&machine), killed);
    client.when_asked(": ", message["code"].as_str().unwrap());
    Session::of(client, "alice").end();
    let restarts = machine
        .run(["systemctl", "show", "secinfod", "-P", "NRestarts"])
        .ok();
    assert_eq!(restarts, "0\n", "the daemon went on all the time");
}

#[test]
fn while_the_channel_is_stopped_another_method_is_taken_and_afterwards_texts_come_again() {
    let machine = Machine::boot_for_people("[policy.codes]\nresend_after = \"1s\"\n");
    machine.set_up_text("alice", MOBILE);
    machine.run(["systemctl", "stop", SOCKET, SERVICE]).ok();
    machine.wait_for("the channel to be down", || {
        machine.text_channel() == "down"
    });
    assert!(!machine.exists("/run/secinfo/channels/text.sock"));
    let words = ["secinfo", "--json", "access-pass", "issue", "alice"];
    let pass = machine.run(words).json();
    let pty = Pty::open();
    let mut client = machine.ssh_after_password(&pty, "alice");
    client.when_asked("go back: ", "1");
    client.when_asked("Access pass", pass["pass"].as_str().unwrap());
    Session::of(client, "alice").end();

    machine.run(["systemctl", "start", SOCKET]).ok();
    // The text that she has done without comes late, while its code would still be good.
    machine.wait_for_text_channel();
    machine.message(2);
    by_text(&machine, &pty, 3);
}
