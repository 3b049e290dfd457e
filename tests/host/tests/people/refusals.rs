//! Why one is refused is read over SSH, whatever the cause; a break-glass code admits while the daemon is away.

use secinfo_host_tests::{Machine, Pty, Session, is_refused_once_read};

const STATE: &str = "/var/lib/secinfo";
/// How it is said that the daemon does not decide, as far as it stands in the first line.
const UNDECIDED: &str = "You cannot be verified now because secinfod cannot decide";
const BREAK_GLASS: &str = "secinfod cannot be reached. Break-glass code: ";

/// A user is refused over SSH after the password, and told this.
fn is_told(machine: &Machine, user: &str, why: &str) {
    let pty = Pty::open();
    let mut client = machine.ssh_after_password(&pty, user);
    client.expect(why);
    is_refused_once_read(client);
}

#[test]
fn who_needs_an_access_pass_reads_that_over_ssh() {
    let machine = Machine::boot_for_people(
        "[policy]\nrequired = 1\ngrace_days = 0\nfirst_method = \"access-pass\"\n",
    );
    let why = "Before you can set up a method you need an access pass";
    is_told(&machine, "bob", why);
    let journal = machine.journal("ssh");
    assert!(journal.contains("access pass"), "{journal}");
    assert!(!journal.contains("Granted("), "{journal}");
}

#[test]
fn without_room_or_daemon_all_read_why_and_a_break_glass_code_lets_an_administrator_in() {
    // Policy covers nobody here but those who have an app.
    let machine = Machine::boot_for_people("");
    machine.set_up_app("alice");
    let create = "secinfo --json break-glass create admin --count 2";
    let created = machine.shell(create).first_json();
    let codes = created["codes"].as_array().unwrap();
    let code = |number: usize| codes[number]["code"].as_str().unwrap().to_owned();

    // The daemon cannot append what it decides.
    machine.keep_state_on_small_disk();
    machine.fill_disk_of_state();
    let pty = Pty::open();
    let mut client = machine.ssh_up_to_code(&pty, "alice");
    client.answer("123456");
    client.expect(UNDECIDED);
    is_refused_once_read(client);
    machine.run(["umount", "--lazy", STATE]).ok();

    // Masked, it does not even say who is not covered: all are refused, as the guide says.
    let mask = "systemctl mask --quiet --now secinfod.service secinfod.socket";
    machine.shell(mask).ok();
    for user in ["alice", "bob"] {
        is_told(&machine, user, UNDECIDED);
    }
    let mut client = machine.ssh_after_password(&pty, "admin");
    client.when_asked(BREAK_GLASS, "not a code");
    client.when_asked("Break-glass code: ", &code(0));
    let mut session = Session::of(client, "admin");
    session.ok("id -nG | grep -qw sudo");
    session.end();
    // It is used up, and the next one is as good.
    let mut client = machine.ssh_after_password(&pty, "admin");
    client.when_asked(BREAK_GLASS, &code(0));
    client.when_asked("That code is not right.", &code(1));
    Session::of(client, "admin").end();
}
