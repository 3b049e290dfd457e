//! The root file system on which the package is installed.

use crate::container::Changes;
use crate::machine::Machine;
use crate::output::Output;
use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// Names the directory that holds a Debian root without anything of ours.
const ROOT: &str = "SECINFO_HOST_ROOT";
/// The same of another release, with which the hosts of this one exchange what they keep.
const OTHER_ROOT: &str = "SECINFO_OTHER_HOST_ROOT";
/// Names the package.
const PACKAGE: &str = "SECINFO_DEB";
/// Names the package of the page in Cockpit, where that is tested.
const PAGE: &str = "SECINFO_PAGE_DEB";

/// Where the packages are put in a machine.
const PLACES: [&str; 2] = ["/srv/secinfo.deb", "/srv/cockpit-secinfo.deb"];

fn named_by(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable).map(PathBuf::from);
    path.filter(|path| path.is_absolute() && path.exists())
        .unwrap_or_else(|| {
            panic!(
                "{variable} names nothing that is there; run these tests by: cargo xtask test host"
            )
        })
}

/// A root file system without anything of ours. It is not changed, nor removed as long as this value is
/// there.
struct Base {
    root: PathBuf,
    _lock: File,
}

impl Base {
    fn named_by(variable: &str) -> Self {
        let root = named_by(variable);
        let directory = root.parent().expect("it is a directory in another");
        let lock = File::create(directory.with_extension("lock")).unwrap();
        lock.lock_shared().unwrap();
        Self { root, _lock: lock }
    }
}

/// The root file system without anything of ours.
pub(crate) fn base_root() -> &'static Path {
    static BASE: OnceLock<Base> = OnceLock::new();
    &BASE.get_or_init(|| Base::named_by(ROOT)).root
}

/// The same of the other release.
fn other_base_root() -> &'static Path {
    static BASE: OnceLock<Base> = OnceLock::new();
    &BASE.get_or_init(|| Base::named_by(OTHER_ROOT)).root
}

/// The package that is tested.
pub fn package() -> PathBuf {
    named_by(PACKAGE)
}

/// The package, and that of the page where that is tested.
fn packages() -> Vec<PathBuf> {
    let page = std::env::var_os(PAGE).map(|_| named_by(PAGE));
    std::iter::once(package()).chain(page).collect()
}

/// A root file system on which the package was installed with apt, on a running host that was then
/// shut down. Made when it is first asked for, and not changed afterwards.
pub fn installed_root() -> &'static Path {
    static INSTALLED: OnceLock<Installed> = OnceLock::new();
    &INSTALLED.get_or_init(|| Installed::of(base_root())).root
}

/// The same of the other release.
pub(crate) fn other_installed_root() -> &'static Path {
    static INSTALLED: OnceLock<Installed> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| Installed::of(other_base_root()));
    &installed.root
}

/// A root file system that a test has prepared further, of which any number of machines are booted. It
/// goes with this value.
pub struct PreparedRoot {
    directory: TempDir,
}

impl PreparedRoot {
    /// One from the root file system with the package, after `prepare` on a machine of it.
    pub fn by(prepare: impl FnOnce(&Machine)) -> Self {
        let installed = installed_root();
        let cache = installed.parent().expect("it is a directory in another");
        let directory = tempfile::Builder::new()
            .prefix("prepared-")
            .tempdir_in(cache)
            .unwrap();
        let prepared = Self { directory };
        copy(installed, &prepared.root());
        let machine = Machine::of(&prepared.root(), Changes::Kept);
        prepare(&machine);
        machine.power_off();
        prepared
    }

    /// Boots a machine, whose changes go with it.
    pub fn boot(&self) -> Machine {
        Machine::of(&self.root(), Changes::Lost)
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("root")
    }
}

struct Installed {
    root: PathBuf,
    /// Locked as long as this process runs, so that no other run removes the directory.
    _lock: File,
}

impl Installed {
    /// The one of this package; other runs of the tests may be looking for theirs.
    fn of(base: &Path) -> Self {
        let cache = base.parent().expect("it is a directory in another");
        let mut hasher = DefaultHasher::new();
        for package in packages() {
            hasher.write(&fs::read(package).unwrap());
        }
        let name = format!("installed-{:016x}", hasher.finish());
        let lock = lock_of(cache, &name);
        lock.lock().unwrap();
        let root = cache.join(&name);
        if !root.is_dir() {
            remove_others(cache, &name);
            let partial = cache.join(format!("{name}.partial"));
            remove(&partial);
            copy(base, &partial);
            install(&partial);
            fs::rename(&partial, &root).unwrap();
        }
        lock.lock_shared().unwrap();
        Self { root, _lock: lock }
    }
}

fn lock_of(cache: &Path, name: &str) -> File {
    File::create(cache.join(format!("{name}.lock"))).unwrap()
}

/// Those of former packages that no other run uses.
fn remove_others(cache: &Path, name: &str) {
    for entry in fs::read_dir(cache).unwrap() {
        let entry = entry.unwrap();
        let file_name = entry.file_name().into_string().unwrap();
        // One that was never finished is locked by the name that it would have got.
        let other = file_name.trim_end_matches(".partial");
        let is_root = other.starts_with("installed-") && !other.contains('.');
        if !is_root || other == name {
            continue;
        }
        let lock = lock_of(cache, other);
        if lock.try_lock().is_ok() {
            remove(&entry.path());
        }
    }
}

impl Machine {
    /// Installs the package that is tested, as an administrator does, with that of the page where that
    /// is tested.
    pub fn install_package(&self) -> Output {
        let packages = packages();
        let places = &PLACES[..packages.len()];
        for (package, place) in packages.iter().zip(places) {
            self.write(place, fs::read(package).unwrap(), 0o644);
        }
        self.run(["apt-get", "install", "--yes"].iter().chain(places))
    }
}

fn install(root: &Path) {
    let machine = Machine::of(root, Changes::Kept);
    machine.install_package().ok();
    machine.run(["rm", "--force"].iter().chain(&PLACES)).ok();
    machine.power_off();
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp")
        .args(["--archive", "--reflink=auto"])
        .args([from, to])
        .status();
    assert!(status.unwrap().success(), "cannot copy {}", from.display());
}

/// Keeps to the file system, in case something is still mounted in it.
fn remove(root: &Path) {
    let status = Command::new("rm")
        .args(["--recursive", "--force", "--one-file-system"])
        .arg(root)
        .status();
    assert!(
        status.unwrap().success(),
        "cannot remove {}",
        root.display()
    );
}
