//! The outcome table of `docs/reference/pam.md`, row by row: the real module, in a host that calls
//! the real libpam, with a fake daemon.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and says where"
)]

mod arguments;
mod break_glass;
mod conversation;
mod daemon;
mod host;
mod phases;
mod process;
mod replies;
mod reset;
mod unavailable;

use daemon::{Daemon, Reply};
use host::{PamHost, SERVICE, write_service};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The return codes of Linux-PAM.
mod code {
    pub(crate) const SUCCESS: i32 = 0;
    pub(crate) const SERVICE_ERR: i32 = 3;
    pub(crate) const SYSTEM_ERR: i32 = 4;
    pub(crate) const PERM_DENIED: i32 = 6;
    pub(crate) const AUTH_ERR: i32 = 7;
    pub(crate) const CRED_INSUFFICIENT: i32 = 8;
    pub(crate) const AUTHINFO_UNAVAIL: i32 = 9;
    pub(crate) const USER_UNKNOWN: i32 = 10;
    pub(crate) const MAXTRIES: i32 = 11;
    pub(crate) const CRED_ERR: i32 = 17;
    pub(crate) const CONV_ERR: i32 = 19;
    pub(crate) const IGNORE: i32 = 25;
}

/// The message to the user if the daemon cannot decide, in the language of the host program.
const CANNOT_DECIDE: &str = "error Sie können jetzt nicht geprüft werden, weil secinfod nicht \
                             entscheiden kann: Sagen Sie es der Administration.";

/// A directory for the socket, pam.d and break-glass codes.
struct Fixture {
    directory: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("pam.d")).unwrap();
        fs::create_dir(directory.path().join("break-glass")).unwrap();
        let fixture = Self { directory };
        // Long enough for a slow machine; rows that wait for it set a shorter one.
        fixture.configure("timeout=100");
        fixture
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn pam_d(&self) -> PathBuf {
        self.path().join("pam.d")
    }

    fn socket(&self) -> PathBuf {
        self.path().join("sign-in")
    }

    fn break_glass(&self) -> PathBuf {
        self.path().join("break-glass")
    }

    /// Sets the module's arguments, besides socket and break-glass codes.
    fn configure(&self, arguments: &str) {
        let (socket, codes) = (self.socket(), self.break_glass());
        let (socket, codes) = (socket.display(), codes.display());
        let arguments = format!("socket={socket} break_glass={codes} {arguments}");
        write_service(&self.pam_d(), SERVICE, &arguments);
    }

    /// A host in which alice wants to sign in.
    fn host(&self) -> PamHost {
        self.host_of("alice")
    }

    /// A host in which this user wants to sign in.
    fn host_of(&self, user: &str) -> PamHost {
        let mut host = PamHost::start(&self.pam_d());
        host.begin(user);
        host
    }
}

/// A fixture with a daemon that has these replies, and a host in which alice wants to sign in.
fn fixture(replies: impl IntoIterator<Item = Reply>) -> (Fixture, Daemon, PamHost) {
    let fixture = Fixture::new();
    let daemon = Daemon::start(&fixture.socket(), 0, replies);
    let host = fixture.host();
    (fixture, daemon, host)
}
