//! Step 1: checks that the package is installed and the daemon answers.

use super::daemon::{Daemon, is_well};
use super::host::Host;
use super::program::Program;
use super::report::{Report, Step};
use crate::doctor::{Area, Finding, Severity, examine};
use secinfo_pam_stack::root::Root;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;

const ABOUT: &str = "Each step says what it is about before it asks, and changes nothing without a yes. \
    What is so already is left alone; you can stop at any time and run it again.";

/// Files of the package, each with its possible paths.
const PIECES: [(&str, &[&str]); 3] = [
    ("the daemon", &["/usr/sbin/secinfod"]),
    (
        "its unit",
        &[
            "/usr/lib/systemd/system/secinfod.service",
            "/lib/systemd/system/secinfod.service",
        ],
    ),
    ("its configuration", &["/etc/secinfo/config.toml"]),
];

pub(crate) async fn run(
    host: &Host,
    daemon: &impl Daemon,
    address: Option<&str>,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    report.begin(Step::Host, ABOUT)?;
    for (what, places) in PIECES {
        if !places.iter().any(|place| host.has(place)) {
            return Err(Failure::Refused(format!(
                "{what} is missing ({}): install the package secinfo, such as with apt install ./secinfo_*.deb",
                places[0]
            )));
        }
    }
    if is_well(daemon).await.is_ok() {
        report.unchanged("The package is installed, and the daemon is well")?;
    } else {
        host.succeed(&Program::new("systemctl", ["start", "secinfod.service"]))?;
        is_well(daemon).await.map_err(|why| {
            Failure::Refused(format!(
                "secinfod was started and is not well: {}; see sudo journalctl -u secinfod",
                visible(&why)
            ))
        })?;
        report.done("The daemon was started, and is well")?;
    }
    // PAM and the SSH server have their own step.
    for finding in findings(host, address).await? {
        if finding.severity == Severity::Error && !matches!(finding.area, Area::Pam | Area::Sshd) {
            report.warn(&in_words(&finding))?;
        }
    }
    Ok(())
}

/// The findings of doctor.
pub(super) async fn findings(host: &Host, address: Option<&str>) -> Result<Vec<Finding>, Failure> {
    let root = Root::open(host.root()).map_err(Failure::file("look at", host.root()))?;
    Ok(examine(&root, address).await.found)
}

/// A finding in a few sentences.
pub(super) fn in_words(finding: &Finding) -> String {
    format!(
        "{}: {} {}",
        visible(&finding.subject),
        visible(&finding.what),
        visible(&finding.remedy)
    )
}
