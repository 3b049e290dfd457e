//! `cargo xtask fuzz`: feeds what reads input from outside with inputs that reach ever more of its code.
//!
//! The targets are in the package `secinfo-fuzz`, the fuzzer is libFuzzer. Only rustc's stable options
//! are used: the program is instrumented for coverage, without a sanitizer, because the targets are
//! safe Rust.

use crate::failure::{Context, Failure, Result};
use crate::packages::{self, Needs};
use crate::workspace::{self, Workspace};
use crate::{interrupt, screen};
use std::fs;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const PACKAGE: &str = "secinfo-fuzz";

/// What instruments a program as libFuzzer needs it. `fuzzing` turns on its entry point.
const RUSTFLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks";

/// How long each target is fuzzed, unless an argument says otherwise.
const MINUTES: NonZeroU64 = NonZeroU64::new(10).expect("10 is not 0");

/// Longest input, in bytes: longer ones find little that shorter ones do not, and slowly.
const LONGEST_INPUT: usize = 8 * 1024;

/// What is done with each target.
struct Task {
    minutes: NonZeroU64,
    /// Adds to the corpus what reaches code that the corpus does not, in place of fuzzing.
    merge: bool,
    only: Option<String>,
}

impl Task {
    fn parse(mut arguments: &[&str]) -> Result<Self> {
        let mut task = Self {
            minutes: MINUTES,
            merge: false,
            only: None,
        };
        loop {
            match arguments {
                [] => return Ok(task),
                ["--minutes", minutes, rest @ ..] => {
                    task.minutes = minutes.parse().map_err(|_| {
                        Failure::Usage("--minutes takes a whole number of minutes, from 1".into())
                    })?;
                    arguments = rest;
                }
                ["--merge", rest @ ..] => {
                    task.merge = true;
                    arguments = rest;
                }
                [name] if !name.starts_with('-') => {
                    task.only = Some((*name).to_owned());
                    return Ok(task);
                }
                [word, ..] => {
                    return Err(Failure::Usage(format!("fuzz does not take \"{word}\"")));
                }
            }
        }
    }
}

/// Runs the task.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let task = Task::parse(arguments)?;
    let place = Workspace::find()?;
    packages::install(Needs::Fuzz)?;
    let names = names(&place, task.only.as_deref())?;
    let program = build(&place)?;
    let mut failed = Vec::new();
    for name in names {
        interrupt::check()?;
        let directories = Directories::of(&place, &name)?;
        if task.merge {
            directories.merge(&program, &name)?;
        } else if !directories.fuzz(&program, &name, task.minutes)? {
            failed.push(name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::Wrong(format!(
        "inputs were found that must not be: mend what reads them, then add them to the corpus of {}",
        failed.join(", ")
    )))
}

/// The names of all targets, or the one that was asked for: each has a corpus.
fn names(place: &Workspace, only: Option<&str>) -> Result<Vec<String>> {
    let corpora = place.root.join("fuzz/corpus");
    let failed = || format!("list {}", corpora.display());
    let mut names = Vec::new();
    for corpus in fs::read_dir(&corpora).context(failed)? {
        names.push(
            corpus
                .context(failed)?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    names.sort();
    match only {
        None => Ok(names),
        Some(only) if names.iter().any(|name| name == only) => Ok(vec![only.to_owned()]),
        Some(only) => Err(Failure::Usage(format!(
            "there is no target \"{only}\"; there are: {}",
            names.join(", ")
        ))),
    }
}

/// Builds the program, apart from what is built without instruments.
fn build(place: &Workspace) -> Result<PathBuf> {
    let target = place.target.join("fuzz");
    let host = host(place)?;
    let mut build = place.cargo();
    build
        .args([
            "build",
            "--release",
            "--locked",
            "--package",
            PACKAGE,
            "--bin",
            "fuzz",
        ])
        // With a target named, macros and build scripts are not instrumented.
        .args(["--target", &host])
        .arg("--target-dir")
        .arg(&target)
        .env("RUSTFLAGS", RUSTFLAGS)
        .env("CARGO_PROFILE_RELEASE_LTO", "off");
    workspace::run(&mut build)?;
    Ok(target.join(host).join("release/fuzz"))
}

/// The target triple of this machine.
fn host(place: &Workspace) -> Result<String> {
    let output = place
        .cargo()
        .args(["--version", "--verbose"])
        .output()
        .context(|| "run cargo".into())?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| Failure::Wrong("cargo does not say what it builds for".into()))
}

/// Where the inputs of a target are.
struct Directories {
    /// Those in the repository.
    corpus: PathBuf,
    /// Those that were found here.
    found: PathBuf,
    /// Those that made it fail.
    failures: PathBuf,
}

impl Directories {
    fn of(place: &Workspace, name: &str) -> Result<Self> {
        let here = place.target.join("fuzz");
        let directories = Self {
            corpus: place.root.join("fuzz/corpus").join(name),
            found: here.join("found").join(name),
            failures: here.join("failures").join(name),
        };
        for directory in [&directories.found, &directories.failures] {
            fs::create_dir_all(directory).context(|| format!("make {}", directory.display()))?;
        }
        Ok(directories)
    }

    /// Fuzzes a target. Returns whether nothing was found that must not be.
    fn fuzz(&self, program: &Path, name: &str, minutes: NonZeroU64) -> Result<bool> {
        screen::heading(&format!("{name}: {minutes} min"));
        let began = Instant::now();
        let mut fuzzer = libfuzzer(program, name);
        fuzzer
            .arg(format!("-max_total_time={}", minutes.get() * 60))
            .arg(format!("-artifact_prefix={}/", self.failures.display()))
            .args(["-print_final_stats=1", "-verbosity=0"])
            .args([&self.found, &self.corpus]);
        let is_clean = fuzzer
            .status()
            .context(|| "run the fuzzer".into())?
            .success();
        interrupt::check()?;
        let took = screen::time(began.elapsed());
        screen::say(&if is_clean {
            screen::good(&format!("{name}: clean, {took}"))
        } else {
            screen::bad(&format!(
                "{name}: an input made it fail, after {took}; it is in {}",
                self.failures.display()
            ))
        });
        Ok(is_clean)
    }

    /// Adds to the corpus what reaches code that the corpus does not.
    fn merge(&self, program: &Path, name: &str) -> Result<()> {
        screen::heading(&format!("{name}: merge"));
        let mut fuzzer = libfuzzer(program, name);
        fuzzer
            .args(["-merge=1", "-verbosity=0"])
            .args([&self.corpus, &self.found]);
        workspace::run(&mut fuzzer)
    }
}

fn libfuzzer(program: &Path, name: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("SECINFO_FUZZ_TARGET", name)
        .arg(format!("-max_len={LONGEST_INPUT}"))
        .args(["-timeout=10", "-rss_limit_mb=1024"]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_fuzzing_without_end_is_refused() {
        // Libfuzzer takes 0 for no limit.
        for minutes in ["0", "-1", "ten"] {
            assert!(Task::parse(&["--minutes", minutes]).is_err(), "{minutes}");
        }
        let task = Task::parse(&["--minutes", "3", "pam"]).expect("it is right");
        assert_eq!(task.minutes.get(), 3);
        assert_eq!(task.only.as_deref(), Some("pam"));
    }
}
