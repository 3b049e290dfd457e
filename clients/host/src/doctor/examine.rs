//! The examination of an installation, one area after another. Nothing is changed, no secret is read,
//! and nothing is asked of the network.

use super::finding::Findings;
use super::{
    account_locks, clock, cockpit, daemon, departed, desktop, expected, files, kiosks, lacking,
    pam, push, recovery, reset, root_by_reset, sshd, units,
};
use secinfo_pam_stack::root::Root;

/// Looks at everything below a root directory; `address` is that of the bus, if not the usual.
pub(crate) async fn examine(root: &Root, address: Option<&str>) -> Findings {
    let mut findings = Findings::default();
    let servers = sshd::settings(root, &mut findings);
    let key_first = !servers.is_empty() && servers.iter().all(sshd::Settings::key_first);
    let protection = pam::check(root, key_first, &mut findings);
    sshd::check(root, &servers, &protection, &mut findings);
    desktop::check(root, &protection, &mut findings);
    cockpit::check(root, &protection, &mut findings);
    daemon::check(root, address, &mut findings).await;
    daemon::sockets(root, &protection, &mut findings);
    files::check(root, &mut findings);
    units::check(root, &mut findings);
    clock::check(root, &mut findings).await;
    expected::check(root, address, &protection, &mut findings).await;
    account_locks::check(root, address, &mut findings).await;
    departed::check(root, address, &mut findings).await;
    if reset::check(root, &protection, &mut findings) {
        root_by_reset::check(root, &mut findings);
        kiosks::check(root, &servers, &mut findings);
        lacking::check(root, address, &mut findings).await;
    }
    push::check(root, &mut findings);
    recovery::check(root, &protection, &mut findings);
    findings.sort();
    findings
}
