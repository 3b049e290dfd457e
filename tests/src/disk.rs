//! Disks of a test's own, unmounted when they go.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// A file system in memory, of fixed size.
pub struct MemoryDisk {
    mount: PathBuf,
}

impl MemoryDisk {
    /// An empty one of so many MiB, mounted at this directory, which is made.
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

    /// Fills it up, to the last byte.
    pub fn fill(&self) -> Filler {
        Filler::new(&self.mount)
    }
}

impl Drop for MemoryDisk {
    fn drop(&mut self) {
        unmount(&self.mount);
    }
}

/// A file that takes all room there is, until it is dropped.
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

/// An ext4 file system in a file, on a loop device.
pub struct LoopDisk {
    // Unmounted before the directory goes.
    mounted: Option<Mounted>,
    directory: TempDir,
    images: u32,
}

struct Mounted {
    device: String,
    mount: PathBuf,
}

impl LoopDisk {
    /// An empty one of so many MiB.
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

    /// Where it is mounted.
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

    /// A power cut: from now on the disk is what it had got by now, and whatever the kernel had
    /// not given to it is gone. Nobody may be writing.
    pub fn cut_power(&mut self, then: impl FnOnce()) {
        let former = self.image();
        self.images += 1;
        let image = self.image();
        // A copy is of one moment only if nothing was written meanwhile.
        loop {
            let before = self.written_when_quiet();
            run("cp", &["--sparse=always", text(&former), text(&image)]);
            if self.written_when_quiet() == before {
                break;
            }
        }
        then();
        self.mounted = None;
        fs::remove_file(former).unwrap();
        self.mount();
    }

    /// How many writes the device has taken, once it has none in flight.
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

    /// Makes the kernel find an error on it, upon which it takes no more writes.
    pub fn fail(&self) {
        let mounted = self.mounted.as_ref().expect("the disk is mounted");
        let name = mounted.device.trim_start_matches("/dev/");
        fs::write(format!("/sys/fs/ext4/{name}/trigger_fs_error"), "1").unwrap();
        let error = fs::write(self.path().join("probe"), "x").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ReadOnlyFilesystem);
    }

    /// Repairs it and mounts it again, as an administrator would.
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

    /// Mounts it again, so that nothing can be written.
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
    // Lazily where a process still has it, which then ends with the test.
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
