//! Files that are gone, or have become something else.

use crate::draw::Draw;
use secinfo_host_tests::Machine;
use std::fmt;

/// A file, and what is done to it.
#[derive(Debug, Clone)]
pub(crate) struct FileFault {
    /// As the shell expands it.
    path: &'static str,
    what: &'static str,
    sort: &'static str,
}

const PROGRAMS: [&str; 7] = [
    "/usr/sbin/secinfod",
    "/usr/lib/*/security/pam_secinfo.so",
    "/usr/lib/secinfo/secinfo-password",
    "/usr/lib/secinfo/secinfo-key",
    "/usr/lib/secinfo/secinfo-push",
    "/usr/bin/secinfo",
    "/usr/lib/secinfo/channels",
];

const GONE: [&str; 4] = [
    "mv $file /srv/gone",
    "chmod a-x $file",
    "cp -p $file /srv/gone; truncate --size=1000 $file",
    "chmod 000 $file",
];

const STATE: [&str; 6] = [
    "/var/lib/secinfo",
    "/etc/secinfo/break-glass",
    "/etc/secinfo",
    "/etc/secinfo/config.toml",
    "/run/secinfo/sign-in",
    "/var/lib/secinfo/log",
];

const RIGHTS: [&str; 7] = [
    "chmod 777 $file",
    "chmod 000 $file",
    "chown root:root $file",
    "chown alice:alice $file",
    "chown -R root:root $file",
    "mv $file /srv/gone",
    "chmod -R a+rwX $file",
];

const KEY: &str = "/var/lib/secinfo/master.key";

const KEYS: [&str; 5] = [
    "mv $file /srv/gone",
    "truncate --size=16 $file",
    "dd if=/dev/urandom of=$file bs=32 count=1 2>/dev/null",
    "chmod 644 $file",
    "chown root:root $file; chmod 600 $file",
];

impl FileFault {
    /// Draws one.
    pub(crate) fn draw(draw: &mut Draw) -> Self {
        match draw.below(4) {
            0 => Self {
                path: KEY,
                what: draw.one_of(&KEYS),
                sort: "master key gone",
            },
            1 => Self {
                path: draw.one_of(&STATE),
                what: draw.one_of(&RIGHTS),
                sort: "rights of files",
            },
            _ => Self {
                path: draw.one_of(&PROGRAMS),
                what: draw.one_of(&GONE),
                sort: "program gone",
            },
        }
    }

    /// Makes it, and starts the daemon anew, so that it comes into force.
    pub(crate) fn make(&self, machine: &Machine) {
        let Self { path, what, .. } = self;
        machine.shell(&format!(
            "for file in {path}; do {what}; done; systemctl restart secinfod"
        ));
    }

    /// Its sort, for the table.
    pub(crate) const fn sort(&self) -> &'static str {
        self.sort
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, what, .. } = self;
        write!(f, "{}", what.replace("$file", path))
    }
}
