//! `cargo xtask test`: everything that must hold before a change is taken in.

mod dependencies;
mod host;
mod page;
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
use std::num::NonZero;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// One step.
struct Step {
    name: &'static str,
    what: &'static str,
    run: Run,
}

/// How a step is run.
#[derive(Clone, Copy)]
enum Run {
    /// It calls cargo or git.
    Check(fn(&Workspace) -> Result<Outcome>),
    /// It runs tests, of which those with this in their names can be chosen.
    Tests(fn(&Workspace, Option<&str>) -> Result<Outcome>),
}

/// What came of a step.
#[derive(Default)]
struct Outcome {
    counts: Counts,
    /// What could not be checked here.
    left_out: Option<String>,
    /// What failed.
    failure: Option<String>,
    /// What the test runner reported of the tests that failed.
    reports: String,
}

impl Outcome {
    /// A failure if no test was run.
    fn with_tests(mut self) -> Self {
        if self.failure.is_none() && self.counts == Counts::default() {
            self.failure = Some("no test was run".into());
        }
        self
    }

    /// Adds what came of more tests of the same step.
    fn add(&mut self, other: Self) {
        self.counts += other.counts;
        self.left_out = self.left_out.take().or(other.left_out);
        self.failure = self.failure.take().or(other.failure);
        self.reports.push_str(&other.reports);
    }
}

/// A step's name, how long it took, and what came of it.
type StepResult<'s> = (&'s str, Duration, Outcome);

const STEPS: [Step; 11] = [
    Step {
        name: "format",
        what: "all code is formatted",
        run: Run::Check(format),
    },
    Step {
        name: "tracked-files",
        what: "no file names this machine, its users or its registry",
        run: Run::Check(tracked_files::check),
    },
    Step {
        name: "dependencies",
        what: "licences, sources, bans and advisories, as deny.toml says",
        run: Run::Check(dependencies::check),
    },
    Step {
        name: "lint",
        what: "what is shipped passes the lints",
        run: Run::Check(lint),
    },
    Step {
        name: "lint-all",
        what: "so do tests and benches, with all features",
        run: Run::Check(lint_all),
    },
    Step {
        name: "documentation",
        what: "the documentation builds and its links lead somewhere",
        run: Run::Check(documentation),
    },
    Step {
        name: "crates",
        what: "the tests of each crate",
        run: Run::Tests(crates),
    },
    Step {
        name: "end-to-end",
        what: "the tests with real processes",
        run: Run::Tests(end_to_end),
    },
    Step {
        name: "demo",
        what: "the demo goes as it should",
        run: Run::Check(demo),
    },
    Step {
        name: "host",
        what: "the package does what it should on a booted Debian host",
        run: Run::Tests(host::check),
    },
    Step {
        name: "page",
        what: "the page does what it should in a browser, on booted hosts with Cockpit",
        run: Run::Tests(page::check),
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

/// Runs one step, or all; of one step, the tests with this in their names, or all. A step that fails
/// does not keep the others from being run.
pub(crate) fn run(only: Option<&str>, name: Option<&str>) -> Result<()> {
    let steps: Vec<&Step> = STEPS
        .iter()
        .filter(|step| only.is_none_or(|name| name == step.name))
        .collect();
    if steps.is_empty() {
        list();
        return Err(Failure::Usage("there is no such step".into()));
    }
    if name.is_some() && steps.iter().all(|step| matches!(step.run, Run::Check(_))) {
        return Err(Failure::Usage(
            "this step has no tests to choose from".into(),
        ));
    }
    let place = Workspace::find()?;
    packages::install(Needs::Test)?;
    let start = Instant::now();
    let results = thread::scope(|scope| {
        // This waits for the network while the steps before those that need it compile.
        let preparing = (steps.len() > 1).then(|| scope.spawn(|| prepare(&place)));
        run_steps(&place, &steps, name, preparing)
    })?;
    conclude(&results, start.elapsed())
}

/// Makes what the steps with tests would otherwise make when they begin. They report failures, because
/// they try again.
fn prepare(place: &Workspace) -> Result<()> {
    let programs = Programs::of(place)?;
    prism::install(place, &programs)?;
    host::prepare(place)?;
    page::prepare(place)
}

fn run_steps<'s>(
    place: &Workspace,
    steps: &[&'s Step],
    name: Option<&str>,
    mut preparing: Option<ScopedJoinHandle<'_, Result<()>>>,
) -> Result<Vec<StepResult<'s>>> {
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
        let ran = match step.run {
            Run::Check(run) => run(place),
            Run::Tests(run) => {
                if let Some(preparing) = preparing.take() {
                    let _ = preparing.join();
                }
                run(place, name).map(Outcome::with_tests)
            }
        };
        let outcome = match ran {
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
    Ok(results)
}

/// Sums up, last of all in the words of the test runner. What failed is said again, because thousands
/// of lines may have followed it.
fn conclude(results: &[StepResult<'_>], took: Duration) -> Result<()> {
    for (name, _, outcome) in results {
        if !outcome.reports.is_empty() {
            screen::heading(&format!("What failed in {name}"));
            screen::say(outcome.reports.trim_end());
        }
    }
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

fn crates(place: &Workspace, name: Option<&str>) -> Result<Outcome> {
    let programs = Programs::of(place)?;
    prism::install(place, &programs)?;
    let mut test = programs.cargo_test();
    test.args(["--workspace", "--all-features"]);
    for package in [END_TO_END, host::PACKAGE, page::PACKAGE] {
        test.args(["--exclude", package]);
    }
    runner::run(test.arg("--").args(name))
}

fn end_to_end(place: &Workspace, name: Option<&str>) -> Result<Outcome> {
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
    test.args(["--", &tests_at_once()]).args(name);
    runner::run(test.env("SECINFO_BIN_DIR", binaries))
}

/// How many tests with real processes run at once: they wait for each other's processes and for
/// clocks more than they compute.
fn tests_at_once() -> String {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    format!("--test-threads={}", 2 * processors)
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
