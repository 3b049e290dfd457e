//! The mistakes: drawing one, making it, and what it does by itself.

use crate::draw::Draw;
use crate::host::{Host, Prepared};
use crate::visit::Way;
use crate::{daemon, files, package_run, pam_edit, policy, setup_run, ssh_edit};
use secinfo_host_tests::Machine;
use std::fmt;

/// One mistake of an administrator.
#[derive(Debug, Clone)]
pub(crate) enum Mistake {
    /// A line of a file in pam.d is edited.
    Pam(pam_edit::PamEdit),
    /// The SSH server is configured otherwise.
    Ssh(ssh_edit::SshEdit),
    /// `config.toml` is edited.
    Policy(policy::PolicyEdit),
    /// `secinfo setup` is killed, and nobody confirms anything.
    Setup(setup_run::SetupRun),
    /// The package is upgraded, and that is killed, or it is removed.
    Package(package_run::PackageRun),
    /// The daemon does not run, or not as it should.
    Daemon(daemon::DaemonFault),
    /// A file that is needed is gone, or is not what it should be.
    Files(files::FileFault),
}

impl Mistake {
    /// Draws one to three.
    pub(crate) fn several(seed: u64, prepared: &Prepared) -> Vec<Self> {
        let mut draw = Draw::of_seed(seed);
        let count = draw.one_of(&[1, 1, 1, 1, 2, 2, 3]);
        (0..count).map(|_| Self::one(&mut draw, prepared)).collect()
    }

    fn one(draw: &mut Draw, prepared: &Prepared) -> Self {
        match draw.below(15) {
            0..=2 => Self::Pam(pam_edit::PamEdit::draw(draw, prepared.files())),
            3..=4 => Self::Ssh(ssh_edit::SshEdit::draw(draw)),
            5..=6 => Self::Policy(policy::PolicyEdit::draw(draw)),
            7..=8 => Self::Setup(setup_run::SetupRun::draw(draw)),
            9..=10 => Self::Package(package_run::PackageRun::draw(draw)),
            11..=12 => Self::Daemon(daemon::DaemonFault::draw(draw)),
            _ => Self::Files(files::FileFault::draw(draw)),
        }
    }

    /// Makes it.
    pub(crate) fn make(&self, host: &Host) {
        let machine = &host.machine;
        match self {
            Self::Pam(edit) => edit.make(machine),
            Self::Ssh(edit) => edit.make(machine),
            Self::Policy(edit) => edit.make(machine),
            Self::Setup(run) => run.make(machine),
            Self::Package(run) => run.make(machine),
            Self::Daemon(fault) => fault.make(machine),
            Self::Files(fault) => fault.make(machine),
        }
    }

    /// Makes the same on a host that has never had secinfo, as far as there is such a thing.
    pub(crate) fn make_without_secinfo(&self, machine: &Machine) {
        match self {
            Self::Pam(edit) => edit.make(machine),
            Self::Ssh(edit) => edit.make(machine),
            _ => {}
        }
    }

    /// Whether it switches the second step off at this way in, as its maker must know.
    pub(crate) fn switches_off(&self, way: Way) -> bool {
        match self {
            Self::Pam(edit) => edit.switches_off(way),
            Self::Ssh(edit) => edit.switches_off(way),
            Self::Policy(edit) => edit.switches_off(way),
            Self::Setup(run) => run.switches_off(),
            Self::Package(run) => run.switches_off(),
            Self::Daemon(_) | Self::Files(_) => false,
        }
    }

    /// Its sort, for the table.
    pub(crate) const fn sort(&self) -> &'static str {
        match self {
            Self::Pam(_) => "pam.d",
            Self::Ssh(_) => "sshd_config",
            Self::Policy(_) => "config.toml",
            Self::Setup(_) => "setup cut short",
            Self::Package(run) => run.sort(),
            Self::Daemon(fault) => fault.sort(),
            Self::Files(fault) => fault.sort(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pam(edit) => edit.fmt(f),
            Self::Ssh(edit) => edit.fmt(f),
            Self::Policy(edit) => edit.fmt(f),
            Self::Setup(run) => run.fmt(f),
            Self::Package(run) => run.fmt(f),
            Self::Daemon(fault) => fault.fmt(f),
            Self::Files(fault) => fault.fmt(f),
        }
    }
}
