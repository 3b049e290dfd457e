//! The examination of an installation, one area after another. Nothing is changed, no secret is read,
//! and nothing is asked of the network.

use super::finding::Report;
use super::{clock, daemon, files, pam, recovery, sshd, units};
use secinfo_pam_stack::root::Root;

/// Looks at everything below a root directory; `address` is that of the bus, if not the usual.
pub(crate) async fn examine(root: &Root, address: Option<&str>) -> Report {
    let mut report = Report::default();
    let settings = sshd::settings(root, &mut report);
    let key_first = settings.as_ref().is_some_and(sshd::Settings::key_first);
    let protection = pam::check(root, key_first, &mut report);
    if let Some(settings) = &settings {
        sshd::check(settings, &protection, &mut report);
    }
    daemon::check(root, address, &mut report).await;
    files::check(root, &mut report);
    units::check(root, &mut report);
    clock::check(root, &mut report).await;
    recovery::check(root, &protection, &mut report);
    report.sort();
    report
}
