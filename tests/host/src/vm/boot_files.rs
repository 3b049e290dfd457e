//! What a virtual machine is started with: Debian's kernel for clouds, and a first file system in
//! memory with the modules that it takes to reach the disk.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// In the order in which they must be loaded.
const MODULES: [&str; 10] = [
    "virtio_ring",
    "virtio",
    "virtio_pci_modern_dev",
    "virtio_pci_legacy_dev",
    "virtio_pci",
    "virtio_blk",
    "virtio_console",
    "hid",
    "uhid",
    "hid-generic",
];

/// What of the masked units a machine has at which users sit.
const OF_SEATS: [&str; 6] = [
    "systemd-logind.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
    "systemd-udevd.service",
    "systemd-user-sessions.service",
    "ssh.service",
];

/// Where a machine stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Where no user sits at it.
    Rack,
    /// Where users sit at it.
    Desk,
}

/// Where `cargo xtask test` unpacks the package of the kernel.
const KERNEL_PACKAGE: &str = "/srv";
/// Needs no library (Debian package busybox-static).
const BUSYBOX: &str = "/bin/busybox";

/// The kernel and its modules.
pub(super) struct BootFiles {
    kernel: PathBuf,
    modules: Vec<PathBuf>,
}

impl BootFiles {
    /// Those that are there.
    pub(super) fn find() -> Self {
        assert_eq!(
            std::env::consts::ARCH,
            "x86_64",
            "the virtual machine of these tests is an x86 one"
        );
        let package = Path::new(KERNEL_PACKAGE);
        let find = |directory: &str, name: &str| {
            let words = ["-name", name, "-print", "-quit"];
            let found = said(
                Command::new("find")
                    .arg(package.join(directory))
                    .args(words),
            );
            assert!(
                !found.is_empty(),
                "the kernel has no {name}; run: cargo xtask test host"
            );
            PathBuf::from(found.trim_end())
        };
        Self {
            kernel: find("boot", "vmlinuz-*"),
            modules: MODULES
                .map(|module| find("lib/modules", &format!("{module}.ko")))
                .into(),
        }
    }

    pub(super) fn kernel(&self) -> &Path {
        &self.kernel
    }

    /// Writes the first file system, in the form that the kernel reads.
    pub(super) fn write_initrd(&self, path: &Path, at: Place) {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path();
        for name in ["bin", "dev", "modules", "sysroot"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        fs::copy(BUSYBOX, root.join("bin/busybox")).unwrap();
        for module in &self.modules {
            let name = module.file_name().expect("it is a file");
            fs::copy(module, root.join("modules").join(name)).unwrap();
        }
        let masked = include_str!("guest/masked").lines();
        let masked: Vec<&str> = masked
            .filter(|unit| at == Place::Rack || !OF_SEATS.contains(unit))
            .collect();
        for (name, content) in [
            ("agent", include_str!("guest/agent")),
            ("agent.service", include_str!("guest/agent.service")),
            ("init", include_str!("guest/init")),
            ("masked", &masked.join("\n")),
            ("modules/order", &MODULES.join("\n")),
        ] {
            fs::write(root.join(name), content).unwrap();
        }
        fs::set_permissions(root.join("init"), Permissions::from_mode(0o755)).unwrap();
        let script = r#"cd "$1" && "$2" find . | "$2" cpio -o -H newc >"$3""#;
        let mut pack = Command::new("sh");
        pack.args(["-ec", script, "sh"])
            .args([root, Path::new(BUSYBOX), path]);
        said(&mut pack);
    }
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
