//! Checks that the clock is synchronized: codes of authenticator apps depend on it.

use super::finding::{Area, Finding, Findings, Severity};
use secinfo_pam_stack::root::Root;
use std::time::Duration;
use zbus::OwnedVariant;
use zbus::connection::Builder;

/// Created by systemd-timesyncd once the clock is synchronized.
const SYNCHRONIZED: &str = "/run/systemd/timesync/synchronized";
/// Where the system bus listens.
const SYSTEM_BUS: &str = "unix:path=/run/dbus/system_bus_socket";
/// The service may have to be started first.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks whether the kernel's clock is synchronized.
pub(crate) async fn check(root: &Root, findings: &mut Findings) {
    if !root.is_this_host() {
        findings.missed(Area::Clock, "the clock", "it is that of another host");
        return;
    }
    let asked = tokio::time::timeout(PATIENCE, ask()).await;
    let synchronized = match asked {
        Ok(Ok(answer)) => answer,
        _ if root.has(SYNCHRONIZED) => true,
        _ => {
            findings.missed(
                Area::Clock,
                "whether the clock is right",
                "systemd-timedated does not answer; see what your time service says",
            );
            return;
        }
    };
    findings.saw(Area::Clock, "synchronization");
    if !synchronized {
        findings.add(Finding {
            id: "clock-not-synchronized",
            severity: Severity::Warning,
            area: Area::Clock,
            subject: "clock".to_owned(),
            services: Vec::new(),
            what: "Nothing keeps the clock right; once it is a minute off, codes of authenticator \
                   apps are wrong."
                .to_owned(),
            remedy: "Run sudo timedatectl set-ntp true, or set up another time service.".to_owned(),
            changes: Vec::new(),
        });
    }
}

/// What systemd-timedated reads from the kernel with `adjtimex`.
async fn ask() -> zbus::Result<bool> {
    let connection = Builder::address(SYSTEM_BUS)
        .method_timeout(PATIENCE)
        .build()
        .await?;
    let reply = connection
        .call_method(
            Some("org.freedesktop.timedate1"),
            "/org/freedesktop/timedate1",
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &("org.freedesktop.timedate1", "NTPSynchronized"),
        )
        .await?;
    let value: OwnedVariant = reply.body().deserialize()?;
    bool::try_from(value)
}
