//! A host for the helper, in a mount namespace of its own.

use secinfo_wire::password::TicketId;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// How long a reply may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The uid of the daemon on this host.
pub(crate) const DAEMON: u32 = 900;

/// The uids of the users.
pub(crate) const ALICE: u32 = 1000;
pub(crate) const BOB: u32 = 1001;

/// The password of both, before it is changed.
pub(crate) const OLD: &str = "correct horse battery";

/// A password that `pam_pwquality` takes.
pub(crate) const NEW: &str = "Tr0ub4dor-and-three-trees";

/// The old one, hashed quickly.
const HASH: &str = "$6$rounds=1000$secinfo$8LdAfRivsq.1DMlhy/X/uTdC2GId40sQvAN0V7s5wDIaQPczEB7FX2i8.P7lDHR8pW8.rvZ5gaKc/lMQvJop0/";

/// The service as it is shipped.
pub(crate) const SHIPPED: &str = include_str!("../../pam.d/secinfo-reset");

const PASSWD: &str = "\
root:x:0:0:root:/root:/bin/sh
games:x:5:60::/nonexistent:/bin/sh
secinfo:x:900:900::/nonexistent:/usr/sbin/nologin
alice:x:1000:1000:Alice:/home/alice:/bin/sh
bob:x:1001:1001::/home/bob:/bin/bash
carol:x:1002:1002::/home/carol:/bin/sh
dave:x:1003:1003::/home/dave:/usr/sbin/nologin
erin:x:1004:1004::/home/erin:/bin/false
frank:x:1005:1005::/home/frank:/bin/sh
grace:x:1006:1006::/home/grace:/bin/sh
heidi:x:1007:1007::/home/heidi:/bin/sh
ivan:x:1008:1008::/home/ivan:/bin/sh
judy:x:1009:1009::/home/judy:/bin/sh
mallory:x:1010:0::/home/mallory:/bin/sh
nobody:x:65534:65534::/nonexistent:/bin/sh
olivia:x:70000:70000::/home/olivia:/bin/sh
";

const GROUP: &str = "\
root:x:0:
shadow:x:42:
games:x:60:
sudo:x:27:carol
staff:x:50:bob
";

/// The accounts whose line in the shadow file is not `alice`'s.
const SHADOW: [(&str, &str); 5] = [
    ("frank", "!HASH:19000:0:99999:7:::"),
    ("grace", "*:19000:0:99999:7:::"),
    ("heidi", ":19000:0:99999:7:::"),
    ("ivan", "HASH:19000:0:99999:7::19001:"),
    ("judy", "HASH:19000:0:90:7:30::"),
];

/// The host.
pub(crate) struct Host {
    directory: TempDir,
    holder: Child,
    // The holder ends when this is closed.
    _input: ChildStdin,
    tickets: AtomicU32,
}

/// A helper that serves one connection.
pub(crate) struct Helper {
    pub(crate) stream: UnixStream,
    pub(crate) process: Child,
}

impl Host {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let etc = directory.path().join("etc");
        for name in ["etc/pam.d", "etc/security", "etc/secinfo", "lib"] {
            fs::create_dir_all(directory.path().join(name)).unwrap();
        }
        let mut shadow = String::new();
        for name in PASSWD.lines().filter_map(|line| line.split(':').next()) {
            let other = SHADOW.iter().find(|(known, _)| *known == name);
            let rest = other.map_or("HASH:19000:0:99999:7:::", |(_, rest)| rest);
            writeln!(shadow, "{name}:{}", rest.replace("HASH", HASH)).unwrap();
        }
        for (name, text) in [
            ("passwd", PASSWD),
            ("group", GROUP),
            ("shadow", &shadow),
            (
                "nsswitch.conf",
                "passwd: files db\ngroup: files\nshadow: files\n",
            ),
            ("pam.d/other", "password required pam_deny.so\n"),
            ("pam.d/secinfo-reset", SHIPPED),
            // The dictionary of cracklib is a package of its own.
            ("security/pwquality.conf", "dictcheck = 0\nminlen = 12\n"),
            ("security/opasswd", ""),
        ] {
            fs::write(etc.join(name), text).unwrap();
        }
        for name in ["shadow", "security/opasswd"] {
            fs::set_permissions(etc.join(name), Permissions::from_mode(0o600)).unwrap();
        }
        // Where the dynamic linker finds libraries.
        let _ = fs::copy("/etc/ld.so.cache", etc.join("ld.so.cache"));
        fs::set_permissions(&etc, Permissions::from_mode(0o755)).unwrap();
        let (holder, input) = namespace(directory.path());
        let host = Self {
            directory,
            holder,
            _input: input,
            tickets: AtomicU32::new(0),
        };
        host.configure("");
        host
    }

    /// A file of this host's `/etc`.
    pub(crate) fn etc(&self, name: &str) -> PathBuf {
        self.directory.path().join("etc").join(name)
    }

    /// A directory for files of the test, which the host sees, too.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Where the helper keeps its record.
    pub(crate) fn record(&self) -> PathBuf {
        self.directory.path().join("lib/secinfo-password")
    }

    /// Sets the configuration of a host on which passwords are reset.
    pub(crate) fn configure(&self, section: &str) {
        let text = format!("[policy.reset]\nenabled = true\n[password-reset]\n{section}");
        fs::write(self.etc("secinfo/config.toml"), text).unwrap();
    }

    /// Sets the PAM service.
    pub(crate) fn stack(&self, rules: &str) {
        fs::write(self.etc("pam.d/secinfo-reset"), rules).unwrap();
    }

    /// Writes a program of root's, which the host can run.
    pub(crate) fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.etc(name);
        fs::write(&path, format!("#!/bin/sh\n{text}")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        Path::new("/etc").join(name)
    }

    /// A command on this host, as root.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--mount=/proc/{}/ns/mnt", self.holder.id()))
            .arg("--")
            .args(words)
            .current_dir("/");
        command
    }

    /// Connects as this uid to a new helper.
    pub(crate) fn connect(&self, uid: u32) -> Helper {
        self.connect_through(uid, &[])
    }

    /// The same; these words start the helper.
    pub(crate) fn connect_through(&self, uid: u32, words: &[&str]) -> Helper {
        let socket = self.directory.path().join("socket");
        let _ = fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket).unwrap();
        fs::set_permissions(&socket, Permissions::from_mode(0o666)).unwrap();
        fs::set_permissions(self.directory.path(), Permissions::from_mode(0o755)).unwrap();
        let stream = secinfo_test_person::connect(&socket, uid);
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        let words = [words, &[env!("CARGO_BIN_EXE_secinfo-password")]].concat();
        let process = self
            .command(&words)
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(accepted)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Helper { stream, process }
    }

    /// A new ticket.
    pub(crate) fn ticket(&self, name: &str, uid: u32) -> Value {
        self.ticket_issued(name, uid, 0)
    }

    /// A new ticket that was issued so many seconds ago.
    pub(crate) fn ticket_issued(&self, name: &str, uid: u32, ago: i64) -> Value {
        let mut id = [7; 16];
        let number = self.tickets.fetch_add(1, Ordering::Relaxed);
        id[..4].copy_from_slice(&number.to_be_bytes());
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let issued_at = i64::try_from(now).unwrap() - ago;
        json!({"id": TicketId::new(id), "name": name, "uid": uid, "issued_at": issued_at})
    }

    /// Has a new helper set a password with this ticket, as the daemon asks for it.
    pub(crate) fn set_with(&self, ticket: &Value, password: &str) -> Reply {
        self.connect(DAEMON).set(ticket, password)
    }

    /// The same with a new ticket.
    pub(crate) fn set(&self, name: &str, uid: u32, password: &str) -> Reply {
        self.set_with(&self.ticket(name, uid), password)
    }

    /// What a new helper says became of a ticket.
    pub(crate) fn outcome(&self, ticket: &Value) -> String {
        let mut helper = self.connect(DAEMON);
        helper.call("Outcome", &json!({"ticket": ticket})).word()
    }

    /// What a new helper says of an account.
    pub(crate) fn check(&self, name: &str, uid: u32) -> String {
        let mut helper = self.connect(DAEMON);
        let reply = helper.call("Check", &json!({"name": name, "uid": uid}));
        reply.0["parameters"]["account"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The shadow file.
    pub(crate) fn shadow(&self) -> String {
        fs::read_to_string(self.etc("shadow")).unwrap()
    }

    /// What stands for a user's password in the shadow file.
    pub(crate) fn hash(&self, name: &str) -> String {
        let shadow = self.shadow();
        let line = shadow
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap().split(':').next().unwrap().to_owned()
    }

    /// Whether this is a user's password.
    pub(crate) fn holds(&self, name: &str, password: &str) -> bool {
        let hash = self.hash(name);
        let output = Command::new("perl")
            .args(["-e", "print crypt($ARGV[0], $ARGV[1])", password, &hash])
            .output()
            .unwrap();
        output.status.success() && output.stdout == hash.as_bytes()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// A namespace with this host's `/etc`, `/var/lib` and `/run`.
fn namespace(directory: &Path) -> (Child, ChildStdin) {
    let directory = directory.to_str().unwrap();
    let script = format!(
        "set -e\nmount --bind '{directory}/etc' /etc\nmount --bind '{directory}/lib' /var/lib\n\
         echo ready\nexec cat"
    );
    let mut holder = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-c", &script])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = holder.stdin.take().unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(holder.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    assert_eq!(
        line, "ready\n",
        "these tests need root and the right to mount"
    );
    (holder, input)
}

/// A reply as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply(pub(crate) Value);

impl Reply {
    /// The outcome, or the last part of the error's name.
    pub(crate) fn word(&self) -> String {
        let error = self.0["error"]
            .as_str()
            .map(|name| name.rsplit('.').next().unwrap());
        let outcome = self.0["parameters"]["outcome"].as_str();
        let word = error.or(outcome);
        word.unwrap_or_else(|| panic!("{:?}", self.0)).to_owned()
    }

    /// What the modules said.
    pub(crate) fn messages(&self) -> Vec<String> {
        serde_json::from_value(self.0["parameters"]["messages"].clone()).unwrap()
    }
}

impl Helper {
    /// Calls a method of the interface.
    pub(crate) fn call(&mut self, method: &str, parameters: &Value) -> Reply {
        self.send(method, parameters);
        self.receive().expect("the helper ended without a reply")
    }

    pub(crate) fn send(&mut self, method: &str, parameters: &Value) {
        let method = format!("org.secinfo.Password.{method}");
        let call = json!({"method": method, "parameters": parameters});
        self.stream
            .write_all(format!("{call}\0").as_bytes())
            .unwrap();
    }

    /// The next reply; none if the connection was closed.
    pub(crate) fn receive(&mut self) -> Option<Reply> {
        let mut message = Vec::new();
        let mut byte = [0];
        loop {
            match self.stream.read(&mut byte) {
                Ok(1) if byte == [0] => break,
                Ok(1) => message.push(byte[0]),
                Ok(_) => return None,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
                // With a time-out, a read does not begin again after a signal, such as that of a child.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("no reply: {error}"),
            }
        }
        Some(Reply(serde_json::from_slice(&message).unwrap()))
    }

    /// Asks for a password to be set.
    pub(crate) fn set(&mut self, ticket: &Value, password: &str) -> Reply {
        self.call(
            "SetPassword",
            &json!({"ticket": ticket, "password": password}),
        )
    }

    /// Waits for its end. Answers with what it wrote for the journal.
    pub(crate) fn journal(mut self) -> String {
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
        let mut text = String::new();
        let mut errors = self.process.stderr.take().unwrap();
        errors.read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Compiles a library in C of these tests.
pub(crate) fn compile_library(source: &str, library: &Path) {
    let output = Command::new("gcc")
        .args([
            "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
        ])
        .arg(library)
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/helper")
                .join(source),
        )
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
