//! Temporary disks, unmounted on drop.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// A tmpfs of fixed size.
pub struct MemoryDisk {
    mount: PathBuf,
}

impl MemoryDisk {
    /// Mounts an empty tmpfs of this size at a directory, which is created.
    pub fn mount_at(mount: &Path, mebibytes: u32) -> Self {
        fs::create_dir_all(mount).unwrap();
        let options = format!("size={mebibytes}m,mode=755");
        run(
            "mount",
            &["-t", "tmpfs", "-o", &options, "tmpfs", text(mount)],
        );
        Self {
            mount: mount.to_owned(),
        }
    }

    /// Fills it completely.
    pub fn fill(&self) -> Filler {
        Filler::new(&self.mount)
    }
}

impl Drop for MemoryDisk {
    fn drop(&mut self) {
        unmount(&self.mount);
    }
}

/// A file that fills a disk, removed on drop.
pub struct Filler(PathBuf);

impl Filler {
    fn new(directory: &Path) -> Self {
        use std::io::Write;
        let path = directory.join("filler");
        let mut file = fs::File::create(&path).unwrap();
        let error = loop {
            if let Err(error) = file.write_all(&[0x5a; 4096]) {
                break error;
            }
        };
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
        Self(path)
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// An ext4 file system on a loop device.
pub struct LoopDisk {
    // First, so that it is unmounted before the directory is removed.
    mounted: Option<Mounted>,
    directory: TempDir,
    images: u32,
}

struct Mounted {
    device: String,
    mount: PathBuf,
}

impl LoopDisk {
    /// Creates and mounts an empty file system of this size.
    pub fn new(mebibytes: u64) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("secinfo-disk-")
            .tempdir()
            .unwrap();
        fs::create_dir(directory.path().join("mount")).unwrap();
        let mut disk = Self {
            directory,
            mounted: None,
            images: 0,
        };
        let image = disk.image();
        let file = fs::File::create(&image).unwrap();
        file.set_len(mebibytes << 20).unwrap();
        run(
            "mkfs.ext4",
            &[
                "-q",
                "-F",
                "-m",
                "0",
                "-E",
                "lazy_itable_init=0,lazy_journal_init=0",
                text(&image),
            ],
        );
        disk.mount();
        disk
    }

    /// Its mount point.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("mount")
    }

    fn image(&self) -> PathBuf {
        self.directory.path().join(format!("image-{}", self.images))
    }

    fn mount(&mut self) {
        let (image, mount) = (self.image(), self.path());
        let device = run("losetup", &["--find", "--show", text(&image)]);
        let device = device.trim().to_owned();
        let mounted = Mounted {
            device: device.clone(),
            mount: mount.clone(),
        };
        run(
            "mount",
            &[
                "-t",
                "ext4",
                "-o",
                "noatime,errors=remount-ro",
                &device,
                text(&mount),
            ],
        );
        self.mounted = Some(mounted);
    }

    /// Simulates a power cut: the disk keeps what it has received so far, and loses what the kernel
    /// has not written yet. `stop` ends the writing processes after the disk has been copied.
    pub fn cut_power(&mut self, stop: impl FnOnce()) {
        let former = self.image();
        self.images += 1;
        let image = self.image();
        // The copy is consistent only if nothing was written meanwhile.
        loop {
            let before = self.written_when_quiet();
            run("cp", &["--sparse=always", text(&former), text(&image)]);
            if self.written_when_quiet() == before {
                break;
            }
        }
        stop();
        self.mounted = None;
        fs::remove_file(former).unwrap();
        self.mount();
    }

    /// The number of writes to the device, once none is in flight.
    fn written_when_quiet(&self) -> u64 {
        let mounted = self.mounted.as_ref().expect("the disk is mounted");
        let name = mounted.device.trim_start_matches("/dev/");
        loop {
            let stat = fs::read_to_string(format!("/sys/block/{name}/stat")).unwrap();
            let fields: Vec<u64> = stat
                .split_whitespace()
                .map(|field| field.parse().unwrap())
                .collect();
            // Documentation/block/stat.rst: write I/Os are field 5, those in flight field 9.
            if fields[8] == 0 {
                return fields[4];
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Triggers a file system error, after which the kernel remounts it read-only.
    pub fn fail(&self) {
        let mounted = self.mounted.as_ref().expect("the disk is mounted");
        let name = mounted.device.trim_start_matches("/dev/");
        fs::write(format!("/sys/fs/ext4/{name}/trigger_fs_error"), "1").unwrap();
        let error = fs::write(self.path().join("probe"), "x").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ReadOnlyFilesystem);
    }

    /// Repairs it and mounts it again.
    pub fn repair(&mut self) {
        self.mounted = None;
        let checked = Command::new("e2fsck")
            .args(["-p", text(&self.image())])
            .output()
            .unwrap();
        // 1: errors were corrected.
        assert!(matches!(checked.status.code(), Some(0 | 1)), "{checked:?}");
        self.mount();
    }

    /// Remounts it read-only.
    pub fn make_read_only(&self) {
        run("mount", &["-o", "remount,ro", text(&self.path())]);
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        unmount(&self.mount);
        let _ = Command::new("losetup")
            .args(["--detach", &self.device])
            .output();
    }
}

fn unmount(mount: &Path) {
    // Lazily if a process still uses it, which ends with the test.
    let orderly = Command::new("umount").arg(mount).output();
    if !orderly.is_ok_and(|output| output.status.success()) {
        let _ = Command::new("umount").arg("--lazy").arg(mount).output();
    }
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{program} {arguments:?} failed; these tests need root, mount and loop devices: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
