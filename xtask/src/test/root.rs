//! Debian root file systems with nothing of ours in them, each kept until its recipe changes.

use crate::failure::{Context, Failure, Result};
use crate::workspace::{self, Workspace};
use crate::{interrupt, packages, screen};
use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File, Permissions};
use std::hash::{Hash, Hasher};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands behind the name of a package that comes from the backports.
const BACKPORTS: &str = "/backports";

/// A release of Debian.
#[derive(Clone, Copy)]
pub(super) enum Release {
    /// That of this machine, for which everything is built.
    OfThisMachine,
    /// The one after it, whose name this is. It is fetched from where this machine's release is.
    Next(&'static str),
}

/// What one of these root file systems is made of, beyond what every Debian system has.
pub(super) struct Contents {
    pub(super) release: Release,
    /// The directory of its cache, below the directory in which cargo builds.
    pub(super) cache: &'static str,
    /// Its packages; those with `/backports` behind their names come from the release's backports.
    pub(super) packages: &'static [&'static str],
    /// A script that finishes it; `$1` is the root file system. Apt reaches the sources of the root
    /// file system with the configuration that `$MMDEBSTRAP_APT_CONFIG` names.
    pub(super) finish: &'static str,
}

impl Hash for Contents {
    /// Without the release: its name and its sources are in the recipe.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.cache, self.packages, self.finish).hash(hasher);
    }
}

/// A root file system that stays as long as this value.
pub(super) struct Root {
    pub(super) path: PathBuf,
    _lock: File,
}

impl Root {
    /// The version of Debian, such as 12.11.
    pub(super) fn version(&self) -> Result<String> {
        let path = self.path.join("etc/debian_version");
        let text = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
        Ok(text.trim().to_owned())
    }
}

/// The root file system, made if it is not there.
pub(super) fn make(place: &Workspace, contents: &'static Contents) -> Result<Root> {
    let recipe = Recipe::on_this_machine(contents)?;
    let name = recipe.name();
    let cache = place.target.join(contents.cache);
    fs::create_dir_all(&cache).context(|| format!("make {}", cache.display()))?;
    let lock = lock_of(&cache, &name)?;
    let failed = || format!("lock {name} in {}", cache.display());
    // The tests hold it as well, and so keep what they use from being removed.
    lock.lock_shared().context(failed)?;
    let path = cache.join(&name).join("root");
    if !path.is_dir() {
        lock.lock().context(failed)?;
        // Another run may have made it meanwhile.
        if !path.is_dir() {
            remove_others(&cache, &name)?;
            recipe.follow(&cache.join(&name), &path)?;
        }
        lock.lock_shared().context(failed)?;
    }
    Ok(Root { path, _lock: lock })
}

fn lock_of(cache: &Path, name: &str) -> Result<File> {
    let path = cache.join(format!("{name}.lock"));
    File::create(&path).context(|| format!("make {}", path.display()))
}

/// Removes what was made by other recipes and is not in use.
fn remove_others(cache: &Path, name: &str) -> Result<()> {
    let failed = || format!("read {}", cache.display());
    for entry in fs::read_dir(cache).context(failed)? {
        let entry = entry.context(failed)?;
        let other = entry.file_name().to_string_lossy().into_owned();
        if other != name && entry.path().is_dir() && lock_of(cache, &other)?.try_lock().is_ok() {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Keeps to the file system, in case something is mounted there.
fn remove(directory: &Path) -> Result<()> {
    let mut remove = Command::new("rm");
    remove.args(["--recursive", "--force", "--one-file-system"]);
    workspace::run_quietly(remove.arg(directory))
}

/// All that the root file system depends on.
#[derive(Hash)]
struct Recipe {
    release: String,
    /// Lines as in sources.list.
    sources: Vec<String>,
    /// How this machine fetches packages: proxies and the like.
    fetching: Vec<String>,
    contents: &'static Contents,
}

impl Recipe {
    /// One with the sources of this machine.
    fn on_this_machine(contents: &'static Contents) -> Result<Self> {
        let index = || {
            let format = "$(RELEASE) $(REPO_URI) $(COMPONENT)";
            read(
                "apt-get",
                &[
                    "indextargets",
                    "--format",
                    format,
                    "Created-By: Packages",
                    "Origin: Debian",
                ],
            )
        };
        let mut targets = index()?;
        if targets.trim().is_empty() {
            // The lists are not there yet.
            workspace::run_quietly(Command::new("apt-get").args(["update", "--quiet"]))?;
            targets = index()?;
        }
        let here = release_of_this_machine()?;
        let mut sources = sources(&targets, &here);
        let release = match contents.release {
            Release::OfThisMachine => here.clone(),
            Release::Next(name) => {
                sources = of_other_release(&sources, &here, name);
                name.to_owned()
            }
        };
        if contents
            .packages
            .iter()
            .any(|name| name.ends_with(BACKPORTS))
        {
            sources.extend(backports(&sources, &release));
        }
        sources.sort();
        sources.dedup();
        if sources.is_empty() {
            return Err(Failure::Wrong(format!(
                "apt on this machine has no source of Debian {here}; the tests run in root file \
                 systems that are made from where the release comes from that is built on"
            )));
        }
        Ok(Self {
            release,
            sources,
            fetching: fetching(&read("apt-config", &["dump"])?),
            contents,
        })
    }

    fn name(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// Makes the root in an empty directory.
    fn follow(&self, directory: &Path, root: &Path) -> Result<()> {
        screen::say("Making a Debian root, once: a minute or two.");
        remove(directory)?;
        fs::create_dir(directory).context(|| format!("make {}", directory.display()))?;
        let partial = directory.join("partial");
        workspace::run_quietly(&mut self.mmdebstrap(directory, &partial)?)?;
        fs::rename(&partial, root).context(|| format!("name {}", root.display()))
    }

    /// The packages as apt is told them.
    fn packages(&self) -> String {
        let release = format!("/{}-backports", self.release);
        self.contents
            .packages
            .join(",")
            .replace(BACKPORTS, &release)
    }

    fn mmdebstrap(&self, directory: &Path, root: &Path) -> Result<Command> {
        let write = |name: &str, text: &str| {
            let path = directory.join(name);
            fs::write(&path, text)
                .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(0o755)))
                .context(|| format!("write {}", path.display()))?;
            Ok(path)
        };
        let sources = write("sources.list", &(self.sources.join("\n") + "\n"))?;
        let fetching = write("apt.conf", &(self.fetching.join("\n") + "\n"))?;
        let finish = write("finish", self.contents.finish)?;
        let program = packages::find("mmdebstrap").unwrap_or_else(|| "mmdebstrap".into());
        let mut command = Command::new(program);
        command
            .args(["--mode=root", "--variant=minbase", "--format=directory"])
            .arg(format!("--include={}", self.packages()))
            .arg(format!("--aptopt={}", fetching.display()))
            .arg("--aptopt=APT::Install-Recommends \"false\"")
            .arg(format!("--customize-hook={}", finish.display()))
            .arg(&self.release)
            .args([root, &sources]);
        Ok(command)
    }
}

/// The name of the release that this machine runs.
fn release_of_this_machine() -> Result<String> {
    let path = "/etc/os-release";
    let text = fs::read_to_string(path).context(|| format!("read {path}"))?;
    text.lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .map(|name| name.trim_matches('"').to_owned())
        .ok_or_else(|| Failure::Wrong(format!("{path} names no release")))
}

/// The sources of a release, its updates and its security updates, from a list of
/// `RELEASE ADDRESS COMPONENT`.
fn sources(targets: &str, release: &str) -> Vec<String> {
    let of_release = |name: &str| {
        ["", "-updates", "-security"]
            .iter()
            .any(|suffix| name.strip_prefix(release) == Some(suffix))
    };
    targets
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                [name, address, component] if of_release(name) => {
                    Some(format!("deb {address} {name} {component}"))
                }
                _ => None,
            }
        })
        .collect()
}

/// The sources of another release, which are where those of this one are.
fn of_other_release(sources: &[String], release: &str, other: &str) -> Vec<String> {
    let (here, there) = (format!(" {release}"), format!(" {other}"));
    let sources = sources.iter();
    sources.map(|line| line.replace(&here, &there)).collect()
}

/// The sources of a release's backports, which are where the release itself is.
fn backports(sources: &[String], release: &str) -> Vec<String> {
    let itself = format!(" {release} ");
    sources
        .iter()
        .filter(|line| line.contains(&itself))
        .map(|line| line.replace(&itself, &format!(" {release}-backports ")))
        .collect()
}

/// The lines of apt's configuration that say how to reach a source and how far to trust its clock.
fn fetching(configuration: &str) -> Vec<String> {
    const PREFIXES: [&str; 5] = [
        "Acquire::http",
        "Acquire::Check-",
        "Acquire::Retries",
        "Acquire::ForceIPv",
        "Acquire::Max-",
    ];
    configuration
        .lines()
        .filter(|line| PREFIXES.iter().any(|prefix| line.starts_with(prefix)))
        .map(str::to_owned)
        .collect()
}

/// What a command says.
fn read(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .context(|| format!("run {program}"))?;
    interrupt::check()?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Failure::Wrong(format!(
            "{program} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sources_of_the_release_are_taken() {
        let targets = "bookworm http://mirror.example/debian/ main\n\
                       bookworm-security http://mirror.example/security/ main\n\
                       bookworm-backports http://mirror.example/debian/ main\n\
                       trixie http://mirror.example/debian/ main\n";
        assert_eq!(
            sources(targets, "bookworm"),
            [
                "deb http://mirror.example/debian/ bookworm main",
                "deb http://mirror.example/security/ bookworm-security main"
            ]
        );
    }

    const SOURCES: [&str; 2] = [
        "deb http://mirror.example/debian/ bookworm main",
        "deb http://mirror.example/security/ bookworm-security main",
    ];

    #[test]
    fn backports_are_where_the_release_is() {
        assert_eq!(
            backports(&SOURCES.map(str::to_owned), "bookworm"),
            ["deb http://mirror.example/debian/ bookworm-backports main"]
        );
    }

    #[test]
    fn another_release_is_where_this_one_is() {
        assert_eq!(
            of_other_release(&SOURCES.map(str::to_owned), "bookworm", "trixie"),
            [
                "deb http://mirror.example/debian/ trixie main",
                "deb http://mirror.example/security/ trixie-security main"
            ]
        );
    }

    #[test]
    fn proxies_are_taken_over_and_formats_are_not() {
        let configuration = "Acquire::http::Proxy \"http://proxy.example:3128\";\n\
                             Acquire::Check-Valid-Until \"false\";\n\
                             Acquire::Languages:: \"none\";\nAPT::Architecture \"amd64\";\n";
        assert_eq!(
            fetching(configuration),
            [
                "Acquire::http::Proxy \"http://proxy.example:3128\";",
                "Acquire::Check-Valid-Until \"false\";"
            ]
        );
    }
}
