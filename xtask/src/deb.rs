//! `cargo xtask deb`: builds the Debian packages.
//!
//! Cargo builds the programs, and node the page. Then all inputs of the packages are copied to a staging
//! directory below the target directory, and Debian's tools build the packages there, so that they
//! leave no files in the source tree.

mod config_page;
mod licences;
mod stage;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests;

use crate::failure::{Context, Failure, Result};
use crate::packages::{self, Needs};
use crate::workspace::{self, Parts, Profile, Workspace};
use crate::{docs, page, screen};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

/// The packages that were built.
pub(crate) struct Built {
    /// That of the daemon and its programs.
    pub(crate) secinfo: PathBuf,
    /// That of the page in Cockpit.
    pub(crate) page: PathBuf,
}

/// Runs the task: builds the packages, checks them with lintian, and prints their paths.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let profile = match arguments {
        [] => Profile::Release,
        ["--profile", word] => Profile::parse(word)?,
        _ => return Err(Failure::Usage("deb takes --profile release|dev".into())),
    };
    let place = Workspace::find()?;
    packages::install(Needs::Deb)?;
    let built = build(&place, profile, &|program| Command::new(program))?;
    lintian(&built)?;
    let (secinfo, page) = (built.secinfo.display(), built.page.display());
    screen::say(&screen::good(&format!("{secinfo} and {page} are ready.")));
    screen::say(&format!("Install them with: sudo apt install {secinfo}"));
    screen::say(&format!("On hosts with Cockpit, add: {page}"));
    Ok(())
}

/// Builds the packages and returns where they are. `program` is a program of this name, such as
/// `dpkg-buildpackage`, where it is to be run.
pub(crate) fn build(
    place: &Workspace,
    profile: Profile,
    program: &dyn Fn(&str) -> Command,
) -> Result<Built> {
    let programs = place.build(profile, Parts::Shipped)?;
    let directory = directory_of(place, profile);
    let stage = directory.join("stage");
    fs::create_dir_all(&directory).context(|| format!("make {}", directory.display()))?;
    // Held until the packages are built: another build would remove the staging directory.
    let _lock = lock(&directory.join("lock"))?;
    remove(&stage)?;
    remove_packages(&directory)?;
    fs::create_dir_all(&stage).context(|| format!("make {}", stage.display()))?;

    screen::say("Copying the files of the packages.");
    stage::fill(place, &programs, &stage)?;
    let generated = stage.join("generated");
    docs::write(&programs.join("secinfo"), &generated)?;
    config_page::write(
        &place.root.join("config.toml"),
        &generated.join("man/man5/secinfo-config.5"),
    )?;
    licences::linked_crates::write(place, &generated.join("third-party-licences.txt"))?;
    page::build_into(place, &stage.join("page"), program)?;
    let texts = generated.join("page/third-party-licences.txt");
    licences::page::write(&stage, &page::source(place), &texts)?;

    let mut dpkg = program("dpkg-buildpackage");
    dpkg.args([
        "--build=binary",
        "--unsigned-changes",
        "--no-check-builddeps",
    ])
    .current_dir(&stage)
    .env("LC_ALL", "C.UTF-8");
    if profile == Profile::Dev {
        // These packages are only tested: skip what takes long.
        dpkg.env("DEB_BUILD_OPTIONS", "noautodbgsym")
            .env("SECINFO_DEB_OPTIONS", "-Zgzip -z1");
    }
    workspace::run(&mut dpkg)?;
    Ok(Built {
        secinfo: find_package(&directory, "secinfo")?,
        page: find_package(&directory, "cockpit-secinfo")?,
    })
}

/// The directory where the packages of a profile are built. The tests have their own, so that they do
/// not overwrite packages that were built to be installed.
fn directory_of(place: &Workspace, profile: Profile) -> PathBuf {
    let directory = place.target.join("deb");
    match profile {
        Profile::Release => directory,
        Profile::Dev => directory.join("dev"),
    }
}

/// Waits until no other task builds a package in this directory.
fn lock(file: &Path) -> Result<fs::File> {
    let failed = || format!("lock {}", file.display());
    let lock = fs::File::create(file).context(failed)?;
    if lock.try_lock().is_err() {
        screen::say("Waiting for another task that builds a package here.");
        lock.lock().context(failed)?;
    }
    Ok(lock)
}

/// Runs lintian; its errors fail the task.
fn lintian(built: &Built) -> Result<()> {
    let mut lintian = Command::new("lintian");
    lintian
        .args(["--fail-on", "error", "--tag-display-limit", "0"])
        .env("LC_ALL", "C.UTF-8");
    if rustix::process::geteuid().is_root() {
        lintian.arg("--allow-root");
    }
    workspace::run(lintian.args([&built.secinfo, &built.page]))
}

/// Finds the only package of this name in the directory. A second one, of another architecture or
/// version, would come from another build.
fn find_package(directory: &Path, name: &str) -> Result<PathBuf> {
    let mut found = packages_in(directory)?;
    let file = format!("{name}_");
    found.retain(|path| file_name(path).starts_with(&file));
    match found.as_slice() {
        [package] => Ok(package.clone()),
        _ => Err(Failure::Wrong(format!(
            "there should be one package {name} in {}, there are {}",
            directory.display(),
            found.len()
        ))),
    }
}

fn packages_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let failed = || format!("read {}", directory.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).context(failed)? {
        let path = entry.context(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            found.push(path);
        }
    }
    Ok(found)
}

fn file_name(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str());
    name.unwrap_or_default()
}

fn remove_packages(directory: &Path) -> Result<()> {
    for package in packages_in(directory)? {
        fs::remove_file(&package).context(|| format!("remove {}", package.display()))?;
    }
    Ok(())
}

fn remove(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::Io(
            format!("remove {}", directory.display()),
            error,
        )),
        _ => Ok(()),
    }
}

/// Runs a command and returns its standard output.
fn output_of(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context(|| format!("run {}", workspace::line(command)))?;
    if !output.status.success() {
        return Err(Failure::Wrong(format!(
            "{} failed: {}",
            workspace::line(command),
            output.status
        )));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::Wrong(format!("{} prints no text", workspace::line(command))))
}
