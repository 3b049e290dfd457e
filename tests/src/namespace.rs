//! A mount namespace of the test's own: files of `/etc` in it are the test's, and what programs
//! write to `/run` and `/var` stays in it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// A mount namespace. The process that holds it ends with this value, or with the test.
pub(crate) struct MountNamespace {
    holder: Child,
    // The holder reads to its end.
    _input: ChildStdin,
}

/// What is mounted in a namespace.
#[derive(Default)]
pub(crate) struct Mounts {
    script: String,
}

impl Mounts {
    /// Shows one file or directory in the place of another, which must be there.
    pub(crate) fn bind(&mut self, shown: &Path, place: &str) {
        let shown = shown.to_str().expect("paths of tests are text");
        writeln!(self.script, "mount --bind '{shown}' '{place}'").unwrap();
    }

    /// An empty directory in the place of one that need not be there.
    pub(crate) fn empty(&mut self, place: &str) {
        writeln!(
            self.script,
            "if test -d '{place}'; then mount -t tmpfs -o mode=755 tmpfs '{place}'; fi"
        )
        .unwrap();
    }

    /// Makes a directory in an empty one.
    pub(crate) fn directory(&mut self, path: &str) {
        writeln!(self.script, "mkdir -p '{path}'").unwrap();
    }
}

impl MountNamespace {
    /// A namespace with these mounts.
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

    /// The words before a command that is to run in it, which they become.
    pub(crate) fn entering(&self) -> [String; 3] {
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
