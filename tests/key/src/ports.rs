//! Ports of a host into which keys are plugged, without a kernel that simulates devices: in a mount
//! namespace of their own, `/sys/class/hidraw` and `/dev` list them, and a pseudo terminal carries the
//! frames.

use crate::authenticator::Authenticator;
use crate::hid::{FRAME, Frame, Line, Received, Shared, serve};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What a security key says that it is (CTAP 2.1, 11.2.8.2).
pub(crate) const DESCRIPTOR: &[u8] = &[
    0x06, 0xD0, 0xF1, 0x09, 0x01, 0xA1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08,
    0x95, 0x40, 0x81, 0x02, 0x09, 0x21, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91,
    0x02, 0xC0,
];

/// Ports, in a mount namespace.
pub struct Ports {
    directory: PathBuf,
    holder: Child,
    keys: Vec<Port>,
}

struct Port {
    key: Shared,
    thread: Option<JoinHandle<()>>,
    // While one has it open, what is set of the terminal stays.
    _terminal: OwnedFd,
}

impl Ports {
    /// Ports in which nothing is plugged. `directory` is theirs, and exists.
    pub fn new(directory: &Path) -> Self {
        let [listed, devices] = ["sys", "dev"].map(|name| {
            let made = directory.join(name);
            fs::create_dir_all(&made).unwrap();
            made
        });
        fs::create_dir(devices.join("pts")).unwrap();
        fs::write(devices.join("null"), "").unwrap();
        let script = format!(
            "set -e
            mount --bind '{listed}' /sys/class/hidraw
            mount --bind /dev/null '{devices}/null'
            mount --bind /dev/pts '{devices}/pts'
            mount --rbind '{devices}' /dev
            echo ready
            exec cat",
            listed = listed.display(),
            devices = devices.display(),
        );
        let mut holder = Command::new("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = holder.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        assert_eq!(
            line, "ready\n",
            "these tests need root and the right to mount"
        );
        Self {
            directory: directory.to_owned(),
            holder,
            keys: Vec::new(),
        }
    }

    /// Plugs a key in, which says that this is its name.
    pub fn plug(&mut self, key: Authenticator, name: &str) -> Shared {
        let number = self.keys.len();
        let master =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap();
        let how = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal = open(path.as_c_str(), how, Mode::empty()).unwrap();
        let mut raw = tcgetattr(&terminal).unwrap();
        raw.make_raw();
        tcsetattr(&terminal, OptionalActions::Now, &raw).unwrap();

        let device = self.listed(number).join("device");
        fs::create_dir_all(&device).unwrap();
        fs::write(device.join("report_descriptor"), DESCRIPTOR).unwrap();
        let about = format!("HID_ID=0003:00001050:00000407\nHID_NAME={name}\n");
        fs::write(device.join("uevent"), about).unwrap();
        symlink(path.to_str().unwrap(), self.device(number)).unwrap();

        let key = Shared::new(key);
        let served = key.clone();
        let thread = thread::spawn(move || serve(&served, &mut Terminal(master)));
        self.keys.push(Port {
            key: key.clone(),
            thread: Some(thread),
            _terminal: terminal,
        });
        self.allow(number, true);
        key
    }

    /// Whether everybody may use a key, or root alone; keys are counted from zero.
    pub fn allow(&self, number: usize, everybody: bool) {
        let mode = if everybody { 0o666 } else { 0o600 };
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.device(number), mode).unwrap();
    }

    /// Pulls a key out.
    pub fn unplug(&mut self, number: usize) {
        fs::remove_file(self.device(number)).unwrap();
        fs::remove_dir_all(self.listed(number)).unwrap();
        self.keys[number].end();
    }

    fn listed(&self, number: usize) -> PathBuf {
        self.directory.join(format!("sys/hidraw{number}"))
    }

    fn device(&self, number: usize) -> PathBuf {
        self.directory.join(format!("dev/hidraw{number}"))
    }

    /// The words before a command that run it where the keys are plugged in.
    pub fn wrapper(&self) -> [String; 3] {
        let namespace = format!("--mount=/proc/{}/ns/mnt", self.holder.id());
        ["nsenter".to_owned(), namespace, "--".to_owned()]
    }

    /// A command that runs a program where the keys are plugged in.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let [enter, namespace, end] = self.wrapper();
        let mut command = Command::new(enter);
        command.args([namespace, end]).arg(program.as_ref());
        command
    }
}

impl Port {
    fn end(&mut self) {
        self.key.lock().unplug();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Ports {
    fn drop(&mut self) {
        for port in &mut self.keys {
            port.end();
        }
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// A pseudo terminal's end, as a key has it.
struct Terminal(OwnedFd);

impl Line for Terminal {
    fn send(&mut self, frame: &Frame) -> bool {
        // Into a terminal nobody reads from, it is lost, as a report is.
        let mut ready = [PollFd::new(&self.0, PollFlags::OUT)];
        let long = Timespec {
            tv_sec: 1,
            tv_nsec: 0,
        };
        if poll(&mut ready, Some(&long)).unwrap() == 0 {
            return true;
        }
        rustix::io::write(&self.0, frame).is_ok()
    }

    fn receive(&mut self, within: Duration) -> Received {
        let mut ready = [PollFd::new(&self.0, PollFlags::IN)];
        let within = Timespec::try_from(within).unwrap();
        if poll(&mut ready, Some(&within)).unwrap() == 0 {
            return Received::Nothing;
        }
        // A report's number comes before it.
        let mut report = [0; 1 + FRAME];
        let mut filled = 0;
        while filled < report.len() {
            match rustix::io::read(&self.0, &mut report[filled..]) {
                Ok(read) if read > 0 => filled += read,
                _ => return Received::Gone,
            }
        }
        Received::Frame(report[1..].try_into().unwrap())
    }
}
