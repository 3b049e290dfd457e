//! Where the workspace and what is built of it are, and cargo.

use crate::failure::{Context, Failure, Result};
use crate::{interrupt, screen};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The packages whose programs people run.
const PROGRAMS: [&str; 6] = [
    "secinfod",
    "secinfo-key",
    "secinfo-password",
    "secinfo-push",
    "secinfo-notices",
    "secinfo-cli",
];

/// The package of the plugin that writes messages to a directory.
pub(crate) const SPOOL: &str = "secinfo-spool";

/// The packages of all plugins, which the daemon loads and no other package can ask cargo for.
pub(crate) const PLUGINS: [&str; 5] = [
    SPOOL,
    "secinfo-text-twilio",
    "secinfo-call-twilio",
    "secinfo-email-smtp",
    "secinfo-doorbell",
];

/// The package of the PAM module.
pub(crate) const PAM_MODULE: &str = "pam_secinfo";

/// The workspace that this task belongs to.
pub(crate) struct Workspace {
    /// Its top directory.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Finds it.
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("this package is a directory of the workspace")
            .to_owned();
        let output = cargo(&root)
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .stderr(Stdio::inherit())
            .output()
            .context(|| "run cargo".into())?;
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| Failure::Wrong(format!("cargo metadata failed: {error}")))?;
        let target = metadata["target_directory"]
            .as_str()
            .ok_or_else(|| Failure::Wrong("cargo metadata names no target directory".into()))?;
        Ok(Self {
            root,
            target: target.into(),
        })
    }

    /// Cargo, in the top directory.
    pub(crate) fn cargo(&self) -> Command {
        cargo(&self.root)
    }

    /// Builds programs, plugins and the PAM module. Answers with the directory they are in.
    pub(crate) fn build(&self, profile: Profile, parts: Parts) -> Result<PathBuf> {
        let mut build = self.cargo();
        build.args(["build", "--locked", "--profile", profile.name()]);
        // In one go: for each alone, what they share would have other features, and be compiled again.
        let packages = PROGRAMS.iter().chain(parts.plugins()).chain([&PAM_MODULE]);
        build.args(packages.flat_map(|name| ["--package", name]));
        run(&mut build)?;
        Ok(self.target.join(profile.directory()))
    }
}

/// What is built.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Parts {
    /// All that is shipped.
    Shipped,
    /// What the demo runs, which is there sooner.
    Demo,
}

impl Parts {
    const fn plugins(self) -> &'static [&'static str] {
        match self {
            Self::Shipped => &PLUGINS,
            Self::Demo => &[SPOOL],
        }
    }
}

/// How the programs are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// As they are shipped.
    Release,
    /// As tests and demo use them: quick to build.
    Dev,
}

impl Profile {
    /// Reads the word for it.
    pub(crate) fn parse(word: &str) -> Result<Self> {
        match word {
            "release" => Ok(Self::Release),
            "dev" => Ok(Self::Dev),
            _ => Err(Failure::Usage(format!(
                "there is no profile \"{word}\"; take \"release\" or \"dev\""
            ))),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }

    /// Where cargo puts what it builds, below its target directory.
    const fn directory(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "debug",
        }
    }
}

/// The file name of the library that a package builds.
pub(crate) fn library(package: &str) -> String {
    format!("lib{}.so", package.replace('-', "_"))
}

/// Where cargo keeps its settings and the sources of other people's crates.
pub(crate) fn cargo_home() -> PathBuf {
    let home = || Path::new(&env::var_os("HOME").unwrap_or_default()).join(".cargo");
    env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // Set for this program by the cargo that started it, and of no concern to another.
    for name in [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PKG_NAME",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs a command, shows its output, and fails if the command fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    screen::say(&format!("$ {}", line(command)));
    let status = command
        .stdin(Stdio::null())
        .status()
        .context(|| format!("run {}", command.get_program().display()))?;
    interrupt::check()?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Wrong(format!(
            "{} failed: {status}",
            line(command)
        )))
    }
}

/// Runs a command, and fails with its output if the command fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    let typed = line(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .context(|| format!("run {}", command.get_program().display()))?;
    interrupt::check()?;
    if output.status.success() {
        Ok(())
    } else {
        Err(Failure::Wrong(format!(
            "{typed} failed: {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )))
    }
}

/// A command as it would be typed in a shell.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    let quoted: Vec<String> = words.map(|word| quoted(&word.to_string_lossy())).collect();
    quoted.join(" ")
}

/// A word, quoted for a shell if it has to be.
pub(crate) fn quoted(word: &str) -> String {
    let harmless = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,+@%".contains(letter);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_called_as_the_daemon_looks_for_it() {
        assert_eq!(library(SPOOL), "libsecinfo_spool.so");
    }

    #[test]
    fn a_command_reads_as_typed() {
        let mut command = Command::new("/usr/bin/secinfo");
        command.args(["add", "--label", "Office phone", "it's"]);
        assert_eq!(
            line(&command),
            r"secinfo add --label 'Office phone' 'it'\''s'"
        );
    }
}
