//! What a virtual machine is started with: Debian's kernel for clouds, unpacked from its package,
//! and a first file system in memory with the modules that it takes to reach the disk.

use crate::installed::base_root;
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;

/// In the order in which they must be loaded.
const MODULES: [&str; 7] = [
    "virtio_ring",
    "virtio",
    "virtio_pci_modern_dev",
    "virtio_pci_legacy_dev",
    "virtio_pci",
    "virtio_blk",
    "virtio_console",
];

/// Depends on the package of the newest kernel of the release.
const NEWEST_KERNEL: &str = "linux-image-cloud-amd64";
/// Has programs that need no library.
const BUSYBOX: &str = "busybox-static";

/// A directory with the kernel, its modules and busybox.
pub(super) struct BootFiles {
    directory: PathBuf,
}

impl BootFiles {
    /// Those in the cache, or new ones from the sources of apt on this machine.
    pub(super) fn of_this_architecture() -> Self {
        assert_eq!(
            std::env::consts::ARCH,
            "x86_64",
            "the virtual machine of these tests is an x86 one"
        );
        let kernel = newest_kernel();
        let root = base_root();
        let cache = root.parent().expect("it is a directory in another");
        let directory = cache.join(&kernel);
        let lock = File::create(directory.with_added_extension("lock")).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        if !directory.is_dir() {
            let partial = directory.with_added_extension("partial");
            let _ = fs::remove_dir_all(&partial);
            fs::create_dir(&partial).unwrap();
            let modules = MODULES.map(|module| format!("*/{module}.ko"));
            let vmlinuz = "./boot/vmlinuz-*".to_owned();
            take_from(&partial, &kernel, &[&[vmlinuz], &modules[..]].concat());
            take_from(&partial, BUSYBOX, &["*/bin/busybox".to_owned()]);
            fs::rename(&partial, &directory).unwrap();
        }
        Self { directory }
    }

    pub(super) fn kernel(&self) -> PathBuf {
        let files = fs::read_dir(&self.directory).unwrap();
        files
            .map(|entry| entry.unwrap())
            .find(|entry| entry.file_name().to_string_lossy().starts_with("vmlinuz"))
            .expect("the cache holds a kernel")
            .path()
    }

    /// Writes the first file system, in the form that the kernel reads.
    pub(super) fn write_initrd(&self, path: &Path) {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path();
        for name in ["bin", "dev", "modules", "sysroot"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        let busybox = self.directory.join("busybox");
        fs::copy(&busybox, root.join("bin/busybox")).unwrap();
        for module in MODULES {
            let name = format!("{module}.ko");
            fs::copy(self.directory.join(&name), root.join("modules").join(&name)).unwrap();
        }
        for (name, content) in [
            ("agent", include_str!("guest/agent")),
            ("agent.service", include_str!("guest/agent.service")),
            ("init", include_str!("guest/init")),
            ("masked", include_str!("guest/masked")),
            ("modules/order", &MODULES.join("\n")),
        ] {
            fs::write(root.join(name), content).unwrap();
        }
        fs::set_permissions(root.join("init"), Permissions::from_mode(0o755)).unwrap();
        let script = r#"cd "$1" && "$2" find . | "$2" cpio -o -H newc >"$3""#;
        let mut pack = Command::new("sh");
        pack.args(["-ec", script, "sh"])
            .args([root, &busybox, path]);
        said(&mut pack);
    }
}

/// The name of its package, by lists of today: those that lie on a machine for weeks name a kernel
/// that is no longer to be had.
fn newest_kernel() -> String {
    static LISTS: Once = Once::new();
    LISTS.call_once(|| {
        // Where that fails, lists and kernel may still be there.
        let _ = Command::new("apt-get").args(["update", "--quiet"]).output();
    });
    let dependencies = said(Command::new("apt-cache").args(["depends", NEWEST_KERNEL]));
    dependencies
        .lines()
        .find_map(|line| line.trim().strip_prefix("Depends: "))
        .map(str::to_owned)
        .expect("apt has lists, and Debian a kernel for virtual machines")
}

/// Puts files of a Debian package, named by patterns, into a directory.
fn take_from(directory: &Path, package: &str, patterns: &[String]) {
    let download = directory.join("download");
    fs::create_dir(&download).unwrap();
    // It downloads as another user, who must be able to write here.
    fs::set_permissions(&download, Permissions::from_mode(0o777)).unwrap();
    said(
        Command::new("apt-get")
            .args(["download", "--quiet", package])
            .current_dir(&download),
    );
    let file = fs::read_dir(&download).unwrap().next();
    let file = file.expect("a package was downloaded").unwrap().path();
    let mut unpack = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(&file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    said(
        Command::new("tar")
            .args(["--extract", "--wildcards", "--transform=s|.*/||"])
            .arg("--directory")
            .arg(directory)
            .args(patterns)
            .stdin(unpack.stdout.take().unwrap()),
    );
    assert!(unpack.wait().unwrap().success());
    fs::remove_dir_all(&download).unwrap();
}

/// What a command writes, which must succeed.
#[track_caller]
pub(super) fn said(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}
