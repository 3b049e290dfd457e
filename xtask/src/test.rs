//! `cargo xtask test`: everything that must hold before a change is taken in.

mod dependencies;
mod host;
mod prism;
mod programs;
mod root;
mod runner;
mod tracked_files;

use crate::demo;
use crate::failure::{Context, Failure, Result};
use crate::packages::{self, Needs};
use crate::screen;
use crate::workspace::{self, Parts, Profile, Workspace};
use programs::Programs;
use runner::Counts;
use std::time::{Duration, Instant};

/// One step.
struct Step {
    name: &'static str,
    what: &'static str,
    run: fn(&Workspace) -> Result<Outcome>,
}

/// What came of a step.
#[derive(Default)]
struct Outcome {
    counts: Counts,
    /// What could not be checked here.
    left_out: Option<String>,
    /// What failed.
    failure: Option<String>,
}

const STEPS: [Step; 10] = [
    Step {
        name: "format",
        what: "all code is formatted",
        run: format,
    },
    Step {
        name: "tracked-files",
        what: "no file names this machine, its users or its registry",
        run: tracked_files::check,
    },
    Step {
        name: "dependencies",
        what: "licences, sources, bans and advisories, as deny.toml says",
        run: dependencies::check,
    },
    Step {
        name: "lint",
        what: "what is shipped passes the lints",
        run: lint,
    },
    Step {
        name: "lint-all",
        what: "so do tests and benches, with all features",
        run: lint_all,
    },
    Step {
        name: "documentation",
        what: "the documentation builds and its links lead somewhere",
        run: documentation,
    },
    Step {
        name: "crates",
        what: "the tests of each crate",
        run: crates,
    },
    Step {
        name: "end-to-end",
        what: "the tests with real processes",
        run: end_to_end,
    },
    Step {
        name: "demo",
        what: "the demo goes as it should",
        run: demo,
    },
    Step {
        name: "host",
        what: "the package does what it should on a booted Debian host",
        run: host::check,
    },
];

/// The package of the tests with real processes.
const END_TO_END: &str = "secinfo-tests";

/// Prints the names of the steps.
pub(crate) fn list() {
    for step in &STEPS {
        screen::say(&format!("{:<16}{}", step.name, step.what));
    }
}

/// Runs one step, or all. A step that fails does not keep the others from being run.
pub(crate) fn run(only: Option<&str>) -> Result<()> {
    let steps: Vec<&Step> = STEPS
        .iter()
        .filter(|step| only.is_none_or(|name| name == step.name))
        .collect();
    if steps.is_empty() {
        list();
        return Err(Failure::Usage("there is no such step".into()));
    }
    let place = Workspace::find()?;
    packages::install(Needs::Test)?;
    let start = Instant::now();
    let mut results = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        screen::heading(&format!(
            "[{}/{}] {}: {}",
            index + 1,
            steps.len(),
            step.name,
            step.what
        ));
        let began = Instant::now();
        let outcome = match (step.run)(&place) {
            Ok(outcome) => outcome,
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            Err(failure) => Outcome {
                failure: Some(failure.to_string()),
                ..Outcome::default()
            },
        };
        let took = began.elapsed();
        screen::say(&match &outcome.failure {
            None => screen::good(&format!("{}: ok, {}", step.name, screen::time(took))),
            Some(failure) => screen::bad(&format!("{}: {failure}", step.name)),
        });
        results.push((step.name, took, outcome));
    }
    conclude(&results, start.elapsed())
}

/// Sums up, last of all in the words of the test runner.
fn conclude(results: &[(&str, Duration, Outcome)], took: Duration) -> Result<()> {
    screen::heading("Summary");
    let mut counts = Counts::default();
    let mut failed = 0;
    for (name, took, outcome) in results {
        counts += outcome.counts;
        let word = if outcome.failure.is_none() {
            screen::good("ok    ")
        } else {
            failed += 1;
            screen::bad("FAILED")
        };
        screen::say(&format!("{name:<16}{word}  {}", screen::time(*took)));
        if let Some(left_out) = &outcome.left_out {
            screen::say(&format!("{:<16}LEFT OUT: {left_out}", ""));
        }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    screen::say(&format!(
        "\ntest result: {word}. {counts}; {} of {} steps ok; finished in {}",
        results.len() - failed,
        results.len(),
        screen::time(took)
    ));
    if failed == 0 {
        Ok(())
    } else {
        Err(Failure::Wrong(format!("steps that failed: {failed}")))
    }
}

fn format(place: &Workspace) -> Result<Outcome> {
    workspace::run(place.cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::default())
}

/// Without tests no feature is on that only they turn on.
fn lint(place: &Workspace) -> Result<Outcome> {
    let mut clippy = place.cargo();
    clippy.args([
        "clippy",
        "--workspace",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ]);
    workspace::run(&mut clippy)?;
    Ok(Outcome::default())
}

fn lint_all(place: &Workspace) -> Result<Outcome> {
    let mut clippy = place.cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--all-features"]);
    clippy.args(["--locked", "--", "--deny", "warnings"]);
    workspace::run(&mut clippy)?;
    Ok(Outcome::default())
}

fn documentation(place: &Workspace) -> Result<Outcome> {
    let mut doc = place.cargo();
    doc.args(["doc", "--workspace", "--no-deps", "--locked"]);
    workspace::run(doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    Ok(Outcome::default())
}

fn crates(place: &Workspace) -> Result<Outcome> {
    let programs = Programs::of(place)?;
    prism::install(place, &programs)?;
    let mut test = programs.cargo_test();
    test.args(["--workspace", "--all-features"]);
    test.args(["--exclude", END_TO_END, "--exclude", host::PACKAGE]);
    runner::run(&mut test)
}

fn end_to_end(place: &Workspace) -> Result<Outcome> {
    let programs = Programs::of(place)?;
    // The step before may have left programs with what only tests turn on.
    let binaries = place.build(Profile::Dev, Parts::Shipped)?;
    // Chosen by their names, the targets alone are built, without the plugin that panics.
    let mut plugin = place.cargo();
    plugin.args(["build", "--workspace", "--locked", "--all-features"]);
    workspace::run(plugin.args(["--example", "panicking-channel"]))?;
    let mut test = programs.cargo_test();
    // Of the whole workspace: for this package alone its dependencies would have other features,
    // and be compiled again.
    test.args(["--workspace", "--all-features"]);
    for target in end_to_end_targets(place)? {
        test.args(["--test", &target]);
    }
    runner::run(test.env("SECINFO_BIN_DIR", binaries))
}

/// The targets of the tests with real processes. No other package has any of these names.
fn end_to_end_targets(place: &Workspace) -> Result<Vec<String>> {
    let directory = place.root.join("tests/tests");
    let listing = || format!("list {}", directory.display());
    let mut names = Vec::new();
    for entry in directory.read_dir().context(listing)? {
        let path = entry.context(listing)?.path();
        names.extend(
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

/// With all parts, which are built already.
fn demo(_: &Workspace) -> Result<Outcome> {
    demo::run(demo::Ending::Exit, Parts::Shipped)?;
    Ok(Outcome::default())
}
