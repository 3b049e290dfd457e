//! A private mount namespace, with the test's files in `/etc`, and its own `/run` and `/var`.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// A mount namespace. The process that holds it ends on drop, or with the test.
pub(crate) struct MountNamespace {
    holder: Child,
    // The holder ends when this is closed.
    _input: ChildStdin,
}

/// The mounts of a namespace.
#[derive(Default)]
pub(crate) struct Mounts {
    script: String,
}

impl Mounts {
    /// Mounts a file or directory over another, which must exist.
    pub(crate) fn bind(&mut self, source: &Path, target: &str) {
        let source = source.to_str().expect("paths of tests are text");
        writeln!(self.script, "mount --bind '{source}' '{target}'").unwrap();
    }

    /// Mounts an empty directory over another, if that exists.
    pub(crate) fn empty(&mut self, target: &str) {
        writeln!(
            self.script,
            "if test -d '{target}'; then mount -t tmpfs -o mode=755 tmpfs '{target}'; fi"
        )
        .unwrap();
    }

    /// Creates a directory in an empty one.
    pub(crate) fn directory(&mut self, path: &str) {
        writeln!(self.script, "mkdir -p '{path}'").unwrap();
    }
}

impl MountNamespace {
    /// Creates a namespace with these mounts.
    pub(crate) fn new(mounts: &Mounts) -> Self {
        let script = format!("set -e\n{}echo ready\nexec cat", mounts.script);
        let mut holder = Command::new("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", &script])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare is installed (Debian package util-linux)");
        let input = holder.stdin.take().unwrap();
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(
            line, "ready\n",
            "these tests need root and the right to mount"
        );
        Self {
            holder,
            _input: input,
        }
    }

    /// The command that executes another command in the namespace.
    pub(crate) fn wrapper(&self) -> [String; 3] {
        [
            "nsenter".to_owned(),
            format!("--mount=/proc/{}/ns/mnt", self.holder.id()),
            "--".to_owned(),
        ]
    }
}

impl Drop for MountNamespace {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
