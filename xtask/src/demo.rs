//! `cargo xtask demo`: shows what secinfo does with a daemon and a bus of its own.

mod account;
mod devices;
mod host;
mod page;
mod process;
mod spool;
mod steps;
mod terminal;
mod user;

use crate::failure::{Failure, Result};
use crate::packages::{self, Needs};
use crate::workspace::{Parts, Profile, Workspace, quoted};
use crate::{interrupt, screen};
use host::DemoHost;
use page::Cockpit;
use std::path::Path;
use std::time::Instant;
use terminal::Terminal;
use user::SimulatedUser;

/// What happens after the last step.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The bus and the daemon run until Ctrl-C.
    LeaveRunning,
    /// The page is shown; the bus and the daemon run until its window is closed, or until Ctrl-C.
    ShowPage,
    /// The demo ends.
    Exit,
}

/// Builds these parts and runs the demo. All that it started and wrote is gone when this returns.
pub(crate) fn run(ending: Ending, parts: Parts) -> Result<()> {
    let start = Instant::now();
    let place = Workspace::find()?;
    // Said before anything is built.
    let cockpit = match ending {
        Ending::ShowPage => Some(Cockpit::find()?),
        Ending::LeaveRunning | Ending::Exit => None,
    };
    screen::heading("System packages");
    packages::install(Needs::Demo)?;
    if cockpit.is_some() {
        packages::install(Needs::Page)?;
    }
    screen::heading("Building secinfod and secinfo (the first time takes some minutes)");
    let programs = place.build(Profile::Dev, parts)?;
    screen::heading("Starting a private bus, and secinfod on an empty log");
    let mut host = DemoHost::start(&programs)?;
    screen::say(&format!(
        "Bus, log and keys are in {}; the system's own are left alone.",
        host.directory().display()
    ));
    let terminal = Terminal::new(&programs, host.bus_address());
    let mut user = SimulatedUser::new(host.inbox());
    steps::run(&mut host, &terminal, &mut user, ending)
        .map_err(|failure| with_log(failure, &host))?;
    screen::say(&screen::good(&format!(
        "\nAll of it went as it should, in {}.",
        screen::time(start.elapsed())
    )));
    if ending != Ending::Exit {
        print_instructions(&host, &programs, &user);
        match cockpit {
            Some(cockpit) => match cockpit.show(&place, &host) {
                Ok(()) | Err(Failure::Interrupted) => {}
                Err(failure) => return Err(failure),
            },
            None => interrupt::wait(),
        }
        screen::say("\nStopping the daemon and its bus, and removing what they wrote.");
    }
    host.remove()
}

/// Explains how to continue by hand.
fn print_instructions(host: &DemoHost, programs: &Path, user: &SimulatedUser) {
    screen::heading("Now you");
    screen::say(&format!(
        "The daemon and its bus are still running. Paste this into another terminal:\n\n\
         \x20 export SECINFO_BUS_ADDRESS={}\n\
         \x20 export PATH={}:\"$PATH\"\n\
         \x20 secinfo\n\n\
         To add an authenticator app on a real phone: secinfo add authenticator-app\n\
         To add a phone whose texts come to a file:   secinfo add text {}\n\n\
         When you are asked for a code of a method of the demo:\n",
        quoted(&host.bus_address()),
        quoted(&programs.to_string_lossy()),
        quoted(spool::NUMBER),
    ));
    screen::say(&user.how_to_get_codes());
    screen::say("\nPress Ctrl-C here to stop both and to remove everything they wrote.");
}

/// Adds the end of the daemon's log to the failure.
fn with_log(failure: Failure, host: &DemoHost) -> Failure {
    match failure {
        Failure::Wrong(text) => Failure::Wrong(format!(
            "the demo failed: {text}\n\nThe end of secinfod's log:\n{}",
            host.log_tail()
        )),
        other => other,
    }
}
