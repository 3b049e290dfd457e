//! What was proved in one login session is good in that one.

use secinfo_host_tests::{Machine, Pty, Session};

const NAME: &str = "org.secinfo.SecurityInfo1";

/// The command that tells until when a proof is fresh.
fn fresh_until(uid: &str) -> String {
    let path = format!("/org/secinfo/SecurityInfo1/users/u{uid}");
    format!("busctl get-property {NAME} {path} {NAME}.User FreshProofUntil")
}

/// The command that needs a fresh proof.
fn recovery_codes(uid: &str) -> String {
    let path = format!("/org/secinfo/SecurityInfo1/users/u{uid}");
    format!("busctl call {NAME} {path} {NAME}.User IssueRecoveryCodes")
}

fn has_no_proof(session: &mut Session<'_>, uid: &str) {
    assert_eq!(session.ok(&fresh_until(uid)), "t 0\n");
    let said = session.fails(&recovery_codes(uid));
    assert!(said.contains("Prove who you are first"), "{said}");
}

#[test]
fn a_proof_is_good_in_the_login_session_that_made_it_and_nowhere_else() {
    let machine = Machine::boot_for_people("");
    let mut app = machine.set_up_app("alice");
    let uid = machine.run(["id", "-u", "alice"]).ok();
    let uid = uid.trim();
    let (pty, other_pty) = (Pty::open(), Pty::open());
    let mut one = machine.sign_in(&pty, "alice", &mut app);
    let mut other = machine.sign_in(&other_pty, "alice", &mut app);
    has_no_proof(&mut one, uid);
    one.start("secinfo verify");
    one.when_asked("app", &app.fresh());
    let (code, said) = one.finish();
    assert_eq!(code, 0, "{said}");

    // Other processes and connections of the session have it.
    assert_ne!(one.ok(&fresh_until(uid)), "t 0\n");
    one.ok(&format!("setsid --wait {}", recovery_codes(uid)));

    // Her other session has not, nor has what is hers and in no session, her own service manager
    // included.
    has_no_proof(&mut other, uid);
    let fresh = fresh_until(uid);
    let outside = machine.run_as("alice", ["sh", "-c", &fresh]).ok();
    assert_eq!(outside, "t 0\n");
    let service = format!("[Service]\nType=oneshot\nExecStart=sh -c '{fresh} >%t/fresh'\n");
    let write = "mkdir -p .config/systemd/user && cat >.config/systemd/user/fresh.service";
    let write = ["sh", "-c", &format!("cd && {write}")];
    machine.run_as_with_input("alice", write, service).ok();
    one.ok("systemctl --user start fresh.service");
    assert_eq!(one.ok("cat $XDG_RUNTIME_DIR/fresh"), "t 0\n");

    // What a process of her service manager proves is good for its connection alone: all of them have
    // one audit session.
    let in_manager = "systemd-run --user --quiet --wait --collect";
    one.start(&format!("{in_manager} --pty secinfo verify"));
    one.when_asked("app", &app.fresh());
    let (code, said) = one.finish();
    assert_eq!(code, 0, "{said}");
    let another = format!("{in_manager} --pipe {}", fresh_until(uid));
    assert_eq!(one.ok(&another), "t 0\n");

    // It ends with the session, and does not come back with the next.
    one.end();
    let mut next = machine.sign_in(&pty, "alice", &mut app);
    has_no_proof(&mut next, uid);
}
