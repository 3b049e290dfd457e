//! Upgrades that are killed, and removals.

use crate::draw::Draw;
use crate::host::{INSTALLED, NEWER};
use secinfo_host_tests::Machine;
use std::fmt;
use std::thread;
use std::time::Duration;

/// What is done with the package.
#[derive(Debug, Clone)]
pub(crate) enum PackageRun {
    /// It is upgraded; dpkg and its scripts are killed after so long, and then this is run.
    UpgradeKilled(Duration, Option<&'static str>),
    /// It is removed or purged, which is killed after so long or not, and then this is run.
    Removed {
        how: &'static str,
        killed_after: Option<Duration>,
        then: Option<&'static str>,
    },
}

const MEND: [Option<&str>; 3] = [None, None, Some("dpkg --configure --pending")];

impl PackageRun {
    /// Draws one.
    pub(crate) fn draw(draw: &mut Draw) -> Self {
        let time = Duration::from_millis(draw.below(3500).try_into().unwrap());
        if draw.below(3) > 0 {
            return Self::UpgradeKilled(time, draw.one_of(&MEND));
        }
        Self::Removed {
            how: draw.one_of(&["remove", "purge"]),
            killed_after: (draw.below(2) == 0).then_some(time),
            then: draw.one_of(&[None, Some("dpkg --install /srv/installed.deb")]),
        }
    }

    /// Makes it.
    pub(crate) fn make(&self, machine: &Machine) {
        let (command, killed_after, then) = match self {
            Self::UpgradeKilled(time, then) => {
                (format!("dpkg --install {NEWER}"), Some(*time), then)
            }
            Self::Removed {
                how,
                killed_after,
                then,
            } => (format!("dpkg --{how} secinfo"), *killed_after, then),
        };
        assert!(machine.exists(INSTALLED));
        let in_group = format!(
            "export DEBIAN_FRONTEND=noninteractive\n\
             setsid sh -c 'echo $$ >/run/mistake; exec {command}' </dev/null >/dev/null 2>&1 & \n\
             {}",
            killed_after.map_or_else(
                || "wait".to_owned(),
                |time| format!(
                    "sleep {}; kill -KILL -- -$(cat /run/mistake)",
                    time.as_secs_f32()
                )
            )
        );
        machine.shell(&in_group);
        // Another run of dpkg waits for none that is going on.
        thread::sleep(Duration::from_millis(100));
        if let Some(then) = then {
            machine.shell(&format!("DEBIAN_FRONTEND=noninteractive {then}"));
        }
    }

    /// Whether nothing asks for a second step afterwards, because it was removed.
    pub(crate) const fn switches_off(&self) -> bool {
        matches!(self, Self::Removed { .. })
    }

    /// Its sort, for the table.
    pub(crate) const fn sort(&self) -> &'static str {
        match self {
            Self::UpgradeKilled(..) => "upgrade killed",
            Self::Removed { .. } => "removal",
        }
    }
}

impl fmt::Display for PackageRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "package: {self:?}")
    }
}
