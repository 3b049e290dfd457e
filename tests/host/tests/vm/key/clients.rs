//! Clients of security keys that are not ours.

use super::{Desk, PIN, USER};
use secinfo_host_tests::{Attestation, Authenticator};

/// fido2-tools and python3-fido2 each add a key and prove with it, as another program does.
pub(crate) fn enroll_and_verify(desk: &mut Desk) {
    for port in &mut desk.ports {
        port.unplug();
    }
    let mut key = Authenticator::new().with_pin(PIN);
    // fido2-cred takes no credential of which nothing is attested.
    key.attestation = Attestation::Itself;
    let key = desk.ports[0].plug(key, "Other clients' key");
    desk.wait_for_key();
    desk.machine
        .write("/run/test/clients.py", include_str!("clients.py"));
    let codes = [desk.app.fresh(), desk.app.fresh()].join(" ");
    let script = format!("python3 clients.py {USER} {codes}");
    let said = desk.machine.shell(&script).ok();
    assert_eq!(said.matches("\"method\":").count(), 4, "{said}");
    assert_eq!(key.lock().key.credentials(), 2);
}
