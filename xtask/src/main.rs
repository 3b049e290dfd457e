//! The project's own tasks, run as `cargo xtask TASK`.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

mod bench;
mod deb;
mod demo;
mod docs;
mod failure;
mod fuzz;
mod interrupt;
mod npm;
mod packages;
mod page;
mod screen;
mod test;
mod workspace;

use failure::{Failure, Result};
use std::process::ExitCode;
use workspace::Parts;

const USAGE: &str = "\
Usage: cargo xtask TASK

Tasks:
  demo [--exit|--page] Show what secinfo does, with a daemon and a bus of its own; then leave both
                       running to try it by hand, end with --exit, or show the page with --page
  test [STEP [NAME]]   Check everything that must hold before a change is taken in, or one step,
                       and of its tests those whose names contain NAME
  test --list          List the steps of the test
  bench [ARGUMENTS]    Measure against the bars; \"bench --help\" tells the arguments
  fuzz [--minutes N] [--merge] [TARGET]
                       Fuzz what reads input from outside, each target for 10 minutes or N; with
                       --merge, add to the corpora what reaches code that they do not
  deb [--profile P]    Build the Debian packages in target/deb; P is release (the default) or dev
  page build           Build the page in Cockpit, in clients/page/dist
  page check           Check the page as far as that takes no Cockpit
  page types [--check] Write the types of the bus for the page, or check that they are fresh
  docs [DIRECTORY]     Write manual pages and shell completions (to target/docs)

deb, demo, fuzz, page and test install the Debian packages that they need and that are missing, as root
or by sudo.
";

fn main() -> ExitCode {
    interrupt::watch();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            screen::print_error(&failure.to_string());
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    match words {
        [] | ["help" | "--help" | "-h"] => {
            screen::say(USAGE.trim_end());
            Ok(())
        }
        ["demo"] => demo::run(demo::Ending::LeaveRunning, Parts::Demo),
        ["demo", "--page"] => demo::run(demo::Ending::ShowPage, Parts::Demo),
        ["demo", "--exit"] => demo::run(demo::Ending::Exit, Parts::Demo),
        ["test"] => test::run(None, None),
        ["test", "--list"] => {
            test::list();
            Ok(())
        }
        ["test", "--only", step] | ["test", step] => test::run(Some(step), None),
        ["test", step, name] => test::run(Some(step), Some(name)),
        ["bench", arguments @ ..] => bench::run(arguments),
        ["fuzz", arguments @ ..] => fuzz::run(arguments),
        ["deb", arguments @ ..] => deb::run(arguments),
        ["page", arguments @ ..] => page::run(arguments),
        ["docs"] => docs::run(None),
        ["docs", directory] => docs::run(Some(directory)),
        _ => Err(Failure::Usage(format!(
            "\"{}\" is no task\n\n{USAGE}",
            words.join(" ")
        ))),
    }
}
