//! The package before is replaced by this one, whose `config.toml` has changed, too.

use crate::app;
use secinfo_host_tests::{Machine, package};
use std::fs;

const OLDER: &str = "0.0.1~test";

const CONFIG: &str = "/etc/secinfo/config.toml";
const SHIPPED: &str = "/usr/share/secinfo/config.toml";

/// A host with the package before, which had its units where a link leads to today's directory.
fn with_older_package() -> Machine {
    let machine = Machine::boot_without_package();
    machine.write("/srv/new.deb", fs::read(package()).unwrap(), 0o644);
    let repack = format!(
        "set -e\ncd /srv\ndpkg-deb --raw-extract new.deb old\n\
         sed -i 's/^Version: .*/Version: {OLDER}/' old/DEBIAN/control\n\
         echo '# Of the version before.' >>old{SHIPPED}\n\
         mkdir -p old/lib/systemd && mv old/usr/lib/systemd/system old/lib/systemd/\n\
         dpkg-deb -Znone --build old old.deb >old.log\nrm -r old"
    );
    machine.shell(&repack).ok();
    machine
        .run(["apt-get", "install", "--yes", "/srv/old.deb"])
        .ok();
    assert_eq!(machine.read(CONFIG), machine.read(SHIPPED));
    machine
}

/// Upgrades it without a terminal, so that no question can be asked.
fn upgrade(machine: &Machine) {
    let frontend = "DEBIAN_FRONTEND=noninteractive";
    let words = ["apt-get", "install", "--yes", "/srv/new.deb"];
    machine.run(["env", frontend].iter().chain(&words)).ok();
}

#[test]
fn a_configuration_that_was_not_changed_follows_the_package() {
    let machine = with_older_package();
    upgrade(&machine);
    assert!(!machine.read(CONFIG).contains("Of the version before"));
    assert_eq!(machine.read(CONFIG), machine.read(SHIPPED));
}

#[test]
fn an_upgrade_keeps_methods_log_and_settings_and_runs_the_new_daemon() {
    let machine = with_older_package();
    let mut codes = app::set_up(&machine, "alice");
    machine.run(["pam-auth-update", "--enable", "secinfo"]).ok();
    let shipped = machine.read(CONFIG);
    let changed = format!("{shipped}\n[service.polkit-1]\nverify = \"off\"\n");
    machine.write(CONFIG, &changed, 0o644);
    machine.run(["systemctl", "reload", "secinfod"]).ok();
    machine
        .shell("secinfo audit checkpoint >/srv/checkpoint")
        .ok();
    let process = ["systemctl", "show", "--property=MainPID", "secinfod"];
    let before = machine.run(process).ok();

    upgrade(&machine);
    let version = ["dpkg-query", "--show", "--showformat=${Version}", "secinfo"];
    assert_ne!(machine.run(version).ok(), OLDER);
    assert_ne!(machine.run(process).ok(), before);
    assert_eq!(machine.run(["dpkg", "--verify", "secinfo"]).ok(), "");
    let units = "dpkg --listfiles secinfo | grep '/systemd/system/'";
    let units = machine.shell(units).ok();
    assert!(units.lines().all(|path| path.starts_with("/usr/")));
    machine.run(["systemctl", "daemon-reload"]).ok();
    let enabled = ["systemctl", "is-enabled", "secinfod", "secinfo-key.socket"];
    assert_eq!(machine.run(enabled).ok(), "enabled\nenabled\n");
    assert_eq!(machine.failed_units(), "");
    assert_eq!(machine.read(CONFIG), changed);
    let lines = machine.read("/etc/pam.d/common-auth");
    assert_eq!(lines.matches("pam_secinfo.so").count(), 1, "{lines}");
    app::is_there(&machine, "alice");
    let verify = ["secinfo", "audit", "verify", "--against", "/srv/checkpoint"];
    machine.run(verify).ok();
    app::verify(&machine, "alice", &codes.again()).fails();
    app::verify(&machine, "alice", &codes.fresh()).ok();
}
