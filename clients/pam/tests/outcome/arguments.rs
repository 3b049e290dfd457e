//! Rows for the module's arguments.

use crate::Fixture;
use crate::code::*;
use crate::daemon::Daemon;
use crate::host::{SERVICE, write_service};

#[test]
fn an_unknown_argument_is_a_service_error_in_each_phase() {
    let fixture = Fixture::new();
    let daemon = Daemon::start(&fixture.socket(), 0, []);
    for argument in [
        "nullok",
        "timeout=0",
        "timeout=x",
        "bus=unix:path=/run/dbus/system_bus_socket",
        "socket=x",
        "break_glass=x",
        "Set_Up",
    ] {
        let arguments = format!("socket={} {argument}", fixture.socket().display());
        write_service(&fixture.pam_d(), SERVICE, &arguments);
        let mut host = fixture.host();
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, SERVICE_ERR, "{argument}");
        let told = "error Die Anmeldung ist auf diesem Rechner falsch eingerichtet: Sagen Sie es der Administration.";
        assert_eq!(called.shown, [told]);
        assert_eq!(host.call("account", &[]).code, SERVICE_ERR, "{argument}");
        assert_eq!(
            host.call("credentials", &[]).code,
            SERVICE_ERR,
            "{argument}"
        );
    }
    assert_eq!(daemon.calls(), []);
}
