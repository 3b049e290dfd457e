//! An account for the demo alone, which may forget its password: the daemon and the helper that sets
//! passwords see files of accounts of their own, in a mount namespace. The machine's are left alone.

use super::process::Process;
use crate::failure::{Context, Result};
use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// The name of the account, and its address (RFC 2606).
pub(super) const NAME: &str = "sam";
pub(super) const ADDRESS: &str = "sam@example.org";
/// Its password at first, and the new one.
pub(super) const FORMER: &str = "correct horse battery";
pub(super) const NEW: &str = "Tr0ub4dor-and-three-trees";
/// The PAM service that checks its password.
pub(super) const SERVICE: &str = "demo-password";

/// Its uid, and the gid of its group.
const UID: u32 = 39_999;
/// The hash of its password at first, made with few rounds.
const HASH: &str = "$6$rounds=1000$secinfo$8LdAfRivsq.1DMlhy/X/uTdC2GId40sQvAN0V7s5wDIaQPczEB7FX2i8.P7lDHR8pW8.rvZ5gaKc/lMQvJop0/";

/// What new passwords are set by, as it is shipped.
const STACK: &str = include_str!("../../../daemon/password/pam.d/secinfo-reset");
/// What the helper reads itself.
const CONFIG: &str = "[policy.reset]\nenabled = true\n";
/// The machine's files that programs need in any case.
const OF_THE_MACHINE: [&str; 3] = ["ld.so.cache", "localtime", "login.defs"];

/// The files of accounts, and the namespace in which they are seen.
pub(super) struct OwnAccounts {
    holder: Process,
}

impl OwnAccounts {
    /// Makes them in the directory of the demo. None where this process may not mount.
    pub(super) fn make(directory: &Path) -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let (etc, state) = (directory.join("etc"), directory.join("lib"));
        write_files(&etc)?;
        fs::create_dir(&state).context(|| format!("make {}", state.display()))?;
        let script = r#"mount --bind "$1" /etc && mount --bind "$2" /var/lib && echo ready && exec sleep infinity"#;
        let mut command = Command::new("unshare");
        command
            .args([
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                script,
                "sh",
            ])
            .args([&etc, &state])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut holder = Process::start("unshare", &mut command)?;
        let output = holder.child.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .context(|| "hear of unshare".into())?;
        Ok((line == "ready\n").then_some(Self { holder }))
    }

    /// A command of root's that sees them.
    pub(super) fn command(&self, program: impl AsRef<Path>) -> Command {
        let namespace = format!("--mount=/proc/{}/ns/mnt", self.holder.child.id());
        let mut command = Command::new("nsenter");
        command.args([&namespace, "--"]).arg(program.as_ref());
        command
    }

    /// The same of the account.
    pub(super) fn command_as_sam(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.command("setpriv");
        command
            .args([format!("--reuid={UID}"), format!("--regid={UID}")])
            .args(["--clear-groups", "--"])
            .arg(program.as_ref());
        command
    }

    /// Starts the helper that sets passwords for each connection to a socket, as systemd does.
    pub(super) fn serve_helper(&self, socket: &Path, programs: &Path, log: File) -> Result<()> {
        let listener =
            UnixListener::bind(socket).context(|| format!("listen at {}", socket.display()))?;
        let namespace = self.holder.child.id();
        let helper = programs.join("secinfo-password");
        // It ends with this program, or when the daemon closes the connection.
        thread::spawn(move || {
            for connection in listener.incoming().map_while(std::result::Result::ok) {
                let (Ok(log), helper) = (log.try_clone(), helper.clone()) else {
                    return;
                };
                thread::spawn(move || start_helper(namespace, &helper, connection, log));
            }
        });
        Ok(())
    }
}

fn start_helper(namespace: u32, helper: &PathBuf, connection: UnixStream, log: File) {
    // What it says is in its log; the daemon learns from the connection that it has ended.
    let _ = Command::new("nsenter")
        .args([&format!("--mount=/proc/{namespace}/ns/mnt"), "--"])
        .arg(helper)
        .stdin(OwnedFd::from(connection))
        .stdout(Stdio::null())
        .stderr(log)
        .status();
}

/// The machine's names of users and groups with one account more, of which alone there is a password.
fn write_files(etc: &Path) -> Result<()> {
    for name in ["pam.d", "secinfo", "security"] {
        let path = etc.join(name);
        fs::create_dir_all(&path).context(|| format!("make {}", path.display()))?;
    }
    let of_the_machine = |name: &str| {
        let path = Path::new("/etc").join(name);
        fs::read_to_string(&path).context(|| format!("read {}", path.display()))
    };
    let files = [
        (
            "passwd",
            of_the_machine("passwd")? + &format!("{NAME}:x:{UID}:{UID}::/nonexistent:/bin/sh\n"),
        ),
        (
            "group",
            of_the_machine("group")? + &format!("{NAME}:x:{UID}:\n"),
        ),
        (
            "nsswitch.conf",
            "passwd: files\ngroup: files\nshadow: files\n".to_owned(),
        ),
        ("pam.d/secinfo-reset", STACK.to_owned()),
        (
            &format!("pam.d/{SERVICE}"),
            "auth required pam_unix.so nodelay\n".to_owned(),
        ),
        ("pam.d/other", "auth required pam_deny.so\n".to_owned()),
        ("secinfo/config.toml", CONFIG.to_owned()),
        // The machine may have pam_pwquality without the dictionary that it needs.
        ("security/pwquality.conf", "dictcheck = 0\n".to_owned()),
    ];
    for (name, text) in files {
        write(&etc.join(name), &text, 0o644)?;
    }
    let shadow = format!("{NAME}:{HASH}:19000:0:99999:7:::\n");
    write(&etc.join("shadow"), &shadow, 0o600)?;
    write(&etc.join("security/opasswd"), "", 0o600)?;
    for name in OF_THE_MACHINE {
        // Where one is not there, the programs do without it.
        let _ = fs::copy(Path::new("/etc").join(name), etc.join(name));
    }
    Ok(())
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    fs::write(path, text)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode)))
        .context(|| format!("write {}", path.display()))
}
