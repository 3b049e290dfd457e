//! A machine with a kernel of its own, for what a container has no part in: the kernel's limits of
//! control groups, a TPM, and the loss of power. It runs the same installed root file system.

mod boot_files;
mod console;
mod disk;
mod line;
mod power_cut;
mod tpm;

pub use console::Console;
pub use disk::Disk;
pub use tpm::Tpm;

use crate::output::Output;
use boot_files::{BootFiles, Place};
use disk::Changes;
use line::Line;
use secinfo_test_key::{EVENT, MachinePort};
use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long the machine may take to do something before a test gives up.
const PATIENCE: Duration = Duration::from_mins(2);

/// More than any limit of a unit, so that what ends a process is the limit and not the machine's end.
const MEMORY: &str = "2560M";

/// The kernel's tests of its ciphers now and then never end on an emulated processor.
const KERNEL_OPTIONS: &str = "console=ttyS0 quiet panic=-1 mitigations=off cryptomgr.notests";

/// A running virtual machine. Ends with this value, as if its power was cut; must be dropped in the
/// thread that booted it, or earlier than that thread ends.
pub struct VirtualMachine {
    emulator: Child,
    line: Line,
    news: UnixStream,
    directory: TempDir,
    _tpm: tpm::Running,
}

impl VirtualMachine {
    /// Starts one from a disk and with a TPM, and waits until it executes scripts.
    ///
    /// No accelerator is used, because few machines that tests run on have one.
    pub fn boot(disk: &Disk, tpm: &Tpm) -> Self {
        Self::start(disk, tpm, Place::Rack)
    }

    /// The same, where users sit at it: with consoles on which they sign in, and with devices that
    /// are plugged in.
    pub fn boot_with_seat(disk: &Disk, tpm: &Tpm) -> Self {
        Self::start(disk, tpm, Place::Desk)
    }

    fn start(disk: &Disk, tpm: &Tpm, at: Place) -> Self {
        let files = BootFiles::find();
        let directory = tempfile::Builder::new()
            .prefix("secinfo-vm-")
            .tempdir()
            .unwrap();
        let place = |name: &str| directory.path().join(name);
        let initrd = place("initrd");
        files.write_initrd(&initrd, at);
        let tpm = tpm.start(&place("tpm"));
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "qemu-system-x86_64"])
            .args(["-machine", "q35", "-cpu", "max", "-smp", "2", "-m", MEMORY])
            .args(["-accel", "tcg,thread=multi,tb-size=1024"])
            .args(["-nodefaults", "-no-reboot", "-display", "none"])
            .arg("-kernel")
            .arg(files.kernel())
            .arg("-initrd")
            .arg(&initrd)
            .args(["-append", KERNEL_OPTIONS])
            .arg("-serial")
            .arg(format!("file:{}", place("console").display()))
            .args(disk.options())
            .args(["-device", "virtio-blk-pci,drive=disk"])
            .args(["-device", "virtio-serial-pci"])
            .args(port("commands", &place("commands")))
            .args(port("news", &place("news")))
            .args(port("key1", &place("key1")))
            .args(port("key2", &place("key2")))
            .arg("-chardev")
            .arg(format!("socket,id=tpm,path={}", tpm.socket().display()))
            .args(["-tpmdev", "emulator,id=tpm,chardev=tpm"])
            .args(["-device", "tpm-crb,tpmdev=tpm"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(place("emulator")).unwrap());
        let mut emulator = command
            .spawn()
            .expect("setpriv is installed (Debian package util-linux)");
        let commands = connect(&mut emulator, &place("commands"), &place("emulator"));
        let news = connect(&mut emulator, &place("news"), &place("emulator"));
        let mut machine = Self {
            emulator,
            line: Line::new(commands),
            news,
            directory,
            _tpm: tpm,
        };
        machine.line.wait_up(PATIENCE);
        machine
    }

    /// Waits until systemd has started all that belongs to a running host.
    pub fn wait_booted(&mut self) {
        let state = self.shell("systemctl is-system-running --wait").stdout;
        assert!(matches!(state.trim(), "running" | "degraded"), "{state}");
    }

    /// Runs a script of bash as root. It may leave processes behind; whatever is written to file
    /// descriptor 4 is news of the machine.
    pub fn shell(&mut self, script: &str) -> Output {
        self.line.run(script, PATIENCE)
    }

    /// Writes a text file of root's, which ends with a line, into a directory that is there.
    pub fn write(&mut self, path: &str, content: &str) {
        let content = content.trim_end();
        let script = format!("cat >{path} <<'END OF FILE'\n{content}\nEND OF FILE\n");
        self.shell(&script).ok();
    }

    /// Waits until a script succeeds; answers with what it said then.
    #[track_caller]
    pub fn wait_for(&mut self, what: &str, script: &str) -> String {
        let begun = Instant::now();
        loop {
            let output = self.shell(script);
            if output.code == 0 {
                return output.stdout;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain for {what}: {output:#?}"
            );
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// The news of the machine, to be read in a thread of its own. Ends with the machine.
    pub fn news(&self) -> UnixStream {
        self.news.try_clone().unwrap()
    }

    /// One of the two ports for security keys, counted from one.
    pub fn key_port(&mut self, number: u8) -> MachinePort {
        let name = format!("key{number}");
        let stream = UnixStream::connect(self.directory.path().join(&name)).unwrap();
        // Whatever ends a direction is a block that the kernel does not take; the next may be.
        let pump = format!(
            "exec 5<>/dev/uhid 6<>$(echo /dev/vport*p{port})
             until dd bs={EVENT} iflag=fullblock <&6 >&5; do :; done 2>/dev/null &
             until dd bs={EVENT} <&5 >&6; do :; done 2>/dev/null &",
            port = number + 2,
        );
        self.shell(&pump).ok();
        MachinePort::new(stream)
    }

    /// Cuts the power: kills the emulator at once.
    pub fn cut_power(mut self) {
        self.kill();
    }

    fn kill(&mut self) {
        let _ = self.emulator.kill();
        let _ = self.emulator.wait();
    }

    /// Prints console and journal, to explain a failure.
    #[allow(
        clippy::print_stderr,
        reason = "the test runner shows it of a failed test"
    )]
    fn tell(&mut self) {
        for name in ["emulator", "console"] {
            let bytes = fs::read(self.directory.path().join(name)).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            eprintln!("--- the virtual machine's {name}\n{text}");
        }
        let script = "journalctl --no-pager --output=short-monotonic --lines=400";
        match self.line.try_run(script, Duration::from_secs(30)) {
            Ok(journal) => eprintln!("--- the virtual machine's journal\n{}", journal.stdout),
            Err(error) => eprintln!("--- the virtual machine tells no journal: {error}"),
        }
    }
}

impl Drop for VirtualMachine {
    fn drop(&mut self) {
        if thread::panicking() {
            self.tell();
        }
        self.kill();
    }
}

impl Disk {
    /// The options that make it the machine's disk.
    ///
    /// A write counts once it is in the files of this machine, which outlive the emulator: to wait
    /// for them to reach a real disk would only take time.
    fn options(&self) -> [String; 2] {
        let image = self.image().display();
        match self.changes() {
            Changes::Logged(log) => [
                "-blockdev".into(),
                format!(
                    "driver=blklogwrites,node-name=disk,file.driver=file,file.filename={image},\
                     file.cache.no-flush=on,log.driver=file,log.filename={},log.cache.no-flush=on",
                    log.display()
                ),
            ],
            Changes::Lost => [
                "-drive".into(),
                format!(
                    "if=none,id=disk,format=raw,file={image},snapshot=on,cache=unsafe,\
                     file.locking=off"
                ),
            ],
        }
    }
}

/// The options of a serial port that is a socket here.
fn port(name: &str, path: &Path) -> [String; 4] {
    [
        "-chardev".into(),
        format!(
            "socket,id={name},path={},server=on,wait=off",
            path.display()
        ),
        "-device".into(),
        format!("virtserialport,chardev={name},name={name}"),
    ]
}

fn connect(emulator: &mut Child, socket: &Path, messages: &Path) -> UnixStream {
    let begun = Instant::now();
    loop {
        if let Ok(stream) = UnixStream::connect(socket) {
            return stream;
        }
        let ended = emulator.try_wait().unwrap();
        assert!(
            ended.is_none() && begun.elapsed() < PATIENCE,
            "no virtual machine starts (Debian package qemu-system-x86; {ended:?}): {}",
            fs::read_to_string(messages).unwrap_or_default()
        );
        thread::sleep(Duration::from_millis(20));
    }
}
