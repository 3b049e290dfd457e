//! Prism, a mock server that validates requests against Twilio's own description of its API.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::thread;

/// The path of Twilio's description of its API.
pub(crate) fn description() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/contracts/twilio_api_v2010.subset.json")
}

/// A running Prism, stopped on drop.
pub(crate) struct Prism {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
}

static SHARED: Mutex<Weak<Prism>> = Mutex::new(Weak::new());

impl Prism {
    /// The instance that concurrent tests share.
    pub(crate) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap();
        shared.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self::start());
            *shared = Arc::downgrade(&started);
            started
        })
    }

    fn start() -> Self {
        let program = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .with_file_name("tools/prism/node_modules/.bin/prism");
        assert!(
            program.exists(),
            "Prism is not installed: run `cargo xtask test --only crates`, which installs it"
        );
        let mut child = Command::new(program)
            .args(["mock", "--host", "127.0.0.1", "--port", "0"])
            .arg(description())
            .env_remove("NODE_ENV")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let address = address(&mut output);
        // A full pipe would block it.
        thread::spawn(move || output.read_to_end(&mut Vec::new()));
        Self { child, address }
    }
}

fn address(output: &mut BufReader<ChildStdout>) -> String {
    let mut said = String::new();
    loop {
        let before = said.len();
        let count = output.read_line(&mut said).unwrap();
        assert!(count > 0, "Prism did not start:\n{said}");
        if let Some((_, address)) = said[before..].split_once("listening on http://") {
            return address.trim().to_owned();
        }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
