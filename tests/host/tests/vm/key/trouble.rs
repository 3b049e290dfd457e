//! What goes wrong with a key at a sign-in: it is never a success, and never takes longer than the PAM
//! module waits.

use super::console::{SHELL, begin_sudo};
use super::{Desk, PIN, USER, touches};
use secinfo_host_tests::{Fault, Owner, Shared};
use std::thread;
use std::time::{Duration, Instant};

const PLUG_IN: &str = "Plug in your security key and press Enter";
const ASKED: &str = "PIN of Security key";

/// How long an answer may take: the 20 seconds of the module, and what an emulated processor takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A key that is not plugged in, a wrong PIN, a touch that is too late, a key that is pulled out, three wrong
/// PINs in a row, and a key that wants to be replugged: each time the user is told what to do, does it, and
/// is in.
pub(crate) fn ends_in_another_try(desk: &mut Desk, first: &Shared) {
    desk.ports[1].unplug();
    begin_sudo(desk);
    desk.console().expect(PLUG_IN);
    desk.plug_first_again();
    desk.console().type_line("");
    desk.console().when_asked(ASKED, "wrong");
    first.lock().owner = Owner::IsAway;
    desk.console().when_asked("Tries left: 7.", PIN);
    let begun = Instant::now();
    let screen = desk
        .console()
        .expect("The security key was not touched in time: try again.");
    assert!(begun.elapsed() < PATIENCE, "{screen}");
    first.lock().owner = Owner::Touches;
    desk.console().when_asked(ASKED, PIN);
    is_root(desk);

    begin_sudo(desk);
    first.lock().fault = Some(Fault::UnpluggedInTouch);
    desk.console().when_asked(ASKED, PIN);
    desk.console()
        .expect("The security key was unplugged: plug it in");
    first.lock().fault = None;
    desk.plug_first_again();
    desk.console().type_line("");
    for left in [7, 6] {
        desk.console().when_asked(ASKED, "wrong");
        desk.console().expect(&format!("Tries left: {left}."));
    }
    // Two wrong ones end the method in this sign-in; the third, in the next, locks it for a while.
    is_in_by_app(desk);
    begin_sudo(desk);
    desk.console().when_asked(ASKED, "wrong");
    desk.console()
        .expect("Wrong PINs locked this security key here for 10 minutes.");
    is_in_by_app(desk);
    desk.machine.shell(&format!("secinfo unlock {USER}")).ok();
    begin_sudo(desk);
    desk.console().when_asked(ASKED, PIN);
    desk.console()
        .expect("takes no other: unplug it and plug it in");
    desk.plug_first_again();
    desk.console().when_asked(ASKED, PIN);
    is_root(desk);
}

/// A helper that is killed while the key waits for a touch, a key that never answers, and one that is
/// blocked: the user signs in with the app.
pub(crate) fn leaves_other_ways(desk: &mut Desk, first: &Shared) {
    first.lock().owner = Owner::IsAway;
    begin_sudo(desk);
    let before = touches(first);
    desk.console().when_asked(ASKED, PIN);
    while touches(first) == before {
        thread::sleep(Duration::from_millis(50));
    }
    desk.machine
        .shell("systemctl kill --signal=KILL 'secinfo-key@*.service'")
        .ok();
    desk.console()
        .expect("The program that talks to security keys has failed");
    is_in_by_app(desk);
    first.lock().owner = Owner::Touches;
    // No program has told the key to give up: for 30 seconds it waits for the touch, and is busy.
    desk.plug_first_again();

    first.lock().fault = Some(Fault::Silent);
    let begun = Instant::now();
    begin_sudo(desk);
    let screen = desk.console().expect("The security key does not answer");
    assert!(begun.elapsed() < PATIENCE, "{screen}");
    desk.console().type_line("?");
    is_in_by_app(desk);
    first.lock().fault = None;

    first.lock().key.block();
    begin_sudo(desk);
    desk.console().when_asked(ASKED, PIN);
    desk.console()
        .expect("The security key takes no PIN any more: use another way");
    is_in_by_app(desk);
}

fn is_in_by_app(desk: &mut Desk) {
    let screen = desk.console().expect(". Authenticator app");
    let mut lines = screen.lines().map(str::trim_end);
    let app = lines.find_map(|line| line.strip_suffix(". Authenticator app"));
    desk.console().type_line(app.expect("the app is a way"));
    let code = desk.app.fresh();
    desk.console()
        .when_asked("Code from Authenticator app", &code);
    is_root(desk);
}

fn is_root(desk: &mut Desk) {
    let screen = desk.console().expect(SHELL);
    assert!(
        screen.lines().any(|line| line.trim_end() == "root"),
        "{screen}"
    );
}
