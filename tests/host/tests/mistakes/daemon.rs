//! A daemon that does not run, has no room or has a wrong clock.

use crate::draw::Draw;
use crate::host::CLOCK;
use secinfo_host_tests::Machine;
use std::fmt;

/// What is wrong with it.
#[derive(Debug, Clone)]
pub(crate) enum DaemonFault {
    /// A script of the shell does it.
    Unit(&'static str),
    /// The file system of its state is full.
    FullDisk,
    /// Its clock is off by so much, as faketime writes it.
    Clock(&'static str),
}

const UNIT: [&str; 9] = [
    "systemctl mask --now secinfod.service",
    "systemctl mask --now secinfod.service secinfod.socket",
    "systemctl stop secinfod.service",
    "systemctl stop secinfod.socket secinfod.service",
    "systemctl disable --now secinfod.service secinfod.socket",
    "systemctl kill --signal=KILL secinfod.service",
    "systemctl kill --signal=STOP secinfod.service",
    "systemctl stop dbus.socket dbus.service",
    "mkdir -p /etc/systemd/system/secinfod.service.d; \
     printf '[Service]\\nUser=nobody\\n' >/etc/systemd/system/secinfod.service.d/user.conf; \
     systemctl daemon-reload; systemctl restart secinfod",
];

impl DaemonFault {
    /// Draws one.
    pub(crate) fn draw(draw: &mut Draw) -> Self {
        match draw.below(6) {
            0..=2 => Self::Unit(draw.one_of(&UNIT)),
            3 => Self::FullDisk,
            _ => {
                Self::Clock(draw.one_of(&["+1h", "-1h", "+400d", "-400d", "+40y", "-50y", "+90s"]))
            }
        }
    }

    /// Makes it.
    pub(crate) fn make(&self, machine: &Machine) {
        let script = match self {
            Self::Unit(script) => (*script).to_owned(),
            Self::FullDisk => "systemctl stop secinfod; mkdir /srv/state
                 cp -a /var/lib/secinfo/. /srv/state
                 mount -t tmpfs -o size=64m,mode=700 tmpfs /var/lib/secinfo
                 cp -a /srv/state/. /var/lib/secinfo; chown secinfo:secinfo /var/lib/secinfo
                 systemctl start secinfod; cat /dev/zero >/var/lib/secinfo/filler"
                .to_owned(),
            Self::Clock(off) => format!(
                "mkdir -p /etc/systemd/system/secinfod.service.d
                 printf '[Service]\\nEnvironment=LD_PRELOAD={CLOCK} FAKETIME={off} \
                 FAKETIME_DONT_FAKE_MONOTONIC=1\\n' >/etc/systemd/system/secinfod.service.d/clock.conf
                 systemctl daemon-reload; systemctl restart secinfod"
            ),
        };
        machine.shell(&script);
    }

    /// Whether the clock is wrong.
    pub(crate) const fn is_of_clock(&self) -> bool {
        matches!(self, Self::Clock(_))
    }

    /// Its sort, for the table.
    pub(crate) const fn sort(&self) -> &'static str {
        match self {
            Self::Unit(_) => "daemon stopped",
            Self::FullDisk => "full disk",
            Self::Clock(_) => "wrong clock",
        }
    }
}

impl fmt::Display for DaemonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit(script) => write!(f, "{script}"),
            Self::FullDisk => write!(f, "the disk of the state is full"),
            Self::Clock(off) => write!(f, "the clock is off by {off}"),
        }
    }
}
