//! A lock ends what its user has open on the host, where policy says so.

use secinfo_host_tests::{Machine, Pty};

const ENDS: &str = "[policy]\nend_sessions_on_lock = true\n";
const RULE: &str = "/usr/share/polkit-1/rules.d/50-secinfo.rules";

/// The processes below what systemd keeps for a user.
fn processes(machine: &Machine, uid: &str) -> usize {
    let slice = format!("/sys/fs/cgroup/user.slice/user-{uid}.slice");
    let list = format!("find {slice} -name cgroup.procs -exec cat {{}} + 2>/dev/null || true");
    machine.shell(&list).ok().lines().count()
}

fn findings(machine: &Machine) -> String {
    let doctor = machine.run(["secinfo", "--json", "doctor"]).stdout;
    doctor.lines().next().unwrap().to_owned()
}

#[test]
fn a_lock_ends_what_is_open_for_its_user_and_nothing_of_others() {
    let machine = Machine::boot_for_people(ENDS);
    let mut app = machine.set_up_app("alice");
    let uid = machine.run(["id", "-u", "alice"]).ok().trim().to_owned();
    // Polkit has been asked before, as on any host that has run for a while.
    machine.run(["systemctl", "start", "polkit"]).ok();
    let (pty, bobs_pty) = (Pty::open(), Pty::open());
    // The thief's: a session over SSH with something in it that does not want to end, one like that of a console,
    // and a service that lingers.
    let mut thief = machine.sign_in(&pty, "alice", &mut app);
    thief.ok("trap '' HUP TERM; { sleep 10000 >/dev/null 2>&1 & }");
    // logind looks at the control group of who asks, which must be one of this host.
    machine
        .shell("systemd-run --quiet --wait loginctl enable-linger alice")
        .ok();
    thief.ok("systemd-run --user --quiet --unit=left sleep 10000");
    let console = "systemd-run --quiet --collect --unit=console --uid=alice --property=PAMName=login sleep 10000";
    machine.shell(console).ok();
    // Releases differ in what they list as a session, but not in where the processes of one are.
    machine.wait_for("the session of a console", || {
        let group = "cat /proc/$(systemctl show console --property=MainPID --value)/cgroup || true";
        machine.shell(group).ok().contains("/session-")
    });
    let mut bob = machine.sign_in_by_password(&bobs_pty, "bob");
    bob.ok("sleep 10000 >/dev/null 2>&1 & echo $! >kept");
    let before = processes(&machine, &uid);
    assert!(before >= 5, "{before}");

    machine.run_as("alice", ["secinfo", "lock", "--yes"]).ok();
    machine.wait_for("an end of what is open", || processes(&machine, &uid) == 0);

    bob.ok("kill -0 $(cat kept)");
    let journal = machine.journal("secinfod");
    assert!(
        journal.contains("sessions on this host were ended"),
        "{journal}"
    );
    let found = findings(&machine);
    assert!(found.contains("\"account-locked\""), "{found}");
    assert!(found.contains("sudo secinfo unlock alice"), "{found}");
    assert!(!found.contains("still-open"), "{found}");
    assert!(!found.contains("lock-ends-no-sessions"), "{found}");
    // What is granted is granted to the daemon alone.
    let check = "pkcheck --action-id org.freedesktop.login1.manage --process $$";
    assert!(bob.fails(check).contains("requires authentication"));
}

#[test]
fn without_the_grant_the_lock_stands_and_doctor_says_why_sessions_do() {
    let machine = Machine::boot_for_people(ENDS);
    let mut app = machine.set_up_app("alice");
    machine.run(["mv", RULE, "/root"]).ok();
    machine.run(["systemctl", "restart", "polkit"]).ok();
    let pty = Pty::open();
    let mut alice = machine.sign_in(&pty, "alice", &mut app);
    let said = alice.ok("secinfo lock --yes");
    assert!(said.contains("Your account is locked."), "{said}");
    machine.wait_for("what the journal says", || {
        let journal = machine.journal("secinfod");
        journal.contains("logind does not let the daemon end sessions")
    });
    let journal = machine.journal("secinfod");
    assert!(journal.contains("loginctl terminate-user"), "{journal}");
    alice.ok("true");
    let found = findings(&machine);
    for id in ["account-locked-still-open", "lock-ends-no-sessions"] {
        assert!(found.contains(id), "{id}: {found}");
    }
}
